"""Forms of the board and of the application page."""

from wtforms import HiddenField, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired

from ats import forms
from ats.accounts.models import REJECTION_MAILS, Company


class ViewForm(forms.Form):
    name = forms.line("Name of the view", required="Give the view a name.", longest=60)
    query = HiddenField()


class RejectionForm(forms.Form):
    """Why, which mail, and a note for the team."""

    reason = RadioField("Reason", [InputRequired("Choose a reason; only your team sees it.")])
    mail = SelectField("Mail to the candidate")
    note = forms.paragraphs("Note for your team", longest=10_000)

    @classmethod
    def of(cls, company: Company) -> "RejectionForm":
        form = cls()
        form.reason.choices = [SelectChoice(reason["id"], reason["label"]) for reason in company.rejection_reasons]
        form.mail.choices = [SelectChoice(kind, label) for kind, label in REJECTION_MAILS.items()]
        return form
