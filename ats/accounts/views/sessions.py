"""End one's sessions: one of them, or all."""

from flask import flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ats.access import signed_in
from ats.accounts.sessions import UserSession
from ats.accounts.views.blueprint import bp
from ats.accounts.views.entrance import end_own_session
from ats.extensions import db


@bp.post("/account/sessions")
@signed_in
def end_session() -> Response:
    """The one whose id the form sends. That of somebody else, or of nobody, changes nothing, with the same answer."""
    id = request.form.get("session", "")
    if id.isascii() and id.isdecimal() and len(id) < 19:
        UserSession.end_one(current_user, int(id))
        db.session.commit()
    flash("That browser is signed out.")
    return redirect(url_for(".account", _anchor="sessions"), 303)


@bp.post("/account/sessions/all")
@signed_in
def end_all_sessions() -> Response:
    UserSession.end_all(current_user)
    end_own_session()
    db.session.commit()
    flash("You are signed out everywhere.")
    return redirect(url_for(".home"), 303)
