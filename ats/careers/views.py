"""The public pages: companies, their open jobs, and applying."""

import sqlalchemy as sa
from flask import Blueprint, abort, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ats import formatting, tenancy
from ats.access import Role, public
from ats.accounts.models import Company, User
from ats.candidates import files, housekeeping
from ats.candidates.models import Attachment, Candidate
from ats.careers import search
from ats.careers.forms import ApplicationForm
from ats.extensions import db, limiter
from ats.jobs.models import Job
from ats.pipeline.models import AlreadyApplied, Application, JobClosed

bp = Blueprint("careers", __name__)

APPLICATIONS_LIMIT = "30 per minute"
"""Of applications sent from one address."""
THEME_SECONDS = 300


@bp.get("/careers")
@public
def companies() -> str:
    tenancy.enter_public()
    query = request.args.get("q", "").strip()
    return render_template("careers/companies.html", companies=search.companies(query), query=query)


@bp.get("/careers/<slug>")
@public
def company(slug: str) -> str:
    company = entered(slug)
    found = search.jobs(request.args)
    return render_template("careers/company.html", company=company, found=found)


@bp.get("/careers/<slug>/theme.css")
@public
def theme(slug: str) -> Response:
    """The company's colour: one hue and one chroma; lightness, and so contrast, stays ours."""
    company = db.one_or_404(sa.select(Company).filter_by(slug=slug))
    css = f"@layer tokens {{ :root {{ --accent-h: {company.accent_hue}; --accent-c: {company.accent_chroma:g}; }} }}\n"
    answer = make_response(css)
    answer.headers["Content-Type"] = "text/css; charset=utf-8"
    answer.headers["Cache-Control"] = f"public, max-age={THEME_SECONDS}"
    return answer


@bp.get("/careers/<slug>/jobs/<int:job_id>")
@public
def job(slug: str, job_id: int) -> str | tuple[str, int]:
    company = entered(slug)
    job = published(job_id)
    if not job.is_open(company):
        return closed(company, job)
    return render_template("careers/job.html", company=company, job=job, similar=search.similar(job))


@bp.route("/careers/<slug>/jobs/<int:job_id>/apply", methods=["GET", "POST"])
@public
@limiter.limit(APPLICATIONS_LIMIT, methods=["POST"])
def apply(slug: str, job_id: int) -> str | Response | tuple[str, int]:
    company = entered(slug)
    job = published(job_id)
    if not job.is_open(company):
        return closed(company, job)
    applicant = signed_in_candidate()
    known = {"name": applicant.name, "email": applicant.email} if applicant else {}
    form = ApplicationForm.for_job(job, data=known)
    if applicant:  # The account vouches for its own address and no other.
        form.email.render_kw = {**(form.email.render_kw or {}), "readonly": True}
        form.email.data = applicant.email
        form.email.raw_data = [applicant.email]
    if not form.is_submitted():
        return render_template("careers/apply.html", company=company, job=job, form=form)
    if not form.validate():
        return render_template("careers/apply.html", company=company, job=job, form=form), 422
    try:
        application = submit(form, job, company, applicant)
        db.session.commit()
    except JobClosed:
        db.session.rollback()
        return closed(company, published(job_id))
    except AlreadyApplied:
        db.session.rollback()
        return redirect(url_for(".applied", slug=slug, job_id=job_id, again=1), 303)
    session["applied"] = application.id
    return redirect(url_for(".applied", slug=slug, job_id=job_id), 303)


def submit(form: ApplicationForm, job: Job, company: Company, applicant: User | None) -> Application:
    """The valid form as an application, with its candidate and resume. Raises JobClosed and AlreadyApplied."""
    candidate = Candidate.known_as(form.email.data, name=form.name.data, phone=form.phone.data or "")
    application = Application.submit(
        job,
        candidate,
        company=company,
        user=applicant,
        cover_letter=form.cover_letter.data or "",
        answers=form.answers,
    )
    resume = Attachment(
        candidate_id=candidate.id,
        key=files.store(form.content),
        name=files.download_name(form.resume.data.filename),
        media_type=form.media_type,
        size=len(form.content),
    )
    application.resume = resume
    db.session.add(resume)
    db.session.flush()  # The worker's job names the attachment's id.
    housekeeping.nudge(resume)
    return application


@bp.get("/careers/<slug>/jobs/<int:job_id>/applied")
@public
def applied(slug: str, job_id: int) -> str:
    company = entered(slug)
    job = published(job_id)
    return render_template("careers/applied.html", company=company, job=job, already="again" in request.args)


def entered(slug: str) -> Company:
    """The company of the address, whose scope the request enters; 404 if there is none."""
    company = db.one_or_404(sa.select(Company).filter_by(slug=slug))
    tenancy.enter_company(company.id)
    formatting.use_zone(company.time_zone)
    return company


def published(job_id: int) -> Job:
    """A job that is or was open. A draft does not exist to the public, nor does an archived job."""
    job = db.get_or_404(Job, job_id)
    if job.status not in ("open", "closed"):
        abort(404)
    return job


def closed(company: Company, job: Job) -> tuple[str, int]:
    """The kind page for a job that is not open any more."""
    return render_template("careers/closed.html", company=company, job=job, similar=search.similar(job)), 410


def signed_in_candidate() -> User | None:
    """The candidate at the screen. Staff who look at a careers page are visitors there, like anybody."""
    if current_user.is_authenticated and current_user.role is Role.CANDIDATE:
        return current_user._get_current_object()
    return None
