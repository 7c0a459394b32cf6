"""The company's settings: what it is, how it looks, privacy, security. (Those of the pipeline are the pipeline's.)"""

from collections.abc import Mapping

from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ats.access import Role, requires
from ats.accounts import settings
from ats.accounts.settings_forms import ABOUT, ColourForm, CompanyForm, PrivacyForm, SecurityForm
from ats.accounts.views.blueprint import bp
from ats.accounts.views.own import me
from ats.extensions import db


@bp.route("/settings", methods=["GET", "POST"])
@requires(Role.ADMIN)
def company_settings() -> str | Response | tuple[str, int]:
    form = CompanyForm(obj=current_user.company)
    if not form.is_submitted():
        return render_template("settings/company.html", form=form)
    if not form.validate():
        return render_template("settings/company.html", form=form), 422
    try:
        settings.change(form.values, actor=me())
        db.session.commit()
    except (settings.SlugTaken, IntegrityError):  # The latter: taken by another company this very moment.
        db.session.rollback()
        form.slug.errors = ["Another company has this address, or had it once. Choose another one."]
        return render_template("settings/company.html", form=form), 422
    return saved(".company_settings")


@bp.route("/settings/look", methods=["GET", "POST"])
@requires(Role.ADMIN)
def look() -> str | Response | tuple[str, int]:
    form = ColourForm(obj=current_user.company)
    if not form.is_submitted():
        return render_template("settings/look.html", form=form, colour=form.values)
    if not form.validate():
        return render_template(
            "settings/look.html", form=form, colour=ColourForm(None, obj=current_user.company).values
        ), 422
    if "preview" in request.form:
        return render_template("settings/look.html", form=form, colour=form.values)
    settings.change(form.values, actor=me())
    db.session.commit()
    return saved(".look")


@bp.get("/settings/look/swatch")
@requires(Role.ADMIN)
def swatch() -> str:
    """The colour as it would look, while somebody moves the sliders."""
    form = ColourForm(request.args, meta={"csrf": False})
    colour = form.values if form.validate() else ColourForm(None, obj=current_user.company).values
    return render_template("settings/_swatch.html", colour=colour)


@bp.route("/settings/privacy", methods=["GET", "POST"])
@requires(Role.ADMIN)
def privacy() -> str | Response | tuple[str, int]:
    form = PrivacyForm(obj=current_user.company)
    if not form.is_submitted():
        return render_template("settings/privacy.html", form=form)
    if not form.validate():
        return render_template("settings/privacy.html", form=form), 422
    settings.change(form.values, actor=me())
    db.session.commit()
    return saved(".privacy")


@bp.route("/settings/security", methods=["GET", "POST"])
@requires(Role.ADMIN)
def security() -> str | Response | tuple[str, int]:
    form = SecurityForm(obj=current_user.company)
    if not form.is_submitted():
        return render_template("settings/security.html", form=form)
    if not form.validate():
        return render_template("settings/security.html", form=form), 422
    settings.change(form.values, actor=me())
    db.session.commit()
    return saved(".security")


@bp.post("/settings/preview")
@requires(Role.ADMIN)
def preview_text() -> str:
    """The text as others will read it; whichever of the long ones the page sends."""
    return render_template("settings/_preview.html", text=long_text(request.form)[:ABOUT])


def long_text(sent: Mapping[str, str]) -> str:
    return sent.get("about") or sent.get("consent_text") or ""


def saved(endpoint: str) -> Response:
    flash("The settings are saved.")
    return redirect(url_for(endpoint), 303)
