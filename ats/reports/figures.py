"""The figures of a report: a fixed number of statements over the journeys (ats.reports.models), whatever there is."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.pipeline.stages import OPEN_STAGES, STAGES
from ats.reports.models import Journey
from ats.reports.periods import Period, Selection

WAY = [stage.value for stage in STAGES if stage.value != "rejected"]
"""The stages to the job, in order."""
NEXT = dict(itertools.pairwise(WAY))
DAY = 24 * 60 * 60


@dataclass(frozen=True)
class Spell:
    """How long something took, in days of 24 hours."""

    count: int = 0
    median: float | None = None
    p90: float | None = None


@dataclass(frozen=True)
class Figures:
    """The key figures of one period."""

    open_jobs: int
    """At its end."""
    active: int
    """Neither hired nor rejected at its end."""
    applied: int
    hired: int
    time_to_hire: Spell
    """Of those hired in the period, from the application on."""
    offers: int
    """Offers that ended in the period: accepted, declined or taken back."""

    @property
    def acceptance(self) -> float | None:
        """The share of offers that ended with a hire, in percent."""
        return 100 * self.hired / self.offers if self.offers else None


@dataclass(frozen=True)
class Step:
    """One stage of the funnel: how far the period's applications have come by now."""

    stage: str
    reached: int
    on: int
    """Of these, how many went on to the next stage."""
    rejected: int
    withdrew: int

    @property
    def waiting(self) -> int:
        """Still in the stage; in the last one: there for good."""
        return self.reached - self.on - self.rejected - self.withdrew

    @property
    def conversion(self) -> float | None:
        """The share that went on, in percent."""
        return 100 * self.on / self.reached if self.reached and self.stage in NEXT else None


@dataclass(frozen=True)
class Source:
    """What the applications of one source have come to."""

    name: str
    applied: int
    interviewed: int
    hired: int


@dataclass(frozen=True)
class Week:
    """The applications of the days of one week that lie in the period, by source."""

    monday: date
    period: Period
    by_source: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.by_source.values())


@dataclass(frozen=True)
class Cohort:
    """The applications that arrived in the period, and what has become of them by now."""

    funnel: list[Step]
    sources: list[Source]
    """Those that brought an application, the most productive first."""
    weeks: list[Week] = field(default_factory=list)

    @property
    def size(self) -> int:
        return self.funnel[0].reached

    @property
    def hired(self) -> int:
        return self.funnel[-1].reached

    @property
    def hired_share(self) -> float:
        return 100 * self.hired / self.size if self.size else 0


def key_figures(selection: Selection) -> tuple[Figures, Figures]:
    """Of the selection's period, and of the one before it. Two statements."""
    now, before = selection.period, selection.period.before
    jobs = db.session.execute(
        sa.select(*(sa.func.count().filter(was_open_at_end_of(period)) for period in (now, before)))
        .select_from(Job)
        .where(*selection.criteria(Job.id))
    ).one()
    columns = [column for period in (now, before) for column in _columns(period)]
    recent = sa.or_(Journey.applied_at >= before.begin, Journey.ended_at >= before.begin, Journey.ended_at.is_(None))
    row = db.session.execute(sa.select(*columns).select_from(Journey).where(recent, *selection.criteria())).one()
    half = len(columns) // 2
    return _figures(jobs[0], row[:half]), _figures(jobs[1], row[half:])


def was_open_at_end_of(period: Period) -> sa.ColumnElement[bool]:
    """Whether a job was open when the period ended. A job that was opened anew counts from then on."""
    closed_later = sa.or_(Job.closed_at.is_(None), Job.closed_at >= period.end)
    return sa.and_(Job.opened_at < period.end, closed_later, Job.status != Status.DRAFT.value)


def was_active_at_end_of(period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(Journey.applied_at < period.end, sa.or_(Journey.ended_at.is_(None), Journey.ended_at >= period.end))


def offer_ended_in(period: Period) -> sa.ColumnElement[bool]:
    """Accepted, declined or taken back."""
    return sa.and_(Journey.offer_at.is_not(None), period.holds(Journey.ended_at))


def _columns(period: Period) -> list[sa.ColumnElement[Any]]:
    is_hired = period.holds(Journey.hired_at)
    days = _days(Journey.hired_at - Journey.applied_at)
    return [
        sa.func.count().filter(was_active_at_end_of(period)),
        sa.func.count().filter(period.holds(Journey.applied_at)),
        sa.func.count().filter(is_hired),
        _median_and_p90(days).filter(is_hired),
        sa.func.count().filter(offer_ended_in(period)),
    ]


def _figures(open_jobs: int, row: Sequence[Any]) -> Figures:
    active, applied, hired, quantiles, offers = row
    median, p90 = quantiles or (None, None)
    return Figures(open_jobs, active, applied, hired, Spell(hired, median, p90), offers)


def cohort(selection: Selection) -> Cohort:
    """The applications of the period: one statement, which counts them by week, source, furthest stage and end."""
    period = selection.period
    week = period.week_of(Journey.applied_at).label("week")
    # The way is a line: who reached a stage has passed those before it.
    reached = [(Journey.reached_at(stage).is_not(None), number) for number, stage in enumerate(WAY)]
    furthest = sa.case(*reversed(reached)).label("furthest")
    end = sa.case((Journey.withdrawn, "withdrew"), (Journey.rejected_at.is_not(None), "rejected"), else_="").label(
        "end"
    )
    rows = db.session.execute(
        sa.select(week, Journey.source, furthest, end, sa.func.count())
        .select_from(Journey)
        .where(period.holds(Journey.applied_at), *selection.criteria())
        .group_by(week, Journey.source, furthest, end)
    ).all()
    return _cohort(period, [Counted(*row) for row in rows])


class Counted(NamedTuple):
    """So many applications of one week and source that came as far as a stage and ended there, or did not end."""

    week: int
    source: str
    furthest: int
    end: str
    number: int


def _cohort(period: Period, rows: list[Counted]) -> Cohort:
    reached = [sum(row.number for row in rows if row.furthest >= place) for place in range(len(WAY))]
    ended = Counter[tuple[int, str]]()
    of_source: dict[str, list[int]] = defaultdict(lambda: [0] * len(WAY))
    of_week: dict[int, Counter[str]] = defaultdict(Counter)
    for row in rows:
        ended[row.furthest, row.end] += row.number
        of_week[row.week][row.source] += row.number
        for place in range(row.furthest + 1):
            of_source[row.source][place] += row.number
    funnel = [
        Step(
            stage=stage,
            reached=reached[place],
            on=sum(reached[place + 1 : place + 2]),
            rejected=ended[place, "rejected"],
            withdrew=ended[place, "withdrew"],
        )
        for place, stage in enumerate(WAY)
    ]
    interview, hired = WAY.index("interview"), WAY.index("hired")
    sources = [Source(name, counts[0], counts[interview], counts[hired]) for name, counts in of_source.items()]
    sources.sort(key=lambda source: (-source.applied, source.name))
    weeks = [
        Week(monday, period.part(monday), {source.name: of_week[number][source.name] for source in sources})
        for number, monday in enumerate(period.weeks, 1)
    ]
    return Cohort(funnel, sources, weeks)


def met(fate: str, stage: str) -> sa.ColumnElement[bool]:
    """What became of an application that reached the stage: it went on from there, ended there, or waits there."""
    following = Journey.reached_at(NEXT[stage]) if stage in NEXT else sa.null()
    if fate == "on":
        return following.is_not(None)
    if fate == "waiting":
        return sa.and_(following.is_(None), Journey.rejected_at.is_(None))
    ended = sa.and_(following.is_(None), Journey.rejected_at.is_not(None))
    return sa.and_(ended, Journey.withdrawn if fate == "withdrew" else ~Journey.withdrawn)


def left_at(stage: str) -> sa.ColumnElement[Any]:
    """When an application left the stage, for the next one or for good; NULL for one that is still in it."""
    return sa.func.coalesce(Journey.reached_at(NEXT[stage]), Journey.rejected_at)


def has_left(stage: str, period: Period) -> sa.ColumnElement[bool]:
    return sa.and_(Journey.reached_at(stage).is_not(None), period.holds(left_at(stage)))


def times(selection: Selection) -> dict[str, Spell]:
    """For each open stage how long those were in it who left it in the period. One statement."""
    period = selection.period
    columns: list[sa.ColumnElement[Any]] = []
    for stage in OPEN_STAGES:
        left = has_left(stage, period)
        columns.append(sa.func.count().filter(left))
        columns.append(_median_and_p90(_days(left_at(stage) - Journey.reached_at(stage))).filter(left))
    moved = Journey.changed_at >= period.begin
    row = db.session.execute(sa.select(*columns).select_from(Journey).where(moved, *selection.criteria())).one()
    return {
        stage: Spell(row[2 * number], *(row[2 * number + 1] or (None, None)))
        for number, stage in enumerate(OPEN_STAGES)
    }


@dataclass(frozen=True)
class OpenJob:
    """A job that was open when the period ended, and how it stands now."""

    job: Job
    arrived: int
    """Applications in the period."""
    changed_at: datetime | None
    """When somebody last moved in it; None if nobody ever applied."""


JOBS_SHOWN = 100


def open_jobs(selection: Selection) -> list[OpenJob]:
    """The open jobs with the most applications in progress, JOBS_SHOWN at most. One statement."""
    arrived = (
        sa.select(Journey.job_id, sa.func.count().label("arrived"))
        .where(selection.period.holds(Journey.applied_at), *selection.criteria())
        .group_by(Journey.job_id)
        .subquery("arrived")
    )
    last = (
        sa.select(Journey.changed_at)
        .where(Journey.job_id == Job.id)
        .order_by(Journey.changed_at.desc())
        .limit(1)
        .correlate(Job)
        .scalar_subquery()
    )
    rows = db.session.execute(
        sa.select(Job, sa.func.coalesce(arrived.c.arrived, 0), last)
        .outerjoin(arrived, arrived.c.job_id == Job.id)
        .where(was_open_at_end_of(selection.period), *selection.criteria(Job.id))
        .order_by(in_progress().desc(), Job.opened_at.desc(), Job.id)
        .limit(JOBS_SHOWN)
        .options(sa.orm.defer(Job.description), sa.orm.defer(Job.questions))
    )
    return [OpenJob(job, arrived, changed_at) for job, arrived, changed_at in rows]


def in_progress() -> sa.ColumnElement[int]:
    counts = [sa.func.coalesce(Job.stage_counts[stage].as_integer(), 0) for stage in OPEN_STAGES]
    return sum(counts[1:], start=counts[0])


def _days(interval: Any) -> Any:
    return sa.func.date_part("epoch", interval) / DAY


def _median_and_p90(value: Any) -> Any:
    """Both at once, so that PostgreSQL sorts once."""
    shares = sa.cast(sa.literal([0.5, 0.9], ARRAY(sa.Float)), ARRAY(sa.Float))
    return sa.func.percentile_cont(shares).within_group(value)
