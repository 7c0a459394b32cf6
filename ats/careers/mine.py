"""A signed-in candidate's own applications, across companies."""

from typing import Any

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats import formatting, limits, tenancy
from ats.access import Role, requires
from ats.accounts.models import Company
from ats.candidates.models import Candidate
from ats.careers import following
from ats.careers.forms import NewerResumeForm, WithdrawalForm
from ats.careers.status import download, take_resume
from ats.careers.views import bp
from ats.extensions import db, limiter
from ats.pipeline.models import Application


@bp.get("/my/applications")
@requires(Role.CANDIDATE)
def my_applications() -> str:
    rows = db.session.execute(own().order_by(Application.created_at.desc(), Application.id.desc()))
    followed = following.followed(rows)
    return render_template(
        "careers/my_applications.html",
        open=[one for one in followed if one.is_open],
        closed=[one for one in followed if not one.is_open],
    )


@bp.get("/my/applications/<int:application_id>")
@requires(Role.CANDIDATE)
def my_application(application_id: int) -> str:
    return page(*one(application_id), form=NewerResumeForm(formdata=None))


@bp.get("/my/applications/<int:application_id>/resume")
@requires(Role.CANDIDATE)
def my_resume(application_id: int) -> Response:
    return download(one(application_id)[0])


@bp.post("/my/applications/<int:application_id>/resume")
@requires(Role.CANDIDATE)
@limits.uploading
def replace_my_resume(application_id: int) -> str | Response | tuple[str, int]:
    application, company = one(application_id)
    form = NewerResumeForm()
    if not form.validate():
        return page(application, company, form=form), 422
    take_resume(application, form)
    db.session.commit()
    return redirect(url_for(".my_application", application_id=application_id), 303)


@bp.route("/my/applications/<int:application_id>/withdrawal", methods=["GET", "POST"])
@requires(Role.CANDIDATE)
def withdraw(application_id: int) -> str | Response | tuple[str, int]:
    application, _ = one(application_id)
    form = WithdrawalForm()
    back = url_for(".my_application", application_id=application_id)
    if not form.validate_on_submit():
        answer = render_template("careers/withdraw.html", job=application.job, form=form, back=back)
        return (answer, 422) if form.errors else answer
    following.withdraw(application, actor=current_user, why=form.why.data or "")
    db.session.commit()
    flash(f"You withdrew your application for {application.job.title}. Thank you for letting them know.")
    return redirect(url_for(".my_applications"), 303)


@bp.post("/my/applications/claims")
@requires(Role.CANDIDATE)
@limiter.limit("20 per hour")
def claim() -> Response:
    """Take over what was sent without an account, from the address that this account has proved."""
    if not current_user.confirmed_at:
        flash(f"Confirm first that {current_user.email} is yours: the link is in the mail you got there.", "bad")
        return redirect(url_for(".my_applications"), 303)
    number = claim_all(current_user.id, current_user.email)
    if number:
        flash(
            "One application is in your account now."
            if number == 1
            else f"{number} applications are in your account now."
        )
    else:
        flash(f"There are no further applications from {current_user.email}.")
    return redirect(url_for(".my_applications"), 303)


def claim_all(user_id: int, email: str) -> int:
    """Of all companies; returns how many. The address must be proved."""
    db.session.commit()
    tenancy.leave()
    tenancy.enter_everything()
    unclaimed = (
        sa.select(Application)
        .join(Candidate, Candidate.id == Application.candidate_id)
        .where(Application.user_id.is_(None), Candidate.email == email)
        .order_by(Application.id)
        .with_for_update(of=Application, key_share=True)
    )
    applications = db.session.scalars(unclaimed).all()
    for application in applications:
        application.user_id = user_id
    db.session.commit()
    tenancy.leave()
    tenancy.enter_person(user_id)
    return len(applications)


def own() -> sa.Select[Application, Company]:
    return (
        sa.select(Application, Company)
        .join(Company, Company.id == Application.company_id)
        .where(Application.user_id == current_user.id)
        .options(joinedload(Application.job), joinedload(Application.candidate), joinedload(Application.resume))
    )


def one(application_id: int) -> tuple[Application, Company]:
    application, company = db.session.execute(own().where(Application.id == application_id)).one_or_none() or abort(404)
    formatting.use_zone(company.time_zone)
    return application, company


def page(application: Application, company: Company, *, form: NewerResumeForm) -> str:
    (shown,) = following.followed([(application, company)])
    ids: dict[str, Any] = {"application_id": application.id}
    return render_template(
        "careers/my_application.html",
        followed=shown,
        form=form,
        urls={
            "resume": url_for(".my_resume", **ids),
            "withdrawal": url_for(".withdraw", **ids),
            "data": url_for("privacy.ask", **ids),
        },
    )
