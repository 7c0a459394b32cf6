"""The fields that all forms are made of: what is typed is kept, cleaned and checked the same way everywhere."""

from typing import Any

from flask import request
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from flask_wtf.form import _Auto, _is_submitted
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import EmailField, Field, StringField, TextAreaField
from wtforms.validators import Email, InputRequired, Length, Optional, ValidationError

from ats.text import is_storable, one_line

__all__ = ["Form", "ValidationError", "email", "line", "one_line", "paragraphs", "up_to"]

LINE, PARAGRAPHS = 200, 20_000


class Form(FlaskForm):
    """A form whose text fields take text alone, and refuse what PostgreSQL cannot store."""

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            """Flask-WTF's own would hand a file to a field of text, and take JSON of any shape for a form."""
            if formdata is not _Auto:
                return formdata
            if not _is_submitted():
                return None
            fields = {name for name, field in form._fields.items() if isinstance(field, FileField)}
            files = [(name, file) for name, file in request.files.items(multi=True) if name in fields]
            return CombinedMultiDict([MultiDict(files), request.form]) if files or request.form else None

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for field in self:
            if isinstance(field.data, str) and not is_storable(field.data):
                field.data = "".join(char for char in field.data if is_storable(char))
                field.errors = [
                    *field.errors,
                    "There was an invisible character in it that no keyboard makes. We took "
                    "it out: check the text and send again.",
                ]
                valid = False
        return valid


def _not_blank(message: str) -> Any:
    def check(form: Any, field: Field) -> None:
        if not (field.data or "").strip():
            raise ValidationError(message)

    check.field_flags = {"required": True}  # type: ignore[attr-defined]
    return check


def line(label: str, *, required: str | None = None, longest: int = LINE, **options: Any) -> StringField:
    """One line of text. `required` is what to say when it is empty; without it the field is optional."""
    return StringField(
        label, [_not_blank(required) if required else Optional(), up_to(longest)], filters=[_clean_line], **options
    )


def paragraphs(label: str, *, required: str | None = None, longest: int = PARAGRAPHS, **options: Any) -> TextAreaField:
    """Text of several lines."""
    return TextAreaField(
        label,
        [_not_blank(required) if required else Optional(), up_to(longest)],
        filters=[_clean_paragraphs],
        **options,
    )


def email(label: str = "Email", **options: Any) -> EmailField:
    return EmailField(
        label,
        [
            InputRequired("Type your email address."),
            up_to(254),
            Email("Type a whole address, for example ana@example.com."),
            _plain,
        ],
        filters=[_clean_line],
        **options,
    )


def _plain(form: Any, field: Field) -> None:
    """Few mail servers take an address in other letters (RFC 6531), and a mail that cannot leave reaches nobody."""
    if not field.data.isascii():
        raise ValidationError("Use an address in plain letters, a to z: mail to others does not arrive everywhere.")


def up_to(longest: int) -> Length:
    return Length(max=longest, message=f"Use at most {longest:,} characters.")


def _clean_line(text: str | None) -> str | None:
    return one_line(text) if text else text


def _clean_paragraphs(text: str | None) -> str | None:
    return text.replace("\r\n", "\n").strip() if text else text
