"""Which time and which jobs a report is about: read from the query string, so that a report can be bookmarked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.reports.models import Journey

PERIODS = (30, 90, 365)
"""Days, to choose from; the company's today is the last one."""
USUAL = 90
CUSTOM = "custom"
LONGEST = 3 * 366
"""Days of a period of one's own."""
JOBS_OFFERED = 1_000


@dataclass(frozen=True)
class Period:
    """Whole days of the company's calendar, the first and the last included."""

    first: date
    last: date
    zone: ZoneInfo

    @classmethod
    def ending(cls, last: date, days: int, zone: ZoneInfo) -> "Period":
        return cls(last - timedelta(days=days - 1), last, zone)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def begin(self) -> datetime:
        """The first moment of the first day."""
        return _midnight(self.first, self.zone)

    @property
    def end(self) -> datetime:
        """The first moment after the last day."""
        return _midnight(self.last + timedelta(days=1), self.zone)

    @property
    def before(self) -> "Period":
        """As many days, just before."""
        return Period.ending(self.first - timedelta(days=1), self.days, self.zone)

    def holds(self, moment: Any) -> sa.ColumnElement[bool]:
        return sa.and_(moment >= self.begin, moment < self.end)

    @property
    def weeks(self) -> list[date]:
        """The Mondays of the weeks that it touches."""
        monday = self.first - timedelta(days=self.first.weekday())
        return [monday + timedelta(weeks=number) for number in range((self.last - monday).days // 7 + 1)]

    def part(self, monday: date) -> "Period":
        """What of that week lies in the period."""
        return replace(self, first=max(monday, self.first), last=min(monday + timedelta(days=6), self.last))

    def week_of(self, moment: Any) -> sa.ColumnElement[int]:
        """The number of its week among `weeks`, from 1. By their first moments: PostgreSQL need not know the zone."""
        begins = [_midnight(monday, self.zone) for monday in self.weeks]
        moments = ARRAY(sa.DateTime(timezone=True))
        return sa.func.width_bucket(moment, sa.cast(sa.literal(begins, moments), moments), type_=sa.Integer)

    @property
    def dates(self) -> dict[str, str]:
        """The arguments of an address that mean these days."""
        return {"from": self.first.isoformat(), "to": self.last.isoformat()}


@dataclass(frozen=True)
class Selection:
    """A period, and one job, one department, or all."""

    period: Period
    choice: str
    """30, 90, 365 or `custom`."""
    job: int | None = None
    department: str = ""

    @classmethod
    def parse(cls, args: Mapping[str, str], jobs: Sequence[Any], zone: ZoneInfo, today: date) -> "Selection":
        """What makes no sense in the query string asks for nothing; `jobs` have an id and a department."""
        first, last = parsed_day(args.get("from")), parsed_day(args.get("to"))
        choice = args.get("period", "") or (CUSTOM if first and last else "")
        if choice == CUSTOM and first and last and 0 <= (last - first).days < LONGEST:
            period = Period(first, last, zone)
        else:
            days = next((days for days in PERIODS if str(days) == choice), USUAL)
            period, choice = Period.ending(today, days, zone), str(days)
        department = args.get("department", "")
        return cls(
            period=period,
            choice=choice,
            job=next((job.id for job in jobs if str(job.id) == args.get("job")), None),
            department=department if any(job.department == department for job in jobs) else "",
        )

    @property
    def query(self) -> dict[str, Any]:
        """As arguments of an address, which `parse` reads back."""
        time = {"period": CUSTOM, **self.period.dates} if self.choice == CUSTOM else {"period": self.choice}
        return time | self.place

    @property
    def place(self) -> dict[str, Any]:
        return {name: value for name, value in (("job", self.job), ("department", self.department)) if value}

    def people(self, period: Period | None = None, **more: Any) -> dict[str, Any]:
        """The arguments of the list of applications: those of the selection's jobs and of the period."""
        return {**self.place, **(period or self.period).dates, **more}

    def of_job(self, job_id: int) -> "Selection":
        return replace(self, job=job_id, department="")

    def criteria(self, job_id: Any = Journey.job_id) -> list[sa.ColumnElement[bool]]:
        """What the column of a job's id must fulfil."""
        return of_jobs(job_id, self.job, self.department)


def of_jobs(column: Any, job: int | None, department: str) -> list[sa.ColumnElement[bool]]:
    wanted: list[sa.ColumnElement[bool]] = []
    if job:
        wanted.append(column == job)
    if department:
        wanted.append(column.in_(sa.select(Job.id).where(Job.department == department)))
    return wanted


def jobs_to_choose(wanted: str | None = None) -> list[sa.Row[int, str, str]]:
    """As (id, title, department): all but drafts, in the order of the alphabet, and in any case the one wanted."""
    is_wanted = Job.id == (int(wanted) if wanted and wanted.isdecimal() and len(wanted) < 10 else 0)
    jobs = db.session.execute(
        sa.select(Job.id, Job.title, Job.department)
        .where(sa.or_(Job.status != Status.DRAFT.value, is_wanted))
        .order_by(is_wanted.desc(), sa.func.lower(Job.title), Job.id)
        .limit(JOBS_OFFERED)
    ).all()
    return sorted(jobs, key=lambda job: (job.title.lower(), job.id))


def departments(jobs: Sequence[Any]) -> list[str]:
    return sorted({job.department for job in jobs if job.department}, key=str.lower)


def parsed_day(text: str | None) -> date | None:
    """A date as forms write it, 2026-11-25; None for anything else, and for years that no calendar here reaches."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2100 else None


def today(zone: ZoneInfo) -> date:
    return datetime.now(zone).date()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """In UTC; where the clock jumps over midnight, the first moment that there is."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
