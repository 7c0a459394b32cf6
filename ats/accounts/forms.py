"""Forms of the account pages."""

from wtforms import BooleanField, HiddenField, PasswordField
from wtforms.validators import InputRequired, Length

from ats import forms
from ats.accounts.passwords import LONGEST, SHORTEST


def _new_password() -> PasswordField:
    message = f"Use {SHORTEST} to {LONGEST} characters, of any kind. A few words in a row are good."
    return PasswordField("Password", [InputRequired(message), Length(SHORTEST, LONGEST, message)])


class SignInForm(forms.Form):
    email = forms.email()
    password = PasswordField("Password", [InputRequired("Type your password."), Length(max=LONGEST)])
    remember = BooleanField("Stay signed in on this device")
    next = HiddenField()


class RegisterCandidateForm(forms.Form):
    name = forms.line("Your name", required="Type your name.")
    email = forms.email()
    password = _new_password()


class RegisterCompanyForm(RegisterCandidateForm):
    company_name = forms.line("Company", required="Type the name of your company.", longest=100)
