"""The application form: shown, drafted and sent."""

from datetime import timedelta

import sqlalchemy as sa
from flask import abort, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.wrappers import Response

from ats import errors, tenancy
from ats.access import public
from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.drafts import LIFE, Draft
from ats.candidates.models import Candidate
from ats.careers.forms import ApplicationForm, differing
from ats.careers.views import bp, closed, entered, published, signed_in_candidate
from ats.extensions import db, limiter
from ats.jobs.models import Job
from ats.pipeline import consent
from ats.pipeline.models import AlreadyApplied, Application, JobClosed

APPLICATIONS_LIMIT = "30 per minute"
"""Of applications sent from one address."""
DRAFTS_LIMIT = "120 per minute"
"""A form that is being filled in saves itself every few seconds."""
COOKIE = "foyer-draft"
BASE = "/careers/<slug>/jobs/<int:job_id>/apply"


@bp.route(BASE, methods=["GET", "POST"])
@public
@limiter.limit(APPLICATIONS_LIMIT, methods=["POST"])
def apply(slug: str, job_id: int) -> str | Response | tuple[str, int]:
    company, job = entered(slug), published(job_id)
    if not job.is_open(company):
        return closed(company, job)
    applicant, draft = signed_in_candidate(), current_draft(job)
    form = ApplicationForm.for_job(job, company, applicant=applicant, draft=draft)
    if not form.is_submitted():
        return form_page(form)
    if not form.validate():
        # The first of two clicks may have been stored meanwhile, and have taken the draft's resume with it.
        return sent(job) if was_stored(form) else refused(form)
    try:
        submit(form, applicant)
        db.session.commit()
    except JobClosed:
        return closed(company, published(job_id))
    except AlreadyApplied:
        return sent(job, again=not was_stored(form))
    except OperationalError as error:
        if not errors.is_busy(error):
            raise
        db.session.rollback()
        return busy(form)
    return sent(job)


@bp.errorhandler(CSRFError)
def stale(error: CSRFError) -> Response:
    """An application that was open for longer than its session comes back with all that was typed."""
    job = company = None
    if request.endpoint == "careers.apply" and request.view_args:
        company = db.session.scalar(sa.select(Company).filter_by(slug=request.view_args["slug"]))
    if company is not None:
        tenancy.enter_company(company.id)
        job = db.session.get(Job, (request.view_args or {})["job_id"])
    if company is None or job is None or not job.is_open(company):
        return errors.on_csrf_error(error)
    form = ApplicationForm.for_job(job, company, applicant=signed_in_candidate(), draft=current_draft(job))
    form.keeps_files = False  # Nothing is written for a request that may be forged.
    form.form_errors.append(f"{errors.FORM_EXPIRED} Look it over and send it once more")
    return make_response(form_page(form), 400)


@bp.post(f"{BASE}/draft")
@public
@limiter.limit(DRAFTS_LIMIT)
def save_draft(slug: str, job_id: int) -> Response:
    """Keep what is filled in so far. To a resume that comes along the answer is its part of the form, anew."""
    form = fillable(slug, job_id)
    if was_stored(form):  # Saved by a page whose form was sent a moment before: there is nothing to keep any more.
        return make_response("")
    uploaded = form.resume.was_sent
    refused = uploaded and not form.resume.validate(form)
    token = keep(form)
    db.session.commit()
    return with_cookie(make_response(resume_part(form) if uploaded else "", 422 if refused else 200), token)


@bp.get(f"{BASE}/resume")
@public
def drafted_resume(slug: str, job_id: int) -> str:
    """The resume's part of the form, with what the worker has read out of it by now."""
    return resume_part(fillable(slug, job_id))


@bp.post(f"{BASE}/resume/removal")
@public
@limiter.limit(DRAFTS_LIMIT)
def remove_resume(slug: str, job_id: int) -> Response:
    form = fillable(slug, job_id)
    token = keep(form)
    if form.draft:
        form.draft.drop_resume()
    db.session.commit()
    return with_cookie(redirect(url_for(".apply", slug=slug, job_id=job_id, _anchor="documents"), 303), token)


@bp.post(f"{BASE}/draft/removal")
@public
def discard_draft(slug: str, job_id: int) -> Response:
    form = fillable(slug, job_id)
    if form.draft:
        form.draft.discard()
        db.session.commit()
    answer = redirect(url_for(".apply", slug=slug, job_id=job_id), 303)
    answer.delete_cookie(COOKIE, path=form_address())
    return answer


@bp.get("/careers/<slug>/jobs/<int:job_id>/applied")
@public
def applied(slug: str, job_id: int) -> str:
    company, job = entered(slug), published(job_id)
    return render_template("careers/applied.html", company=company, job=job, already="again" in request.args)


def submit(form: ApplicationForm, applicant: User | None) -> Application:
    """The valid form as an application, with its candidate and resume. Raises JobClosed and AlreadyApplied.

    Only an account whose address is proved takes the application; any other may claim it once it is.
    """
    job, company, draft = form.job, form.company, form.draft
    consent.Consent.keep(company)
    candidate = Candidate.known_as(form.email.data, name=form.name.data, phone=form.phone.data or "")
    resume = form.resume.store() if form.resume.was_sent else draft.hand_over() if draft else None
    assert resume  # The form asks for one.
    resume.candidate_id, key = candidate.id, resume.key
    try:
        application = Application.submit(
            job,
            candidate,
            company=company,
            user=applicant if applicant and applicant.confirmed_at else None,
            cover_letter=form.cover_letter.data or "",
            answers=form.answers + differing(form, {"name": candidate.name, "phone": candidate.phone}),
            resume=resume,
            consent_version=company.consent_version,
            submission_key=form.key.data or None,
        )
    except (JobClosed, AlreadyApplied):
        db.session.rollback()
        if form.resume.was_sent:
            files.delete(key)
        raise
    if draft and form.resume.was_sent:
        draft.discard()
    return application


def was_stored(form: ApplicationForm) -> bool:
    """Whether this very form has become an application already."""
    stored = sa.exists().where(Application.job_id == form.job.id, Application.submission_key == form.key.data)
    return bool(form.key.data and db.session.scalar(sa.select(stored)))


def sent(job: Job, *, again: bool = False) -> Response:
    """Where a form leads that was sent: the candidate has applied, now or before (`again`)."""
    return redirect(
        url_for(".applied", slug=request.view_args["slug"], job_id=job.id, again=1 if again else None),  # type: ignore[index]
        303,
    )


def refused(form: ApplicationForm) -> Response:
    """The form with what is wrong in it; all that is right is kept, the file too."""
    token = keep(form)
    db.session.commit()
    return with_cookie(make_response(form_page(form), 422), token)


def busy(form: ApplicationForm) -> Response:
    """The form once more, when so many apply that its turn did not come."""
    form.form_errors.append("Many people apply at this very moment. Please press “Send application” once more")
    answer = refused(form)
    answer.status_code = 503
    answer.headers["Retry-After"] = str(errors.RETRY_SECONDS)
    return answer


def fillable(slug: str, job_id: int) -> ApplicationForm:
    """The form of an open job as it was sent, with the browser's draft."""
    company, job = entered(slug), published(job_id)
    if not job.is_open(company):
        abort(410)
    return ApplicationForm.for_job(job, company, applicant=signed_in_candidate(), draft=current_draft(job))


def current_draft(job: Job) -> Draft | None:
    return Draft.of(request.cookies.get(COOKIE), job.id, lock=request.method == "POST")


def keep(form: ApplicationForm) -> str | None:
    """Keep what was typed, and a resume that is right; returns the token of a draft that began by it."""
    uploaded = form.resume.was_sent and not form.resume.errors and bool(form.resume.content)
    token = None
    if form.draft is None:
        if not uploaded and not any(form.typed.values()):
            return None
        form.draft, token = Draft.begin(form.job.id)
    form.draft.save(form.typed)
    if uploaded:
        form.draft.keep_resume(form.resume.store())
    return token


def with_cookie(answer: Response, token: str | None) -> Response:
    """The cookie goes to the form's own address alone."""
    if token:
        options = {"path": form_address(), "secure": request.is_secure, "httponly": True, "samesite": "Lax"}
        answer.set_cookie(COOKIE, token, max_age=LIFE, **options)  # type: ignore[arg-type]
    return answer


def form_address() -> str:
    return url_for(".apply", **(request.view_args or {}))


def form_page(form: ApplicationForm) -> str:
    return render_template("careers/apply.html", **context(form))


def resume_part(form: ApplicationForm) -> str:
    return render_template("careers/_resume.html", **context(form))


def context(form: ApplicationForm) -> dict[str, object]:
    resume = form.draft.resume if form.draft else None
    return {
        "company": form.company,
        "job": form.job,
        "form": form,
        "resume": resume,
        "found": form.found,
        "is_being_read": form.is_being_read,
        "consent_text": consent.text(form.company),
        "retention": consent.retention(form.company),
        "draft_hours": LIFE // timedelta(hours=1),
    }
