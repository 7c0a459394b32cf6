"""Register, and confirm the address."""

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from itsdangerous import BadSignature
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ats import limits
from ats.access import public, signed_in
from ats.accounts import confirmation
from ats.accounts.forms import RegisterCandidateForm, RegisterCompanyForm
from ats.accounts.models import Company, EmailTaken, User
from ats.accounts.views.blueprint import bp
from ats.accounts.views.entrance import start_page
from ats.extensions import db

FROM_ONE_ADDRESS, FOR_ONE_ACCOUNT = "20 per minute", "10 per hour"


@bp.get("/register")
@public
def register() -> str:
    return render_template("accounts/register.html")


@bp.route("/register/company", methods=["GET", "POST"])
@public
@limits.per_address(FROM_ONE_ADDRESS)
@limits.per_typed_account(FOR_ONE_ACCOUNT)
def register_company() -> str | Response | tuple[str, int]:
    form = RegisterCompanyForm()
    if not form.is_submitted():
        return render_template("accounts/register_company.html", form=form)
    if not form.validate():
        return render_template("accounts/register_company.html", form=form), 422
    return registered(form, company_name=form.company_name.data)


@bp.route("/register/candidate", methods=["GET", "POST"])
@public
@limits.per_address(FROM_ONE_ADDRESS)
@limits.per_typed_account(FOR_ONE_ACCOUNT)
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


@bp.post("/account/confirmation")
@signed_in
@limits.per_user("5 per hour")
def send_confirmation() -> Response:
    """The mail that was lost, once more."""
    if current_user.confirmed_at is None:
        confirmation.post(current_user)
        db.session.commit()
    flash(f"We sent a mail to {current_user.email}. Open the link in it.")
    return redirect(url_for(".account"), 303)


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
