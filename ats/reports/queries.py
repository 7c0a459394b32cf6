"""What the dashboard shows, in a fixed number of statements that indexes and counters answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from ats.accounts.models import User
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.pipeline.models import WITHDRAWN, Application, StageChange
from ats.pipeline.stages import OPEN_STAGES

APPLIED_DAYS = 30
HIRED_DAYS = 90
NEW_DAYS = 7

JOBS_SHOWN = 25
LATELY_SHOWN = 12
WAITING_SHOWN = 8


@dataclass(frozen=True)
class Figures:
    open_jobs: int
    active: int
    """Applications that are neither hired nor rejected."""
    applied: int
    """In the last APPLIED_DAYS days."""
    applied_before: int
    """In as many days before these."""
    hired: int
    """In the last HIRED_DAYS days."""

    @property
    def change(self) -> int:
        return self.applied - self.applied_before


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


@dataclass(frozen=True)
class Waiting:
    """An application that has been in its stage for too long."""

    application_id: int
    name: str
    job_title: str
    stage: str
    since: datetime
    tone: str
    """`late`, or `bad` past the second limit of the stage."""


def days_back(days: int) -> sa.ColumnElement[datetime]:
    return sa.func.now() - timedelta(days=days)


def figures() -> Figures:
    open_jobs, active = db.session.execute(
        sa.select(
            sa.func.count().filter(Job.status == Status.OPEN.value),
            sa.func.coalesce(sa.func.sum(_in_progress()), 0),
        ).select_from(Job)
    ).one()
    applied, applied_before = db.session.execute(
        sa.select(
            sa.func.count().filter(Application.created_at >= days_back(APPLIED_DAYS)),
            sa.func.count().filter(Application.created_at < days_back(APPLIED_DAYS)),
        ).where(Application.created_at >= days_back(2 * APPLIED_DAYS))
    ).one()
    # By way of the jobs, for the index on (job, stage, since) to find the hires without reading the others.
    hired = db.session.scalars(
        sa.select(sa.func.count())
        .select_from(Job)
        .join(Application, Application.job_id == Job.id)
        .where(Application.stage == "hired", Application.stage_since >= days_back(HIRED_DAYS))
    ).one()
    return Figures(open_jobs, int(active), applied, applied_before, hired)


def open_jobs() -> Sequence[sa.Row[Job, int]]:
    """The open jobs with the most applications in progress, as (Job, new): `new` in the last NEW_DAYS days."""
    new = (
        sa.select(Application.job_id, sa.func.count().label("new"))
        .where(Application.created_at >= days_back(NEW_DAYS))
        .group_by(Application.job_id)
        .subquery("new")
    )
    return db.session.execute(
        sa.select(Job, sa.func.coalesce(new.c.new, 0).label("new"))
        .outerjoin(new, new.c.job_id == Job.id)
        .where(Job.status == Status.OPEN.value)
        .order_by(_in_progress().desc(), Job.opened_at.desc(), Job.id)
        .limit(JOBS_SHOWN)
        .options(sa.orm.defer(Job.description), sa.orm.defer(Job.questions))
    ).all()


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


def longest_waiting(limits: dict[str, tuple[int, int]]) -> list[Waiting]:
    """The applications over the first limit of their stage, in days, that wait longest; those of archived jobs rest.

    The index on (job, stage, since) hands over the few longest of each job and stage.
    """
    late = [(stage, days) for stage, (days, _) in limits.items()]
    stage = sa.values(sa.column("name", sa.Text), sa.column("days", sa.Integer), name="stage").data(late)
    longest = (
        sa.select(Application.id, Application.candidate_id, Application.stage, Application.stage_since)
        .where(
            Application.job_id == Job.id,
            Application.stage == stage.c.name,
            Application.stage_since < sa.func.now() - sa.func.make_interval(0, 0, 0, stage.c.days + 1),
        )
        .order_by(Application.stage_since, Application.id)
        .limit(WAITING_SHOWN)
        .lateral("longest")
    )
    shown = (
        sa.select(longest, Job.title)
        .select_from(Job)
        .join(stage, sa.true())
        .join(longest, sa.true())
        .where(Job.status != Status.ARCHIVED.value)
        .order_by(longest.c.stage_since, longest.c.id)
        .limit(WAITING_SHOWN)
        .subquery("shown")
    )
    rows = db.session.execute(
        sa.select(shown.c.id, Candidate.name, shown.c.title, shown.c.stage, shown.c.stage_since)
        .join(Candidate, Candidate.id == shown.c.candidate_id)
        .order_by(shown.c.stage_since, shown.c.id)
    )
    now = datetime.now(UTC)
    return [
        Waiting(
            application_id=id,
            name=name,
            job_title=title,
            stage=stage,
            since=since,
            tone="bad" if (now - since).days > limits[stage][1] else "late",
        )
        for id, name, title, stage, since in rows
    ]


def _in_progress() -> sa.ColumnElement[int]:
    counts = [sa.func.coalesce(Job.stage_counts[stage].as_integer(), 0) for stage in OPEN_STAGES]
    return sum(counts[1:], start=counts[0])
