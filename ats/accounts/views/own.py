"""One's own account: name, password, address."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ats import limits
from ats.access import public, signed_in
from ats.accounts import addresses, notices, sessions
from ats.accounts.forms import ChangeEmailForm, ChangePasswordForm, NameForm
from ats.accounts.models import User
from ats.accounts.sessions import UserSession
from ats.accounts.views.blueprint import bp
from ats.accounts.views.entrance import let_in, start_page
from ats.extensions import db

PASSWORDS = "10 per 5 minutes"
"""Typed by one person who is signed in: a browser left open must not be the place to guess at."""


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> str | Response | tuple[str, int]:
    form = NameForm(obj=current_user)
    status = 200
    if request.method == "POST":
        if form.validate():
            current_user.name = form.name.data
            db.session.commit()
            flash("Your name is saved.")
            return redirect(url_for(".account"), 303)
        status = 422
    return render_template(
        "accounts/account.html", form=form, sessions=sessions.of_user(me()), current_session=sessions.current()
    ), status


@bp.route("/account/password", methods=["GET", "POST"])
@signed_in
@limits.per_user(PASSWORDS)
def change_password() -> str | Response | tuple[str, int]:
    user = me()
    form = ChangePasswordForm.for_user(user)
    if request.method == "GET":
        return render_template("accounts/change_password.html", form=form)
    if not form.validate():
        return render_template("accounts/change_password.html", form=form), 422
    user.set_password(form.password.data)
    notices.post(user, "Your password was changed.")
    stay_here_alone(user)
    db.session.commit()
    flash("Your password is changed. All other browsers are signed out.")
    return redirect(url_for(".account"), 303)


@bp.route("/account/email", methods=["GET", "POST"])
@signed_in
@limits.per_user(PASSWORDS)
def change_email() -> str | Response | tuple[str, int]:
    user = me()
    form = ChangeEmailForm.for_user(user)
    if request.method == "GET":
        return render_template("accounts/change_email.html", form=form)
    if not form.validate():
        return render_template("accounts/change_email.html", form=form), 422
    addresses.post_change(user, form.email.data)
    db.session.commit()
    flash(f"We sent a mail to {form.email.data}. Your address changes when you press the button it leads to.")
    return redirect(url_for(".account"), 303)


@bp.route("/account/email/<token>", methods=["GET", "POST"])
@public
@limits.per_address("20 per minute")
def confirm_new_email(token: str) -> str | Response:
    """Public, for the mail may be read in another browser."""
    try:
        user, email = addresses.change_of(token, to_change=request.method == "POST")
    except BadSignature:
        abort(404)
    if request.method == "GET":
        return render_template("accounts/confirm_new_email.html", email=email)
    try:
        addresses.change(user, email)
        db.session.commit()
    except IntegrityError as race:  # Somebody registered with the address this very moment.
        raise addresses.AddressTaken(addresses.taken(email)) from race
    flash(f"Your address is {email} now. Sign in with it from now on.")
    return redirect(start_page(), 303)


def me() -> User:
    """The person at the screen, as the row and not its stand-in."""
    return current_user._get_current_object()


def stay_here_alone(user: User) -> None:
    """End the user's sessions everywhere, and go on in this browser with a new one."""
    remember = bool(sessions.current().remembered)
    UserSession.end_all(user)
    let_in(user, remember=remember)
