"""Sign in, with a second step for who has a second factor, and sign out."""

import time
from urllib.parse import urlsplit

from flask import redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from ats import limits
from ats.access import Role, public
from ats.accounts import second_factor
from ats.accounts.forms import CodeForm, SignInForm
from ats.accounts.models import User
from ats.accounts.sessions import UserSession
from ats.accounts.views.blueprint import bp
from ats.extensions import db
from ats.limits import SECOND_STEP

SECOND_STEP_SECONDS = 600


@bp.get("/")
@public
def home() -> Response:
    return redirect(start_page())


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limits.per_address("20 per minute")
@limits.per_typed_account("10 per 5 minutes")
def sign_in() -> str | Response | tuple[str, int]:
    form = SignInForm(next=request.args.get("next", ""))
    if request.method == "GET":
        return (
            redirect(start_page())
            if current_user.is_authenticated
            else render_template("accounts/sign_in.html", form=form)
        )
    if not form.validate():
        return render_template("accounts/sign_in.html", form=form), 422
    user = User.with_password(form.email.data, form.password.data)
    if user is None:
        form.password.errors = [
            "The address and the password do not belong together. Check both, and the keyboard’s language."
        ]
        return render_template("accounts/sign_in.html", form=form), 422
    if user.second_factor_at is not None:
        wait_for_second_step(user, remember=form.remember.data, target=form.next.data)
        db.session.commit()
        return redirect(url_for(".second_step"), 303)
    let_in(user, remember=form.remember.data)
    db.session.commit()
    return redirect(own_page(form.next.data) or start_page(), 303)


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
@limits.per_address("20 per minute")
@limits.per_user("10 per 5 minutes")
def second_step() -> str | Response | tuple[str, int]:
    waiting = session.get(SECOND_STEP)
    user = half_way_in(waiting)
    if waiting is None or user is None:
        return redirect(url_for(".sign_in"))
    form = CodeForm()
    if request.method == "GET":
        return render_template("accounts/second_step.html", form=form)
    if not form.validate():
        return render_template("accounts/second_step.html", form=form), 422
    if not second_factor.accepts(user, form.code.data):
        form.code.errors = [
            "That code is not right, or was used already. Take the one that the app shows now, or a recovery code."
        ]
        return render_template("accounts/second_step.html", form=form), 422
    let_in(user, remember=waiting["remember"])
    db.session.commit()
    return redirect(own_page(waiting["next"]) or start_page(), 303)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    end_own_session()
    db.session.commit()
    return redirect(url_for(".sign_in"), 303)


def let_in(user: User, *, remember: bool) -> None:
    """Sign the user in to this browser, with a new session in place of any that it had."""
    end_own_session()  # Nothing from before signing in is carried over, the CSRF token included.
    session.permanent = remember
    login_user(user)
    UserSession.describe(session["_user_id"], remembered=remember, agent=request.headers.get("User-Agent", ""))


def wait_for_second_step(user: User, *, remember: bool, target: str) -> None:
    """Keep in the signed cookie who has proved the password, and nothing that opens a page."""
    end_own_session()
    session[SECOND_STEP] = {
        "user_id": user.id,
        "password": user.password_changed_at.timestamp(),
        "since": time.time(),
        "remember": remember,
        "next": target,
    }


def half_way_in(waiting: dict[str, float] | None) -> User | None:
    """Who has proved the password a moment ago, if it is the password still."""
    if waiting is None or waiting["since"] < time.time() - SECOND_STEP_SECONDS:
        return None
    user = db.session.get(User, waiting["user_id"])
    if user is None or user.removed_at is not None or user.second_factor_at is None:
        return None
    return user if user.password_changed_at.timestamp() == waiting["password"] else None


def end_own_session() -> None:
    """End the session of this browser, copies of its cookie included."""
    if token := session.get("_user_id"):
        UserSession.end(token)
        logout_user()
    session.clear()


def start_page() -> str:
    if not current_user.is_authenticated:
        return url_for("careers.companies")
    if current_user.role is Role.CANDIDATE:
        return url_for("careers.my_applications")
    return url_for("reports.dashboard") if current_user.role is Role.HIRING_MANAGER else url_for("jobs.index")


def own_page(target: str | None) -> str | None:
    """`target` if it is a path on this site, else None: no open redirect."""
    if not target or "\\" in target or not target.startswith("/") or target.startswith("//"):
        return None
    url = urlsplit(target)
    return None if url.scheme or url.netloc or any(ord(char) < 32 for char in target) else target
