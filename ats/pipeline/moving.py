"""Moves on the board: one or many, with their undo and their mail, and the dialog that asks why to reject."""

from collections.abc import Callable

import sqlalchemy as sa
from flask import abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats import htmx
from ats.access import Role, requires
from ats.accounts.models import REJECTION_MAILS
from ats.candidates.models import Tag, Tagging
from ats.collaboration.models import Note
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline import board as boards
from ats.pipeline import bulk
from ats.pipeline.forms import RejectionForm
from ats.pipeline.models import REJECTION_TEMPLATES, Application
from ats.pipeline.stages import STAGE, STAGE_NAMES
from ats.pipeline.views import board_url, bp, filters_at_hand, viewer
from ats.text import one_line

Act = Callable[[Application, int], None]


@bp.post("/applications/<int:application_id>/stage")
@requires(Role.RECRUITER)
def move(application_id: int) -> Response:
    stage = request.form.get("stage", "")
    return one(
        application_id, lambda application, seq: application.move_locked(stage, actor=current_user, seen_seq=seq)
    )


@bp.post("/applications/<int:application_id>/undo")
@requires(Role.RECRUITER)
def undo(application_id: int) -> Response:
    return one(application_id, lambda application, seq: application.undo(actor=current_user, seen_seq=seq))


@bp.post("/applications/<int:application_id>/mail")
@requires(Role.RECRUITER)
def send_mail_now(application_id: int) -> Response:
    return one(application_id, lambda application, seq: application.send_mail_now(actor=current_user, seen_seq=seq))


@bp.post("/jobs/<int:job_id>/moves")
@requires(Role.RECRUITER)
def move_selected(job_id: int) -> Response:
    stage = request.form.get("stage", "")
    return many(job_id, lambda application, seq: application.move_locked(stage, actor=current_user, seen_seq=seq))


@bp.post("/jobs/<int:job_id>/undo")
@requires(Role.RECRUITER)
def undo_selected(job_id: int) -> Response:
    return many(job_id, lambda application, seq: application.undo(actor=current_user, seen_seq=seq))


@bp.post("/jobs/<int:job_id>/mails")
@requires(Role.RECRUITER)
def send_mails_now(job_id: int) -> Response:
    return many(job_id, lambda application, seq: application.send_mail_now(actor=current_user, seen_seq=seq))


@bp.post("/jobs/<int:job_id>/tags")
@requires(Role.RECRUITER)
def tag_selected(job_id: int) -> Response:
    name = one_line(request.form.get("tag", ""))[:40]
    if not name:
        abort(422)
    tag = Tag.named(name)
    db.session.flush()  # The taggings name the tag's id.

    def add(application: Application, seq: int) -> None:
        db.session.merge(
            Tagging(candidate_id=application.candidate_id, tag_id=tag.id, company_id=application.company_id)
        )
        application.touch_card()

    return many(job_id, add)


@bp.route("/jobs/<int:job_id>/rejection", methods=["GET", "POST"])
@requires(Role.RECRUITER)
def reject(job_id: int) -> str | Response | tuple[str, int]:
    """The dialog, the same for one and for many: why, which mail, and a note for the team."""
    job = db.get_or_404(Job, job_id)
    wanted = wanted_of(request.values.getlist("application"))
    form = RejectionForm.of(current_user.company)
    if request.method == "GET":
        return rejection_dialog(job, wanted, form)
    if not form.validate():
        return rejection_dialog(job, wanted, form), 422
    labels = {reason["id"]: reason["label"] for reason in current_user.company.rejection_reasons}

    def act(application: Application, seq: int) -> None:
        application.move_locked(
            "rejected", actor=current_user, seen_seq=seq, reason=labels[form.reason.data], mail=form.mail.data
        )
        if form.note.data:
            db.session.add(Note(application_id=application.id, author_id=current_user.id, body=form.note.data))

    return many(job_id, act)


def rejection_dialog(job: Job, wanted: dict[int, int], form: RejectionForm) -> str:
    chosen = sa.select(Application).where(Application.id.in_(wanted), Application.job_id == job.id)
    applications = db.session.scalars(chosen.order_by(Application.id).options(joinedload(Application.candidate))).all()
    if len(applications) != len(wanted):
        abort(404)
    context = applications[0].mail_context(current_user.company)
    mails = {
        kind: render_template(f"emails/{template}/body.txt", company_name=current_user.company.name, **context).strip()
        for kind, template in REJECTION_TEMPLATES.items()
        if template
    }
    return render_template(
        "pipeline/_rejection.html" if htmx.is_htmx() else "pipeline/rejection.html",
        dialog=htmx.is_htmx(),
        job=job,
        applications=applications,
        keys=[f"{application.id}:{wanted[application.id]}" for application in applications],
        form=form,
        mails=mails,
        reasons=current_user.company.rejection_reasons,
        labels=REJECTION_MAILS,
        stage_names=STAGE_NAMES,
        from_page=request.values.get("from") == "page",
    )


def one(application_id: int, act: Act) -> Response:
    """Do it to one application; 404 where the scope shows none."""
    seen = request.form.get("seq", type=int, default=0)
    return done(Application.locked([application_id]) or abort(404), {application_id: seen}, act)


def many(job_id: int, act: Act) -> Response:
    """Do it to the selected applications of the job; 404 if one of them is not of it."""
    wanted = wanted_of(request.form.getlist("application"))
    applications = Application.locked(wanted)
    if {application.job_id for application in applications} != {job_id} or len(applications) != len(wanted):
        abort(404)
    return done(applications, wanted, act)


def wanted_of(keys: list[str]) -> dict[int, int]:
    try:
        return bulk.selected(keys)
    except ValueError:
        abort(422)


def done(applications: list[Application], seen: dict[int, int], act: Act) -> Response:
    """Act, commit, and answer: the true cards and counts to the board that htmx is on, else back to the page."""
    stages = [application.stage for application in applications]
    outcome = bulk.each(applications, seen, act)
    db.session.commit()
    job = db.session.get_one(Job, applications[0].job_id, populate_existing=True)
    if not htmx.is_htmx():
        return sent_back(job, outcome)
    stages += [application.stage for application in applications]
    shown = {card.id: card for card in boards.cards(seen, viewer())}
    answer = render_template(
        "pipeline/_moved.html",
        job=job,
        outcome=outcome,
        moved=[shown[application.id] for application in outcome.done + [a for a, _ in outcome.conflicts]],
        kept=[shown[application.id] for application, _ in outcome.refused],
        heads=boards.heads(job, filters_at_hand(), viewer(), dict.fromkeys([*stages, *_asked()])),
        filters=filters_at_hand(),
        deed=request.endpoint,
        stage_names=STAGE_NAMES,
        change=outcome.done[0].last_change() if outcome.done else None,
        keys=[shown[application.id].key for application in outcome.done],
        hold_seconds=current_user.company.mail_hold_seconds,
        sends_mail=request.form.get("mail") != "none",
    )
    return make_response(answer, outcome.status)


def _asked() -> list[str]:
    """The column that was asked for: a refused card leaves a count there to put right, too."""
    return [stage for stage in [request.form.get("stage", "")] if stage in STAGE]


def sent_back(job: Job, outcome: bulk.Outcome) -> Response:
    """Where the form was: it says so itself, and may only name the application's page or the board."""
    for _, refusal in outcome.not_done:
        flash(str(refusal), "bad")
    for application in outcome.done[:3]:
        flash(f"{application.candidate.name} is in {STAGE_NAMES[application.stage]} now.")
    if len(outcome.done) > 3:
        flash(f"And {len(outcome.done) - 3} more.")
    first = outcome.all[0]
    if request.form.get("from") == "page":
        return redirect(url_for("pipeline.application", application_id=first.id), 303)
    anchor = f"application-{first.id}"
    return redirect(board_url(job.id, filters_at_hand(), _anchor=anchor), 303)
