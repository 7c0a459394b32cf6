"""The form with which an admin writes down what somebody asked by telephone or letter."""

from wtforms import SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from ats import forms
from ats.privacy.models import Kind


class AskForm(forms.Form):
    email = forms.email("Address of the candidate")
    kind = SelectField(
        "What they ask for",
        choices=[
            SelectChoice(Kind.COPY.value, "A copy of their data"),
            SelectChoice(Kind.ERASURE.value, "Erasure"),
        ],
    )
