"""What happened lately, as the dashboard tells it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from ats.accounts.models import User
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import WITHDRAWN, Application, StageChange

LATELY_SHOWN = 8


@dataclass(frozen=True)
class Move:
    """One change of stage, as the team reads it."""

    application_id: int
    name: str
    job_title: str
    stage: str
    at: datetime
    actor: str | None
    """None for the candidate, who has no account."""
    undone: bool
    """Whether it took the change before it back."""
    withdrawn: bool


def days_back(days: int) -> sa.ColumnElement[datetime]:
    return sa.func.now() - timedelta(days=days)


def latest_applications() -> Sequence[sa.Row[int, str, str, str, datetime]]:
    """As (id, name, job_title, source, created_at), the newest first."""
    return db.session.execute(
        sa.select(
            Application.id, Candidate.name, Job.title.label("job_title"), Application.source, Application.created_at
        )
        .join(Candidate, Candidate.id == Application.candidate_id)
        .join(Job, Job.id == Application.job_id)
        .order_by(Application.created_at.desc(), Application.id.desc())
        .limit(LATELY_SHOWN)
    ).all()


def latest_moves() -> list[Move]:
    """The newest first. Applying is no move."""
    rows = db.session.execute(
        sa.select(
            StageChange.application_id,
            Candidate.name,
            Job.title.label("job_title"),
            StageChange.to_stage.label("stage"),
            StageChange.created_at.label("at"),
            User.name.label("actor"),
            StageChange.undoes_seq.is_not(None).label("undone"),
            sa.func.coalesce(StageChange.reason == WITHDRAWN, False).label("withdrawn"),
        )
        .join(Application, Application.id == StageChange.application_id)
        .join(Candidate, Candidate.id == Application.candidate_id)
        .join(Job, Job.id == Application.job_id)
        .outerjoin(User, User.id == StageChange.actor_id)
        .where(StageChange.seq > 1)
        .order_by(StageChange.created_at.desc(), StageChange.application_id.desc(), StageChange.seq.desc())
        .limit(LATELY_SHOWN)
    )
    return [Move(**row._mapping) for row in rows]
