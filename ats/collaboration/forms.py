"""The forms for a note and for a scorecard."""

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ats import forms
from ats.collaboration.models import VERDICTS, Note, Scorecard

LENGTH = 10_000


class NoteForm(forms.Form):
    body = forms.paragraphs("New note", required="Write something first.", longest=LENGTH)

    @classmethod
    def editing(cls, note: Note) -> "NoteForm":
        """The form for a note that exists, beside the one for a new note on the same page."""
        form = cls(obj=note)
        form.body.id = form.body.label.field_id = f"note-{note.id}-body"
        form.body.label.text = "Your note"
        return form


class ScorecardForm(forms.Form):
    rating = RadioField(
        "Your verdict",
        [InputRequired("Choose one of the four.")],
        choices=[SelectChoice(value, label) for value, label in VERDICTS.items()],
        coerce=int,
    )
    comment = forms.paragraphs("What did you see or hear?", longest=LENGTH)

    @classmethod
    def of(cls, own: Scorecard | None) -> "ScorecardForm":
        """The form with what the author has handed in before, if anything."""
        return cls(formdata=None, obj=own)
