"""The list of all applications of a company, narrowed by job, stage, source, time and words, the newest first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.pipeline.filters import Cursor
from ats.pipeline.models import SOURCES, WITHDRAWN, Application, StageChange
from ats.pipeline.stages import OPEN_STAGES, STAGE
from ats.reports.queries import days_back

PAGE = 50
MOST_COUNTED = 1_000
"""Matches are counted up to here: nobody needs to know whether it is 40,000 or 41,000."""
PERIODS = (7, 30, 90)
"""Days, to choose from."""
OPEN = "open"
"""In the place of a stage: any that is not the end."""
JOBS_OFFERED = 1_000
LONGEST_QUERY, MOST_WORDS = 100, 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filters:
    """What the query string asks for; what makes no sense there asks for nothing."""

    job: int | None
    stage: str
    source: str
    days: int | None
    query: str

    @classmethod
    def parse(cls, args: Mapping[str, str], jobs: Sequence[sa.Row[int, str]]) -> "Filters":
        stage = args.get("stage", "")
        return cls(
            job=next((job.id for job in jobs if str(job.id) == args.get("job")), None),
            stage=stage if stage in STAGE or stage == OPEN else "",
            source=args.get("source", "") if args.get("source") in SOURCES else "",
            days=next((days for days in PERIODS if str(days) == args.get("days")), None),
            query=" ".join(args.get("q", "")[:LONGEST_QUERY].split()),
        )

    @property
    def given(self) -> dict[str, Any]:
        """Those that narrow the list, as arguments of its URL."""
        values = {"q": self.query, "job": self.job, "stage": self.stage, "source": self.source, "days": self.days}
        return {name: value for name, value in values.items() if value}


@dataclass(frozen=True)
class Listed:
    """One application of the list."""

    id: int
    name: str
    email: str
    job_id: int
    job_title: str
    stage: str
    withdrawn: bool
    source: str
    created_at: datetime
    stage_since: datetime

    @property
    def cursor(self) -> Cursor:
        """Where the next page begins; times in microseconds since 1970, as PostgreSQL keeps them."""
        return Cursor((self.created_at - EPOCH) // timedelta(microseconds=1), self.id)


@dataclass(frozen=True)
class Found:
    """A page of the list, and what the filters offer."""

    applications: list[Listed]
    count: int
    """Of all that match, on whatever page; at most one more than MOST_COUNTED."""
    next_cursor: Cursor | None
    is_first: bool
    filters: Filters
    jobs: Sequence[sa.Row[int, str]]


def found(args: Mapping[str, str]) -> Found:
    """The page that the query string asks for, in three statements."""
    jobs = db.session.execute(
        sa.select(Job.id, Job.title)
        .where(Job.status != Status.DRAFT.value)
        .order_by(sa.func.lower(Job.title), Job.id)
        .limit(JOBS_OFFERED)
    ).all()
    filters = Filters.parse(args, jobs)
    after = Cursor.parse(args.get("after"))
    rows = _page(filters, after)
    return Found(
        applications=rows[:PAGE],
        count=_count(filters),
        next_cursor=rows[PAGE - 1].cursor if len(rows) > PAGE else None,
        is_first=after is None,
        filters=filters,
        jobs=jobs,
    )


def _page(filters: Filters, after: Cursor | None) -> list[Listed]:
    """One more than a page."""
    statement = (
        sa.select(
            Application.id,
            Candidate.name,
            Candidate.email,
            Application.job_id,
            Job.title.label("job_title"),
            Application.stage,
            sa.func.coalesce(StageChange.reason == WITHDRAWN, False).label("withdrawn"),
            Application.source,
            Application.created_at,
            Application.stage_since,
        )
        .join(Candidate, Candidate.id == Application.candidate_id)
        .join(Job, Job.id == Application.job_id)
        .join(
            StageChange,
            sa.and_(StageChange.application_id == Application.id, StageChange.seq == Application.stage_seq),
        )
        .where(*_conditions(filters))
        .order_by(Application.created_at.desc(), Application.id.desc())
        .limit(PAGE + 1)
    )
    if after:
        place = sa.tuple_(Application.created_at, Application.id)
        last = sa.tuple_(sa.literal(EPOCH + timedelta(microseconds=after.value)), sa.literal(after.id))
        statement = statement.where(place < last)
    return [Listed(**row._mapping) for row in db.session.execute(statement)]


def _count(filters: Filters) -> int:
    matches = sa.select(Application.id).where(*_conditions(filters)).limit(MOST_COUNTED + 1)
    if filters.query:
        matches = matches.join(Candidate, Candidate.id == Application.candidate_id)
    return db.session.scalars(sa.select(sa.func.count()).select_from(matches.subquery())).one()


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions = [Candidate.has(word) for word in filters.query.split()[:MOST_WORDS]]
    if filters.job:
        conditions.append(Application.job_id == filters.job)
    if filters.stage:
        conditions.append(Application.stage.in_(OPEN_STAGES if filters.stage == OPEN else [filters.stage]))
    if filters.source:
        conditions.append(Application.source == filters.source)
    if filters.days:
        conditions.append(Application.created_at >= days_back(filters.days))
    return conditions
