"""The page of one application, and its resume."""

import sqlalchemy as sa
from flask import abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload, undefer
from werkzeug.wrappers import Response

from ats.access import Role, requires
from ats.candidates import files
from ats.candidates.models import Attachment
from ats.collaboration.models import Note
from ats.extensions import db
from ats.notifications.models import Message
from ats.pipeline import progress
from ats.pipeline.forms import NoteForm
from ats.pipeline.models import Application, StageChange
from ats.pipeline.stages import LABELS, STAGE_NAMES, TARGETS
from ats.pipeline.views import bp


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
        sa.select(Note)
        .filter_by(application_id=application.id)
        .order_by(Note.id.desc())
        .options(joinedload(Note.author))
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
