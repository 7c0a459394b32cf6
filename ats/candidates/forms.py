"""The forms about candidates that several pages share."""

from ats import forms

TAG_LENGTH = 40


class TagForm(forms.Form):
    tag = forms.line("New tag", required="Type a tag.", longest=TAG_LENGTH)
