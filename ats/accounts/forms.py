"""Forms of the account pages."""

from typing import Self

from wtforms import BooleanField, Field, HiddenField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from ats import forms
from ats.access import Role
from ats.accounts import passwords, team
from ats.accounts.invitations import Invitation
from ats.accounts.models import User
from ats.accounts.passwords import LONGEST, SHORTEST


def _new_password(label: str = "Password") -> PasswordField:
    message = f"Use {SHORTEST} to {LONGEST} characters, of any kind. A few words in a row are good."
    return PasswordField(label, [InputRequired(message), Length(SHORTEST, LONGEST, message)])


def _known_password(label: str = "Password") -> PasswordField:
    return PasswordField(label, [InputRequired("Type your password."), forms.up_to(LONGEST)])


class ChoosesPassword(forms.Form):
    """A form with a new password in it. `names` are what the password must not be made of."""

    names: tuple[str | None, ...] = ()

    def validate_password(self, field: Field) -> None:
        if objection := passwords.objection(field.data, self.names):
            raise ValidationError(objection)


class NeedsPassword(forms.Form):
    """A form that somebody who is signed in must prove again to be the one with the password."""

    user: User
    current_password = _known_password("Your password")

    @classmethod
    def for_user(cls, user: User) -> Self:
        form = cls()
        form.user = user
        return form

    def validate_current_password(self, field: Field) -> None:
        if not self.user.has_password(field.data):
            raise ValidationError("That is not your password. Check the keyboard’s language.")


class SignInForm(forms.Form):
    email = forms.email()
    password = _known_password()
    remember = BooleanField("Stay signed in on this device")
    next = HiddenField()


class CodeForm(forms.Form):
    code = StringField("Code", [InputRequired("Type the code that the app shows."), forms.up_to(50)])


class ForgotForm(forms.Form):
    email = forms.email()


class RegisterCandidateForm(ChoosesPassword):
    name = forms.line("Your name", required="Type your name.")
    email = forms.email()
    password = _new_password()

    @property
    def names(self) -> tuple[str | None, ...]:  # type: ignore[override]
        return self.name.data, (self.email.data or "").partition("@")[0]


class RegisterCompanyForm(RegisterCandidateForm):
    company_name = forms.line("Company", required="Type the name of your company.", longest=100)

    @property
    def names(self) -> tuple[str | None, ...]:  # type: ignore[override]
        return *super().names, self.company_name.data


class NewPasswordForm(ChoosesPassword):
    password = _new_password("New password")

    @classmethod
    def for_user(cls, user: User) -> Self:
        form = cls()
        form.names = names_of(user)
        return form


class ChangePasswordForm(NeedsPassword, ChoosesPassword):
    password = _new_password("New password")

    @classmethod
    def for_user(cls, user: User) -> Self:
        form = super().for_user(user)
        form.names = names_of(user)
        return form


class ChangeEmailForm(NeedsPassword):
    email = forms.email("New address")

    def validate_email(self, field: Field) -> None:
        if (field.data or "").lower() == self.user.email:
            raise ValidationError("That is your address already.")


class PasswordForm(NeedsPassword):
    """Nothing but the proof."""


class NameForm(forms.Form):
    name = forms.line("Your name", required="Type your name.")


class JoinForm(ChoosesPassword):
    name = forms.line("Your name", required="Type your name.")
    password = _new_password()
    about: Invitation

    @classmethod
    def for_invitation(cls, invitation: Invitation) -> Self:
        form = cls()
        form.about = invitation
        return form

    @property
    def names(self) -> tuple[str | None, ...]:  # type: ignore[override]
        return self.name.data, self.about.email.partition("@")[0], self.about.company.name


class InviteForm(forms.Form):
    email = forms.email()
    role = SelectField(
        "Role", choices=[SelectChoice(str(role), role.title) for role in team.STAFF_ROLES], default=str(Role.RECRUITER)
    )


def names_of(user: User) -> tuple[str | None, ...]:
    return user.name, user.email.partition("@")[0], user.company.name if user.company else None
