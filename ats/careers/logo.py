"""A company's logo: uploaded by its admins, shown on its public pages."""

from flask import abort, flash, make_response, redirect, render_template, url_for
from flask_login import current_user
from flask_wtf.file import FileField, FileRequired
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response
from wtforms import Field
from wtforms.validators import ValidationError

from ats import forms, limits
from ats.access import Role, public, requires
from ats.accounts import settings
from ats.accounts.models import Company
from ats.candidates import files
from ats.careers.views import bp
from ats.extensions import db

LARGEST = 1024 * 1024
LOGO_SECONDS = 7 * 24 * 3600


class LogoForm(forms.Form):
    logo = FileField("Logo", [FileRequired("Choose a file.")], render_kw={"accept": ".png,.jpg,.jpeg,.webp"})
    content = b""

    def validate_logo(self, field: Field) -> None:
        """By what is in the file, whatever it is called. SVG is no picture to us but a page that may hold scripts."""
        if not isinstance(field.data, FileStorage):
            raise ValidationError("Choose a file.")
        self.content = field.data.read(LARGEST + 1)
        if len(self.content) > LARGEST:
            raise ValidationError("That file is larger than 1 MB. Choose a smaller one.")
        if media_type(self.content) is None:
            raise ValidationError("That is no PNG, JPEG or WebP picture. Choose one of these.")


@bp.get("/careers/<slug>/logo")
@public
def logo(slug: str) -> Response:
    company = db.one_or_404(db.select(Company).filter_by(slug=slug))
    if company.logo_key is None:
        abort(404)
    try:
        content = files.read(company.logo_key)
    except files.FileMissing:
        abort(404)
    answer = make_response(content)
    answer.headers["Content-Type"] = media_type(content) or "application/octet-stream"
    # The address carries a piece of the key, and a new logo has another key.
    answer.headers["Cache-Control"] = f"public, max-age={LOGO_SECONDS}"
    return answer


@bp.route("/settings/logo", methods=["GET", "POST"])
@requires(Role.ADMIN)
@limits.uploading
def change_logo() -> str | Response | tuple[str, int]:
    form = LogoForm()
    if not form.is_submitted():
        return render_template("settings/logo.html", form=form)
    if not form.validate():
        return render_template("settings/logo.html", form=form), 422
    replace(files.store(form.content))
    flash("The logo is saved.")
    return redirect(url_for("accounts.look"), 303)


@bp.post("/settings/logo/removal")
@requires(Role.ADMIN)
def remove_logo() -> Response:
    replace(None)
    flash("The logo is removed.")
    return redirect(url_for("accounts.look"), 303)


def replace(key: str | None) -> None:
    """Name the new file in the company's row. The former one is swept with all files that no row names."""
    settings.change({"logo_key": key}, actor=current_user._get_current_object())
    db.session.commit()


def media_type(content: bytes) -> str | None:
    """The kind of picture that the bytes begin like, if it is one that we show."""
    if content.startswith(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return None
