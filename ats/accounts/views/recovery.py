"""A forgotten password: ask for the link, and use it."""

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ats import limits
from ats.access import public
from ats.accounts import recovery
from ats.accounts.forms import ForgotForm, NewPasswordForm
from ats.accounts.views.blueprint import bp
from ats.accounts.views.entrance import end_own_session
from ats.extensions import db


@bp.route("/forgot-password", methods=["GET", "POST"])
@public
@limits.per_address("10 per minute")
@limits.per_typed_account("5 per hour")
def forgot_password() -> str | Response | tuple[str, int]:
    """The same answer, in the same time, whether the address has an account or not."""
    form = ForgotForm()
    if not form.is_submitted():
        return render_template("accounts/forgot_password.html", form=form)
    if not form.validate():
        return render_template("accounts/forgot_password.html", form=form), 422
    recovery.post(form.email.data)
    db.session.commit()
    flash(f"We sent a mail to {form.email.data}. The link in it works for an hour.")
    return redirect(url_for(".sign_in"), 303)


@bp.route("/reset-password/<token>", methods=["GET", "POST"])
@public
@limits.per_address("20 per minute")
def reset_password(token: str) -> str | Response | tuple[str, int]:
    """Opening the link uses nothing up: mail scanners open links, they do not send forms."""
    user = recovery.user_of(token, to_change=request.method == "POST")
    if user is None:
        return render_template("accounts/link_expired.html"), 410
    form = NewPasswordForm.for_user(user)
    if request.method == "GET":
        return render_template("accounts/reset_password.html", form=form, email=user.email)
    if not form.validate():
        return render_template("accounts/reset_password.html", form=form, email=user.email), 422
    recovery.set_password(user, form.password.data)
    end_own_session()
    db.session.commit()
    flash("Your password is changed, and every browser is signed out. Sign in with the new one.")
    return redirect(url_for(".sign_in"), 303)
