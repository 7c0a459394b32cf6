"""Sign in and out, register, confirm an address."""

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask_login import current_user, login_user, logout_user
from itsdangerous import BadSignature
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ats.access import Role, public
from ats.accounts import confirmation
from ats.accounts.forms import RegisterCandidateForm, RegisterCompanyForm, SignInForm
from ats.accounts.models import Company, EmailTaken, User, UserSession
from ats.extensions import db, limiter

bp = Blueprint("accounts", __name__)

TRIES = "20 per minute"
"""Of signing in or registering, from one address."""


@bp.get("/")
@public
def home() -> Response:
    return redirect(start_page())


@bp.route("/sign-in", methods=["GET", "POST"])
@public
@limiter.limit(TRIES, methods=["POST"])
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
    session.clear()  # Nothing from before signing in is carried over, the CSRF token included.
    session.permanent = form.remember.data
    login_user(user)
    db.session.commit()
    return redirect(own_page(form.next.data) or start_page(), 303)


@bp.post("/sign-out")
@public
def sign_out() -> Response:
    if current_user.is_authenticated:
        UserSession.end(session["_user_id"])
        logout_user()
        db.session.commit()
    session.clear()
    return redirect(url_for(".sign_in"), 303)


@bp.get("/register")
@public
def register() -> str:
    return render_template("accounts/register.html")


@bp.route("/register/company", methods=["GET", "POST"])
@public
@limiter.limit(TRIES, methods=["POST"])
def register_company() -> str | Response | tuple[str, int]:
    form = RegisterCompanyForm()
    if not form.is_submitted():
        return render_template("accounts/register_company.html", form=form)
    if not form.validate():
        return render_template("accounts/register_company.html", form=form), 422
    return registered(form, company_name=form.company_name.data)


@bp.route("/register/candidate", methods=["GET", "POST"])
@public
@limiter.limit(TRIES, methods=["POST"])
def register_candidate() -> str | Response | tuple[str, int]:
    form = RegisterCandidateForm()
    if not form.is_submitted():
        return render_template("accounts/register_candidate.html", form=form)
    if not form.validate():
        return render_template("accounts/register_candidate.html", form=form), 422
    return registered(form)


@bp.route("/confirm/<token>", methods=["GET", "POST"])
@public
def confirm(token: str) -> str | Response:
    """The link of the mail opens a page with a button: mail scanners open links, they do not press buttons."""
    try:
        user = confirmation.user_of(token)
    except BadSignature:
        abort(404)
    if request.method == "GET":
        return render_template("accounts/confirm.html", email=user.email, token=token)
    user.confirmed_at = user.confirmed_at or db.func.now()
    db.session.commit()
    flash("Thank you, your address is confirmed.")
    return redirect(start_page(), 303)


def registered(form: RegisterCandidateForm, company_name: str | None = None) -> Response:
    """The same answer whether the address had an account or not; its owner learns the truth by mail."""
    email = form.email.data.strip().lower()
    while True:
        try:
            company = Company.found(company_name) if company_name else None
            user = User.register(name=form.name.data, email=email, password=form.password.data, company=company)
            db.session.flush()  # The mail's link holds the user's id.
            confirmation.post(user)
            break
        except EmailTaken:
            confirmation.post_already_registered(email)
            break
        except IntegrityError:  # Somebody took the address or the company's slug this very moment: look again.
            db.session.rollback()
    db.session.commit()
    flash(f"Done. We sent a mail to {email}; you can sign in right away with the password you chose.")
    return redirect(url_for(".sign_in"), 303)


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
