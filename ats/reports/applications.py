"""The list of all applications of a company, narrowed by what happened when, by job, stage, source and words.

Every figure of a report leads here: its address says which applications it counted, and the list counts them again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from ats.accounts.models import Company
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.formatting import day
from ats.jobs.models import Job
from ats.pipeline.board import limits_of
from ats.pipeline.filters import Cursor
from ats.pipeline.models import SOURCES, WITHDRAWN, Application, StageChange
from ats.pipeline.stages import OPEN_STAGES, STAGE
from ats.reports import attention, figures
from ats.reports.models import Journey
from ats.reports.periods import Period, departments, jobs_to_choose, of_jobs, parsed_day
from ats.reports.queries import days_back

PAGE = 50
PERIODS = (7, 30, 90)
"""Days, to choose from."""
OPEN = "open"
"""In the place of a stage: any that is not the end."""
LONGEST_QUERY, MOST_WORDS = 100, 5
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

EVENTS = {
    "hired": "were hired",
    "offer-answered": "had an offer that ended",
    **{f"left-{stage}": f"left {STAGE[stage].name}" for stage in OPEN_STAGES},
    "active": "were in progress at the end of",
}
"""What happened from one day to another; without one of these: they applied."""
FATES = {
    "on": "went on from there",
    "rejected": "were rejected there",
    "withdrew": "withdrew there",
    "waiting": "are still there",
}
"""What became of those who reached a stage."""


@dataclass(frozen=True)
class Filters:
    """What the query string asks for; what makes no sense there asks for nothing."""

    job: int | None
    stage: str
    source: str
    days: int | None
    query: str
    department: str = ""
    period: Period | None = None
    event: str = ""
    """What happened in the period, one of EVENTS; nothing: they applied."""
    reached: str = ""
    """A stage that they reached at any time."""
    fate: str = ""
    """What became of them there, one of FATES."""
    waits: str = ""
    """Why they need attention, one of attention.KINDS."""

    @classmethod
    def parse(cls, args: Mapping[str, str], jobs: Sequence[Any], zone: ZoneInfo) -> "Filters":
        stage, department = args.get("stage", ""), args.get("department", "")
        first, last = parsed_day(args.get("from")), parsed_day(args.get("to"))
        period = Period(first, last, zone) if first and last and first <= last else None
        reached = args.get("reached", "") if args.get("reached") in figures.WAY else ""
        return cls(
            job=next((job.id for job in jobs if str(job.id) == args.get("job")), None),
            stage=stage if stage in STAGE or stage == OPEN else "",
            source=args.get("source", "") if args.get("source") in SOURCES else "",
            days=next((days for days in PERIODS if str(days) == args.get("days")), None),
            query=" ".join(args.get("q", "")[:LONGEST_QUERY].split()),
            department=department if any(job.department == department for job in jobs) else "",
            period=period,
            event=args.get("event", "") if period and args.get("event") in EVENTS else "",
            reached=reached,
            fate=args.get("fate", "") if reached and args.get("fate") in FATES else "",
            waits=args.get("waits", "") if args.get("waits") in attention.KINDS else "",
        )

    @property
    def given(self) -> dict[str, Any]:
        """Those that narrow the list, as arguments of its URL."""
        values = {
            "q": self.query,
            "job": self.job,
            "stage": self.stage,
            "source": self.source,
            "days": self.days,
            "department": self.department,
        }
        return {name: value for name, value in values.items() if value} | self.carried

    @property
    def carried(self) -> dict[str, str]:
        """Those that no control of the form shows: a figure's address brought them, and the form carries them on."""
        values = {"event": self.event, "reached": self.reached, "fate": self.fate, "waits": self.waits}
        days = self.period.dates if self.period else {}
        return days | {name: value for name, value in values.items() if value}

    @property
    def told(self) -> str:
        """The carried ones in words: “Those who applied from 1 Sep to 30 Nov, reached Interview and withdrew there.”"""
        words = []
        if self.period:
            first, last = day(self.period.first), day(self.period.last)
            days = last if self.event == "active" else f"from {first} to {last}"
            words.append(f"{EVENTS.get(self.event, 'applied')} {days}")
        if self.reached:
            words.append(f"reached {STAGE[self.reached].name}")
        if self.fate:
            words.append(FATES[self.fate])
        if self.waits:
            words.append(f"need attention: {attention.KINDS[self.waits].title.lower()}")
        return f"Those who {', '.join(words[:-1])}{' and ' if words[1:] else ''}{words[-1]}." if words else ""

    @property
    def asks_the_journey(self) -> bool:
        return bool(self.period or self.reached)


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
    """Of all that match, on whatever page."""
    next_cursor: Cursor | None
    is_first: bool
    filters: Filters
    jobs: Sequence[Any]

    @property
    def departments(self) -> list[str]:
        return departments(self.jobs)


def found(args: Mapping[str, str], company: Company) -> Found:
    """The page that the query string asks for, in three statements."""
    jobs = jobs_to_choose(args.get("job"))
    filters = Filters.parse(args, jobs, company.zone)
    after = Cursor.parse(args.get("after"))
    wanted = matching(filters, company)
    rows = _page(wanted, after)
    return Found(
        applications=rows[:PAGE],
        count=db.session.scalars(sa.select(sa.func.count()).select_from(wanted.subquery())).one(),
        next_cursor=rows[PAGE - 1].cursor if len(rows) > PAGE else None,
        is_first=after is None,
        filters=filters,
        jobs=jobs,
    )


def matching(filters: Filters, company: Company) -> sa.Select[int]:
    """The ids of the applications that the filters let through."""
    statement = sa.select(Application.id).where(*_conditions(filters))
    if filters.query:
        statement = statement.join(Candidate, Candidate.id == Application.candidate_id)
    if filters.asks_the_journey:
        statement = statement.join(Journey, Journey.application_id == Application.id)
        statement = statement.where(*_journey(filters))
    if filters.waits:
        statement = statement.join(Job, Job.id == Application.job_id)
        statement = statement.where(*attention.KINDS[filters.waits].criteria(limits_of(company)))
    return statement


def _page(wanted: sa.Select[int], after: Cursor | None) -> list[Listed]:
    """One more than a page, the newest first."""
    page = wanted.order_by(Application.created_at.desc(), Application.id.desc()).limit(PAGE + 1)
    if after:
        place = sa.tuple_(Application.created_at, Application.id)
        last = sa.tuple_(sa.literal(EPOCH + timedelta(microseconds=after.value)), sa.literal(after.id))
        page = page.where(place < last)
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
        .where(Application.id.in_(page.scalar_subquery()))
        .order_by(Application.created_at.desc(), Application.id.desc())
    )
    return [Listed(**row._mapping) for row in db.session.execute(statement)]


def _conditions(filters: Filters) -> list[sa.ColumnElement[bool]]:
    conditions = of_jobs(Application.job_id, filters.job, filters.department)
    if query := " ".join(filters.query.split()[:MOST_WORDS]):
        conditions.append(Candidate.has_words(Application.candidate_id, query, Candidate.few_with(query)))
    if filters.stage:
        conditions.append(Application.stage.in_(OPEN_STAGES if filters.stage == OPEN else [filters.stage]))
    if filters.source:
        conditions.append(Application.source == filters.source)
    if filters.days:
        conditions.append(Application.created_at >= days_back(filters.days))
    return conditions


def _journey(filters: Filters) -> list[sa.ColumnElement[bool]]:
    """What is asked about the way of the application. The figures are counted by the same conditions."""
    conditions: list[sa.ColumnElement[bool]] = []
    if filters.period:
        conditions.append(_happened(filters.event, filters.period))
    if filters.reached:
        conditions.append(Journey.reached_at(filters.reached).is_not(None))
    if filters.fate:
        conditions.append(figures.met(filters.fate, filters.reached))
    return conditions


def _happened(event: str, period: Period) -> sa.ColumnElement[bool]:
    if event == "hired":
        return period.holds(Journey.hired_at)
    if event == "offer-answered":
        return figures.offer_ended_in(period)
    if event == "active":
        return figures.was_active_at_end_of(period)
    if event:
        return figures.has_left(event.removeprefix("left-"), period)
    return period.holds(Journey.applied_at)
