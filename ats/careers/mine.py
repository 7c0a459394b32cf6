"""A signed-in candidate's own applications, across companies."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats.access import Role, requires
from ats.accounts.models import Company
from ats.careers.views import bp
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline import progress
from ats.pipeline.models import WITHDRAWN, Application, StageChange
from ats.pipeline.stages import OPEN_STAGES

SENTENCES = {
    "applied": "Your application has arrived. A person reads it, and you hear from them either way.",
    "screening": "They are reading your application closely. If it fits, they get in touch about a first talk.",
    "interview": "They would like to talk with you. The team writes to you about when and with whom.",
    "offer": "They would like to work with you. The team writes to you about the offer.",
    "hired": "You have the job. Congratulations!",
    "rejected": "They decided to go on with other people. Thank you for the time you gave it.",
    WITHDRAWN: "You withdrew this application.",
}


@dataclass(frozen=True)
class Followed:
    """One application as its candidate sees it."""

    application: Application
    company: Company
    changes: list[StageChange]
    """Those that hold and that the candidate may know of, the first first."""

    @property
    def job(self) -> Job:
        return self.application.job

    @property
    def stage(self) -> str:
        return self.changes[-1].to_stage

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN_STAGES

    @property
    def is_withdrawn(self) -> bool:
        return self.changes[-1].reason == WITHDRAWN

    @property
    def sentence(self) -> str:
        return SENTENCES[WITHDRAWN if self.is_withdrawn else self.stage]

    @property
    def ended_at(self) -> datetime:
        return self.changes[-1].created_at

    @property
    def steps(self) -> list[dict[str, Any]]:
        return progress.steps(self.changes)


@bp.get("/my/applications")
@requires(Role.CANDIDATE)
def my_applications() -> str:
    followed = applications_of(current_user.id)
    return render_template(
        "careers/my_applications.html",
        open=[one for one in followed if one.is_open],
        closed=[one for one in followed if not one.is_open],
    )


@bp.get("/my/applications/<int:application_id>/withdrawal")
@requires(Role.CANDIDATE)
def confirm_withdrawal(application_id: int) -> str:
    return render_template("careers/withdraw.html", application=own(application_id))


@bp.post("/my/applications/<int:application_id>/withdrawal")
@requires(Role.CANDIDATE)
def withdraw(application_id: int) -> Response:
    application = own(application_id)
    application.withdraw(actor=current_user)
    db.session.commit()
    flash(f"You withdrew your application for {application.job.title}. Thank you for letting them know.")
    return redirect(url_for(".my_applications"), 303)


def own(application_id: int) -> Application:
    wanted = sa.select(Application).where(Application.id == application_id)
    return db.one_or_404(wanted.options(joinedload(Application.job), joinedload(Application.candidate)))


def applications_of(user_id: int) -> list[Followed]:
    """The person's applications, the newest first, in two statements."""
    rows = db.session.execute(
        sa.select(Application, Company)
        .join(Company, Company.id == Application.company_id)
        .where(Application.user_id == user_id)
        .order_by(Application.created_at.desc(), Application.id.desc())
        .options(joinedload(Application.job))
    ).all()
    histories: dict[int, list[StageChange]] = {application.id: [] for application, _ in rows}
    changes = sa.select(StageChange).where(StageChange.application_id.in_(histories)).order_by(StageChange.seq)
    for change in db.session.scalars(changes):
        histories[change.application_id].append(change)
    return [
        Followed(application, company, known(histories[application.id], company, user_id))
        for application, company in rows
    ]


def known(history: list[StageChange], company: Company, user_id: int) -> list[StageChange]:
    """The changes that hold and that the candidate may know of: their own, and those whose mail is not held any more."""
    until = datetime.now(UTC) - timedelta(seconds=company.mail_hold_seconds)
    return [
        change
        for change in progress.holding(history)
        if change.seq == 1 or change.actor_id == user_id or change.created_at <= until
    ]
