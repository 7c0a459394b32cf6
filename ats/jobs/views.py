"""The list of jobs, and a job's life: write, publish, close, reopen, archive, delete."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats import database
from ats.access import Role, requires
from ats.extensions import db
from ats.jobs import queries
from ats.jobs.forms import DESCRIPTION, JobForm
from ats.jobs.models import Job, QuestionKind, Status, StillNeeded

bp = Blueprint("jobs", __name__, url_prefix="/jobs")


@bp.get("")
@requires(Role.HIRING_MANAGER)
def index() -> str:
    status = request.args.get("status", "")
    status = status if status in set(Status) else Status.OPEN.value
    query = request.args.get("q", "").strip()[:100]
    return render_template(
        "jobs/index.html",
        listed=queries.listed(status, query),
        numbers=queries.numbers(),
        status=status,
        query=query,
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Role.RECRUITER)
def new() -> str | Response | tuple[str, int]:
    form = JobForm.for_job(None)
    if not form.is_submitted() or questions_changed(form):
        return edit_page(form, None)
    if not form.validate():
        return edit_page(form, None), 422
    job = Job(created_by_id=current_user.id)
    form.fill(job)
    db.session.add(job)
    db.session.commit()
    flash(f"“{job.title}” is saved as a draft. Publish it when it is ready.")
    return redirect(url_for(".show", job_id=job.id), 303)


@bp.get("/<int:job_id>")
@requires(Role.HIRING_MANAGER)
def show(job_id: int) -> str:
    job = db.get_or_404(Job, job_id, options=[joinedload(Job.created_by)])
    return render_template(
        "jobs/show.html",
        job=job,
        is_open=job.is_open(current_user.company),
        question_kinds={kind.value: kind.label for kind in QuestionKind},
    )


@bp.route("/<int:job_id>/edit", methods=["GET", "POST"])
@requires(Role.RECRUITER)
def edit(job_id: int) -> str | Response | tuple[str, int]:
    job = db.get_or_404(Job, job_id)
    form = JobForm.for_job(job)
    if not form.is_submitted() or questions_changed(form):
        return edit_page(form, job)
    if not form.validate():
        return edit_page(form, job), 422
    form.fill(job)
    db.session.commit()
    flash(f"“{job.title}” is saved.")
    return redirect(url_for(".show", job_id=job.id), 303)


@bp.post("/<int:job_id>/status")
@requires(Role.RECRUITER)
def change_status(job_id: int) -> Response:
    job = db.get_or_404(Job, job_id)
    database.lock(job)  # Two buttons pressed at once: the second sees the first.
    job.change_status(request.form.get("status", ""))
    db.session.commit()
    flash(f"“{job.title}” is {job.status} now.")
    return redirect(url_for(".show", job_id=job.id), 303)


@bp.route("/<int:job_id>/deletion", methods=["GET", "POST"])
@requires(Role.RECRUITER)
def delete(job_id: int) -> str | Response | tuple[str, int]:
    """A page that asks first; with applications on the job, one that explains and offers the archive."""
    job = db.get_or_404(Job, job_id)
    if request.method == "GET":
        return render_template("jobs/delete.html", job=job)
    database.lock(job, against_references=True)  # Nobody applies while the job goes.
    try:
        job.delete()
        db.session.commit()
    except StillNeeded as refusal:
        db.session.rollback()
        return render_template("jobs/delete.html", job=job, refusal=str(refusal)), 409
    flash(f"“{job.title}” is deleted.")
    return redirect(url_for(".index"), 303)


@bp.post("/preview")
@requires(Role.RECRUITER)
def preview() -> str:
    """The description as applicants will read it."""
    return render_template("jobs/_preview.html", description=request.form.get("description", "")[:DESCRIPTION])


def questions_changed(form: JobForm) -> bool:
    """Whether the button was one of the list of questions. It changes the form, and saves nothing yet."""
    if "add-question" in request.form:
        form.add_question()
    elif "remove-question" in request.form:
        form.remove_question(request.form.get("remove-question", type=int))
    else:
        return False
    return True


def edit_page(form: JobForm, job: Job | None) -> str:
    return render_template("jobs/edit.html", form=form, job=job)
