"""One application: a panel beside the board, and under the same address a page of its own."""

from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import abort, make_response, render_template, request
from flask_login import current_user
from sqlalchemy.orm import joinedload, undefer
from werkzeug.wrappers import Response

from ats import htmx
from ats.access import Role, requires
from ats.candidates import files
from ats.candidates.forms import TagForm
from ats.candidates.models import Attachment
from ats.collaboration.discussion import Discussion
from ats.collaboration.forms import NoteForm, ScorecardForm
from ats.extensions import db
from ats.notifications.models import Message
from ats.pipeline import board as boards
from ats.pipeline import progress
from ats.pipeline.filters import Filters
from ats.pipeline.models import Application, Opening, StageChange
from ats.pipeline.stages import LABELS, STAGE_NAMES, TARGETS
from ats.pipeline.views import board_url, bp, filters_at_hand, viewer

OTHERS = 20
"""Other applications of the person that are listed."""


@bp.get("/applications/<int:application_id>")
@requires(Role.HIRING_MANAGER)
def application(application_id: int) -> str:
    """The page. htmx gets the panel alone, to show it in a dialog of the board."""
    return application_page(visible(application_id, undefer(Attachment.text)))


@bp.post("/applications/<int:application_id>/opening")
@requires(Role.HIRING_MANAGER)
def opening(application_id: int) -> str | Response:
    """The user has opened it, so its card is not new to them any more. The panel says so by itself, once."""
    application = visible(application_id)
    Opening.mark(application, current_user)
    db.session.commit()
    return card_again(application_id) if htmx.is_htmx() else Response(status=204)


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
    """The application with its job, candidate and resume, in one statement; 404 where the scope does not show it.

    The options are about the resume.
    """
    wanted = sa.select(Application).where(Application.id == application_id)
    resume: Any = joinedload(Application.resume)
    loads = joinedload(Application.job), joinedload(Application.candidate), resume.options(*options)
    return db.one_or_404(wanted.options(*loads).execution_options(populate_existing=True))


def application_page(
    application: Application,
    *,
    note_form: NoteForm | None = None,
    edited: tuple[int, NoteForm] | None = None,
    scorecard_form: ScorecardForm | None = None,
    tag_form: TagForm | None = None,
) -> str:
    """The whole page, with the forms as they were sent where they are to be sent again."""
    filters = Filters.parse(request.args) if request.method == "GET" else filters_at_hand()
    discussion = Discussion.of(application.id, current_user)
    previous, following = boards.neighbours(application.job, application, filters, viewer())
    return render_template(
        "pipeline/_panel.html" if htmx.is_htmx() else "pipeline/application.html",
        application=application,
        job=application.job,
        candidate=application.candidate,
        resume=application.resume,
        in_dialog=htmx.is_htmx(),
        is_new=db.session.get(Opening, (application.id, current_user.id)) is None,
        query=urlencode(filters.query),
        board_url=board_url(application.job_id, filters, _anchor=f"application-{application.id}"),
        previous=previous,
        following=following,
        in_column=None if filters.is_narrowed else application.job.count(application.stage),
        moves=[(target, LABELS[application.stage, target]) for target in TARGETS[application.stage]],
        stage_names=STAGE_NAMES,
        tags=application.candidate.tags(),
        all_tags=boards.tags(),
        tag_form=tag_form or TagForm(formdata=None),
        discussion=discussion,
        note_form=note_form or NoteForm(formdata=None),
        edited=edited,
        scorecard_form=scorecard_form or ScorecardForm.of(discussion.own),
        others=other_applications(application),
        **story(application),
    )


def story(application: Application) -> dict[str, Any]:
    """What happened to the application, the first first, and the mails about it by their keys."""
    history = sa.select(StageChange).filter_by(application_id=application.id).order_by(StageChange.seq)
    changes = db.session.scalars(history.options(joinedload(StageChange.actor))).all()
    mails = sa.select(Message).where(Message.dedupe_key.in_([change.mail_key for change in changes]))
    return {
        "changes": changes,
        "steps": progress.steps(progress.holding(changes)),
        "mails": {mail.dedupe_key: mail for mail in db.session.scalars(mails)},
    }


def other_applications(application: Application) -> list[Application]:
    """What else the person applied for in this company, the newest first."""
    others = sa.select(Application).where(
        Application.candidate_id == application.candidate_id, Application.id != application.id
    )
    newest = others.order_by(Application.id.desc()).limit(OTHERS)
    return list(db.session.scalars(newest.options(joinedload(Application.job))))


def card_again(application_id: int) -> str:
    """The card as it is now, for the board that may lie behind the panel."""
    application = visible(application_id)
    return render_template(
        "pipeline/_card_again.html",
        job=application.job,
        card=boards.cards([application_id], viewer())[0],
        query=urlencode(filters_at_hand().query),
    )


def tabs_again(application: Application, discussion: Discussion) -> str:
    """The tabs of the record, whose counts have changed."""
    return render_template("pipeline/_record_tabs.html", application=application, discussion=discussion, oob=True)
