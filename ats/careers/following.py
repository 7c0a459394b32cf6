"""An application as its candidate sees it: how far it is, what happens next and by when, nothing before its mail."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ats.accounts.models import Company, User
from ats.errors import Refusal
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import SENT, Message
from ats.pipeline import progress
from ats.pipeline.models import WITHDRAWN, Application, StageChange
from ats.pipeline.stages import OPEN_STAGES, STAGE, MoveRefused

SENTENCES = {
    "applied": ("Your application has arrived.", "A person reads it, and you hear from them either way."),
    "screening": ("They are reading your application closely.", "If it fits, they get in touch about a first talk."),
    "interview": ("They would like to talk with you.", "The team writes to you about when and with whom."),
    "offer": ("They would like to work with you.", "The team writes to you about the offer."),
    "hired": ("You have the job.", "Congratulations! The team writes to you about your first day."),
    "rejected": ("They go on with other people.", "Thank you for the time you gave it."),
    WITHDRAWN: ("You withdrew this application.", "Nothing more happens with it."),
}
"""What happened, and what happens next."""


class NotNow(Refusal):
    """The team has decided, and the candidate does not know yet."""


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
    def since(self) -> datetime:
        return self.changes[-1].created_at

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN_STAGES

    @property
    def is_withdrawn(self) -> bool:
        return self.changes[-1].reason == WITHDRAWN

    @property
    def sentence(self) -> tuple[str, str]:
        return SENTENCES[WITHDRAWN if self.is_withdrawn else self.stage]

    @property
    def due(self) -> date | None:
        """By when the company means to take the next step; None where there is none to come."""
        limits = self.company.stage_limits.get(self.stage) or STAGE[self.stage].days
        return self.since.astimezone(self.company.zone).date() + timedelta(days=limits[0]) if limits else None

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due < datetime.now(self.company.zone).date()

    @property
    def steps(self) -> list[dict[str, Any]]:
        return progress.steps(self.changes)


def followed(applications: Iterable[tuple[Application, Company]]) -> list[Followed]:
    """These applications as their candidates see them, in two statements."""
    rows = list(applications)
    histories: dict[int, list[StageChange]] = {application.id: [] for application, _ in rows}
    changes = sa.select(StageChange).where(StageChange.application_id.in_(histories)).order_by(StageChange.seq)
    for change in db.session.scalars(changes):
        histories[change.application_id].append(change)
    keys = [change.mail_key for history in histories.values() for change in history]
    mails = sa.select(Message.dedupe_key, Message.status).where(Message.dedupe_key.in_(keys))
    statuses = dict(db.session.execute(mails).all())
    return [
        Followed(application, company, known(histories[application.id], statuses, company))
        for application, company in rows
    ]


def known(history: Sequence[StageChange], mails: Mapping[str, str], company: Company) -> list[StageChange]:
    """The changes that hold and that the candidate may know of.

    Their own; those whose mail has left (`mails` is the status of each, by its key); and those without a mail, once
    they cannot be undone any more.
    """
    return [
        change
        for change in progress.holding(history)
        if change.seq == 1
        or change.reason == WITHDRAWN
        or mails.get(change.mail_key) == SENT
        or (change.mail_key not in mails and not change.is_within(company.mail_hold_seconds))
    ]


def withdraw(application: Application, *, actor: User | None, why: str) -> None:
    """Step back, and say why if one likes to: it stands with the answers. Raises NotNow."""
    try:
        application.withdraw(actor=actor)
    except MoveRefused:
        raise NotNow(
            "The team is working on your application at this very moment, so it was not withdrawn. "
            "You get a mail from them shortly."
        ) from None
    if why:
        said = {"id": "withdrawal", "prompt": "Why they withdrew", "kind": "long", "answer": why}
        application.answers = [*(a for a in application.answers if a["id"] != "withdrawal"), said]


def claim(application: Application, user: User) -> None:
    """Put an application that was made without an account into that of the person whose address it carries."""
    if application.user_id is None and may_claim(application, user):
        application.user_id = user.id


def may_claim(application: Application, user: User | None) -> bool:
    return bool(
        user and user.confirmed_at and application.user_id is None and application.candidate.email == user.email
    )
