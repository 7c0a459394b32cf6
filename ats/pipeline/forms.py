"""Forms of the application page."""

from ats import forms


class NoteForm(forms.Form):
    body = forms.paragraphs("New note", required="Write something first.", longest=10_000)
