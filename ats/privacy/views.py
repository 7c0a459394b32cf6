"""Asking about one's data, by the link of an application or from the account; and the admin who answers."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from itsdangerous import BadData
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats import formatting, limits, tenancy
from ats.access import Role, public, requires
from ats.accounts import audit
from ats.accounts.models import Company
from ats.candidates import files
from ats.candidates.models import Candidate
from ats.extensions import db, limiter
from ats.pipeline import consent, links
from ats.pipeline.models import Application
from ats.privacy import copies, erasure, retention
from ats.privacy.forms import AskForm
from ats.privacy.models import COPY_DAYS, DAYS_TO_ANSWER, DataRequest, Kind, copy_serializer
from ats.text import slug_of

bp = Blueprint("privacy", __name__)

DONE_SHOWN = 20


@bp.route("/status/<token>/data", methods=["GET", "POST"])
@public
@limiter.limit("20 per hour", methods=["POST"])
def ask_by_link(token: str) -> str | Response:
    try:
        application, company = links.opened(token, joinedload(Application.job), joinedload(Application.candidate))
    except (links.LinkExpired, BadData):
        return redirect(url_for("careers.status", token=token))  # Which says what is wrong with it.
    formatting.use_zone(company.time_zone)
    back = url_for("careers.status", token=token)
    return asked(application, company, back) if request.method == "POST" else asking_page(application, company, back)


@bp.route("/my/applications/<int:application_id>/data", methods=["GET", "POST"])
@requires(Role.CANDIDATE)
def ask(application_id: int) -> str | Response:
    wanted = sa.select(Application).filter_by(id=application_id, user_id=current_user.id)
    application = db.one_or_404(wanted.options(joinedload(Application.job), joinedload(Application.candidate)))
    company = db.session.get_one(Company, application.company_id)
    back = url_for("careers.my_application", application_id=application_id)
    return asked(application, company, back) if request.method == "POST" else asking_page(application, company, back)


def asking_page(application: Application, company: Company, back: str) -> str:
    waiting = sa.select(DataRequest).filter_by(candidate_id=application.candidate_id, fulfilled_at=None)
    return render_template(
        "privacy/ask.html",
        company=company,
        job=application.job,
        back=back,
        waiting={one.kind: one for one in db.session.scalars(waiting)},
        retention=consent.retention(company),
        days=DAYS_TO_ANSWER,
    )


def asked(application: Application, company: Company, back: str) -> Response:
    kind = request.form.get("kind")
    if kind not in set(Kind):
        abort(422)
    DataRequest.ask(application.candidate, Kind(kind))
    db.session.commit()
    flash(f"{company.name} has your request and answers within {DAYS_TO_ANSWER} days, by mail.")
    return redirect(request.path, 303)


@bp.get("/data-copies/<token>")
@public
@limits.exporting
def download_copy(token: str) -> Response:
    """The copy that an admin has let go, fresh at this moment."""
    try:
        company_id, request_id = copy_serializer().loads(token, max_age=COPY_DAYS * 86400)
    except BadData:
        abort(404)
    tenancy.enter_company(company_id)
    found = sa.select(DataRequest).filter_by(id=request_id, kind=Kind.COPY.value)
    found = found.where(DataRequest.fulfilled_at.is_not(None)).options(joinedload(DataRequest.candidate))
    data_request = db.one_or_404(found)
    if data_request.candidate.erased_at:
        abort(404)
    return zipped(data_request.candidate, db.session.get_one(Company, company_id))


@bp.route("/settings/requests", methods=["GET", "POST"])
@requires(Role.ADMIN)
def requests() -> str | Response | tuple[str, int]:
    """What was asked and waits, who is erased next by itself; and a form for who asked in another way."""
    form = AskForm()
    if not form.is_submitted():
        return requests_page(form)
    if form.validate():
        candidate = db.session.scalar(sa.select(Candidate).filter_by(email=form.email.data.lower()))
        if candidate is not None:
            DataRequest.ask(candidate, Kind(form.kind.data))
            db.session.commit()
            return redirect(url_for(".requests"), 303)
        form.email.errors = ["You know nobody with that address. Check it, letter by letter."]
    return requests_page(form), 422


@bp.get("/settings/requests/<int:request_id>/copy.zip")
@requires(Role.ADMIN)
@limits.exporting
def look_at_copy(request_id: int) -> Response:
    """What the candidate gets, to look at before it goes out."""
    return zipped(waiting_or_404(request_id).candidate, current_user.company)


@bp.post("/settings/requests/<int:request_id>/fulfilment")
@requires(Role.ADMIN)
def fulfil(request_id: int) -> Response:
    data_request = waiting_or_404(request_id)
    if data_request.fulfilled_at:  # A double click is no mistake.
        return redirect(url_for(".requests"), 303)
    candidate, company = data_request.candidate, current_user.company
    name, email, keys = candidate.name, candidate.email, []
    subject = f"candidate {candidate.id}"  # The trail is for good, so it holds no name.
    if data_request.kind == Kind.COPY:
        data_request.fulfil(actor=current_user)
        data_request.post_copy(company, actor=current_user)
        audit.record("privacy.copy_sent", subject, actor=current_user)
    else:
        keys = erasure.erase(candidate, company, actor=current_user)
        erasure.post_erased(email, name, company, data_request.id, actor=current_user)
        audit.record("privacy.erased", subject, actor=current_user)
    db.session.commit()
    for key in keys:
        files.delete(key)
    done = "The copy is on its way to" if data_request.kind == Kind.COPY else "There is nothing left of"
    flash(f"{done} {name}.")
    return redirect(url_for(".requests"), 303)


def requests_page(form: AskForm) -> str:
    newest = sa.select(DataRequest).options(joinedload(DataRequest.candidate))
    waiting = newest.filter_by(fulfilled_at=None).order_by(DataRequest.created_at, DataRequest.id)
    done = (
        newest.where(DataRequest.fulfilled_at.is_not(None)).order_by(DataRequest.fulfilled_at.desc()).limit(DONE_SHOWN)
    )
    return render_template(
        "privacy/requests.html",
        form=form,
        waiting=db.session.scalars(waiting).all(),
        done=db.session.scalars(done).all(),
        preview=retention.preview(current_user.company),
        months=current_user.company.retention_months,
    )


def waiting_or_404(request_id: int) -> DataRequest:
    """The request, locked; also one that was fulfilled this very moment."""
    wanted = sa.select(DataRequest).filter_by(id=request_id).options(joinedload(DataRequest.candidate))
    return db.one_or_404(wanted.with_for_update(of=DataRequest))


def zipped(candidate: Candidate, company: Company) -> Response:
    answer = make_response(copies.archive(candidate, company))
    answer.headers["Content-Type"] = "application/zip"
    name = f"{slug_of(company.name)}-{slug_of(candidate.name) or 'data'}.zip"
    answer.headers["Content-Disposition"] = files.content_disposition("attachment", name)
    return answer
