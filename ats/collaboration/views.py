"""Writing notes and scorecards. They are read on the application's page (pipeline/panel.py)."""

import sqlalchemy as sa
from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats import database, htmx
from ats.access import Role, requires
from ats.collaboration import mentions
from ats.collaboration.discussion import Discussion
from ats.collaboration.forms import NoteForm, ScorecardForm
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.pipeline.models import Application
from ats.pipeline.panel import application_page, card_again, tabs_again, visible

bp = Blueprint("collaboration", __name__, url_prefix="/applications/<int:application_id>")
bp.add_app_template_filter(mentions.highlight)

Answer = str | Response | tuple[str, int]


@bp.post("/notes")
@requires(Role.HIRING_MANAGER)
def add_note(application_id: int) -> Answer:
    application = visible(application_id)
    form = NoteForm()
    if not form.validate():
        return refused(application, "notes", note_form=form)
    note = Note.write(application, author=current_user, body=form.body.data)
    tell_mentioned(note, application)
    db.session.commit()
    return answered(application, "notes", note_form=NoteForm(formdata=None), anchor=f"note-{note.id}")


@bp.route("/notes/<int:note_id>", methods=["GET", "POST"])
@requires(Role.HIRING_MANAGER)
def edit_note(application_id: int, note_id: int) -> Answer:
    application, note = own_note(application_id, note_id)
    if "cancel" in request.args:
        return note_again(application, note, None)
    form = NoteForm.editing(note)
    if not form.is_submitted():
        return note_again(application, note, form)
    if not form.validate():
        return note_again(application, note, form), 422
    note.edit(form.body.data)
    tell_mentioned(note, application)
    db.session.commit()
    if htmx.is_htmx():
        return note_again(application, own_note(application_id, note_id)[1], None)
    return redirect(page_url(application_id, f"note-{note_id}"), 303)


@bp.post("/notes/<int:note_id>/deletion")
@requires(Role.HIRING_MANAGER)
def delete_note(application_id: int, note_id: int) -> Answer:
    application, note = own_note(application_id, note_id)
    note.delete(application)
    db.session.commit()
    if htmx.is_htmx():  # The note itself is taken away by hx-swap="delete".
        discussion = Discussion.of(application_id, current_user)
        return tabs_again(application, discussion) + card_again(application_id)
    return redirect(page_url(application_id, "notes"), 303)


@bp.post("/scorecard")
@requires(Role.HIRING_MANAGER)
def hand_in(application_id: int) -> Answer:
    application = visible(application_id)
    form = ScorecardForm()
    if not form.validate():
        return refused(application, "scorecards", scorecard_form=form)
    database.lock(application)
    Scorecard.hand_in(application, author=current_user, rating=form.rating.data, comment=form.comment.data or "")
    db.session.commit()
    return answered(application, "scorecards", anchor="scorecards")


def own_note(application_id: int, note_id: int) -> tuple[Application, Note]:
    """The note, held together with its application until the transaction ends. 403 for a colleague's note."""
    application = visible(application_id)
    wanted = sa.select(Note).filter_by(id=note_id, application_id=application_id).options(joinedload(Note.author))
    note = db.one_or_404(wanted.with_for_update(of=Note).execution_options(populate_existing=True))
    if note.author_id != current_user.id:
        abort(403)
    return application, note


def tell_mentioned(note: Note, application: Application) -> None:
    mentions.post_mails(
        note.id,
        note.body,
        people=mentions.colleagues(application.company_id),
        author=current_user,
        application_id=application.id,
        name=application.candidate.name,
        job_title=application.job.title,
    )


def answered(application: Application, section: str, *, anchor: str, **forms: NoteForm) -> str | Response:
    """To htmx the section of the page that changed, with what else shows it; else back to the page."""
    if not htmx.is_htmx():
        return redirect(page_url(application.id, anchor), 303)
    application = visible(application.id)
    discussion = Discussion.of(application.id, current_user)
    if section == "scorecards":
        forms["scorecard_form"] = ScorecardForm.of(discussion.own)
    html = render_template(f"collaboration/_{section}.html", application=application, discussion=discussion, **forms)
    return html + tabs_again(application, discussion) + card_again(application.id)


def refused(application: Application, section: str, **forms: NoteForm | ScorecardForm) -> tuple[str, int]:
    if not htmx.is_htmx():
        return application_page(application, **forms), 422
    discussion = Discussion.of(application.id, current_user)
    html = render_template(f"collaboration/_{section}.html", application=application, discussion=discussion, **forms)
    return html, 422


def note_again(application: Application, note: Note, form: NoteForm | None) -> str:
    """The note, in a form to edit it if there is one; without htmx the page around it."""
    if not htmx.is_htmx():
        return application_page(application, edited=form and (note.id, form))
    names = [colleague.name for colleague in mentions.colleagues(application.company_id)]
    return render_template("collaboration/_note.html", application=application, note=note, edit_form=form, names=names)


def page_url(application_id: int, anchor: str) -> str:
    return url_for("pipeline.application", application_id=application_id, _anchor=anchor)
