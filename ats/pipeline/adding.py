"""Adding a candidate by hand: somebody who was found, or recommended, and did not apply on the careers page."""

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats.access import Role, requires
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.forms import AddedForm
from ats.pipeline.models import AlreadyApplied, Application, JobClosed
from ats.pipeline.stages import STAGE_NAMES
from ats.pipeline.tagging import touch_cards
from ats.pipeline.views import bp


@bp.route("/jobs/<int:job_id>/candidates/new", methods=["GET", "POST"])
@requires(Role.RECRUITER)
def add_candidate(job_id: int) -> str | Response | tuple[str, int]:
    job = db.get_or_404(Job, job_id)
    if not job.is_open(current_user.company):
        raise JobClosed(f"“{job.title}” is not open, so nobody can be added to it. Publish or reopen the job first.")
    form = AddedForm()
    if not form.is_submitted():
        return adding_page(job, form)
    if not form.validate():
        return adding_page(job, form), 422
    try:
        added, was_known = add(form, job)
        db.session.commit()
    except AlreadyApplied:
        db.session.rollback()
        return adding_page(db.session.get_one(Job, job_id), form), 409
    name = added.candidate.name
    known = f"You know {name} already: the application was added to what there is." if was_known else ""
    flash(known or f"{name} is in {STAGE_NAMES[added.stage]} now. No mail was sent.")
    return redirect(url_for(".board", job_id=job_id, _anchor=f"application-{added.id}"), 303)


@bp.get("/jobs/<int:job_id>/candidates/known")
@requires(Role.RECRUITER)
def known_candidate(job_id: int) -> str:
    """Whom the company knows by the address that is being typed into the form."""
    job = db.get_or_404(Job, job_id)
    return render_template("pipeline/_known.html", job=job, known=known_by(request.args.get("email", "")))


def add(form: AddedForm, job: Job) -> tuple[Application, bool]:
    """The valid form as an application, and whether the company knew the candidate, of whom it then fills in gaps.

    Raises JobClosed and AlreadyApplied.
    """
    was_known = bool(known_by(form.email.data))
    typed = {"phone": form.phone.data or "", "headline": form.headline.data or ""}
    candidate = Candidate.known_as(form.email.data, name=form.name.data, **typed)
    application = Application.submit(
        job, candidate, company=current_user.company, added_by=current_user, source=form.source.data
    )
    candidate.phone = candidate.phone or typed["phone"]
    candidate.headline = candidate.headline or typed["headline"]
    if form.resume.was_sent:
        application.resume = form.resume.attach_to(candidate)
    for name in form.tag_names:
        candidate.tag(name)
    if was_known:
        touch_cards(candidate.id)
    return application, was_known


def known_by(email: str) -> list[Application]:
    """The applications of the candidate with that address, the newest first."""
    wanted = sa.select(Application).join(Candidate, Candidate.id == Application.candidate_id)
    wanted = wanted.where(Candidate.email == email.strip().lower()).order_by(Application.id.desc()).limit(10)
    return list(db.session.scalars(wanted.options(joinedload(Application.candidate), joinedload(Application.job))))


def adding_page(job: Job, form: AddedForm) -> str:
    known = known_by(form.email.data or "") if form.is_submitted() and not form.email.errors else []
    return render_template("pipeline/add_candidate.html", job=job, form=form, known=known)
