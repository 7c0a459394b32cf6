"""The board, the moves on it, and the page of one application."""

import sqlalchemy as sa
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, undefer
from werkzeug.wrappers import Response

from ats import htmx
from ats.access import Role, requires
from ats.candidates import files
from ats.candidates.models import Attachment
from ats.collaboration.models import Note
from ats.errors import Refusal
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import Message
from ats.pipeline import board as boards
from ats.pipeline import progress
from ats.pipeline.forms import NoteForm
from ats.pipeline.models import Application, StageChange
from ats.pipeline.stages import LABELS, STAGE, TARGETS

bp = Blueprint("pipeline", __name__)

STAGE_NAMES = {value: stage.name for value, stage in STAGE.items()}


@bp.get("/jobs/<int:job_id>/board")
@requires(Role.HIRING_MANAGER)
def board(job_id: int) -> str:
    job = db.get_or_404(Job, job_id)
    return render_template(
        "pipeline/board.html", job=job, columns=boards.columns(job), is_open=job.is_open(current_user.company)
    )


@bp.get("/jobs/<int:job_id>/board/<stage>")
@requires(Role.HIRING_MANAGER)
def column(job_id: int, stage: str) -> str:
    """The cards that scrolling brings; without script, a page of one column."""
    job = db.get_or_404(Job, job_id)
    if stage not in STAGE:
        abort(404)
    shown = boards.column(job, stage, boards.Cursor.parse(request.args.get("after")))
    template = "pipeline/_page_of_cards.html" if htmx.is_htmx() else "pipeline/column.html"
    return render_template(template, job=job, column=shown)


@bp.post("/applications/<int:application_id>/stage")
@requires(Role.RECRUITER)
def move(application_id: int) -> Response:
    application = visible(application_id)
    left = application.stage
    try:
        application.move_to(
            request.form.get("stage", ""),
            actor=current_user,
            seen_seq=request.form.get("seq", type=int, default=0),
            reason=request.form.get("reason") or None,
        )
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        return moved(application_id, left, refusal)
    return moved(application_id, left)


@bp.post("/applications/<int:application_id>/undo")
@requires(Role.RECRUITER)
def undo(application_id: int) -> Response:
    application = visible(application_id)
    left = application.stage
    try:
        application.undo(actor=current_user, seen_seq=request.form.get("seq", type=int, default=0))
        db.session.commit()
    except Refusal as refusal:
        db.session.rollback()
        return moved(application_id, left, refusal)
    return moved(application_id, left)


def moved(application_id: int, left: str, refusal: Refusal | None = None) -> Response:
    """The answer to a move: the true card and counts for the board that htmx is on, else back to the page."""
    application = visible(application_id)
    if not htmx.is_htmx():
        if refusal:
            flash(str(refusal), "bad")
        else:
            flash(f"{application.candidate.name} is in {STAGE[application.stage].name} now.")
        return redirect(own_board_or_page(application), 303)
    last = application.last_change()
    answer = render_template(
        "pipeline/_moved.html",
        job=application.job,
        card=boards.card(application),
        name=application.candidate.name,
        stages=[STAGE[stage] for stage in dict.fromkeys([left, application.stage, request.form.get("stage")]) if stage in STAGE],
        stage_names=STAGE_NAMES,
        refusal=refusal,
        change=last,
        hold_seconds=current_user.company.mail_hold_seconds,
    )
    return make_response(answer, refusal.status if refusal else 200)


def own_board_or_page(application: Application) -> str:
    """Where the form was: it says so itself, and may only name one of the two."""
    if request.form.get("from") == "page":
        return url_for(".application", application_id=application.id)
    return url_for(".board", job_id=application.job_id, _anchor=f"application-{application.id}")


@bp.get("/applications/<int:application_id>")
@requires(Role.HIRING_MANAGER)
def application(application_id: int) -> str:
    return application_page(visible(application_id, undefer(Attachment.text)), NoteForm())


@bp.post("/applications/<int:application_id>/notes")
@requires(Role.HIRING_MANAGER)
def add_note(application_id: int) -> str | Response | tuple[str, int]:
    application = visible(application_id, undefer(Attachment.text))
    form = NoteForm()
    if not form.validate():
        return application_page(application, form), 422
    note = Note(application_id=application.id, author_id=current_user.id, body=form.body.data)
    db.session.add(note)
    application.job.touch_board()
    db.session.commit()
    return redirect(url_for(".application", application_id=application.id, _anchor=f"note-{note.id}"), 303)


@bp.get("/applications/<int:application_id>/resume")
@requires(Role.HIRING_MANAGER)
def resume(application_id: int) -> Response:
    """The file as it came: a PDF for our own page to show, anything else, or `?download=1`, to save."""
    attachment = visible(application_id).resume
    if attachment is None:
        abort(404)
    inline = attachment.is_pdf and "download" not in request.args
    answer = make_response(files.read(attachment.key))
    answer.headers["Content-Type"] = attachment.media_type
    answer.headers["Content-Disposition"] = files.content_disposition(
        "inline" if inline else "attachment", attachment.name
    )
    if inline:
        answer.headers["X-Frame-Options"] = "SAMEORIGIN"
    return answer


def visible(application_id: int, *options: sa.orm.interfaces.ORMOption) -> Application:
    """The application with its job, candidate and resume, in one statement; 404 where the scope does not show it."""
    wanted = sa.select(Application).where(Application.id == application_id)
    loads = joinedload(Application.job), joinedload(Application.candidate), joinedload(Application.resume)
    if options:
        loads = (*loads[:2], loads[2].options(*options))
    return db.one_or_404(wanted.options(*loads).execution_options(populate_existing=True))


def application_page(application: Application, form: NoteForm) -> str:
    history = (
        sa.select(StageChange)
        .filter_by(application_id=application.id)
        .order_by(StageChange.seq)
        .options(joinedload(StageChange.actor))
    )
    notes = (
        sa.select(Note).filter_by(application_id=application.id).order_by(Note.id.desc()).options(joinedload(Note.author))
    )
    changes = db.session.scalars(history).all()
    mails = sa.select(Message).where(Message.dedupe_key.in_([change.mail_key for change in changes]))
    return render_template(
        "pipeline/application.html",
        application=application,
        job=application.job,
        candidate=application.candidate,
        resume=application.resume,
        changes=changes,
        steps=progress.steps(progress.holding(changes)),
        moves=[(target, LABELS[application.stage, target]) for target in TARGETS[application.stage]],
        mails={mail.dedupe_key: mail for mail in db.session.scalars(mails)},
        notes=db.session.scalars(notes).all(),
        stage_names=STAGE_NAMES,
        form=form,
    )
