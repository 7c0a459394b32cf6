"""The figures against a slow recomputation that reads nothing but the raw changes of stage, over random histories."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ats import tenancy
from ats.accounts.models import Company
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import SOURCES, Application, StageChange
from ats.pipeline.stages import OPEN_STAGES, TARGETS
from ats.reports import applications as lists
from ats.reports import figures
from ats.reports.periods import Period, Selection
from tests.cast import Firm
from tests.reports.history import Step, told

ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia", "America/Santiago"]
"""Clocks that change at midnight and at other hours, and offsets of half and of quarter hours."""
BEGIN, DAYS = date(2026, 3, 20), 24
"""Within these days the clocks of Berlin and of Santiago change."""


@dataclass
class Way:
    """What is left of a history when its undone moves are taken out, worked out in the plainest way."""

    source: str
    at: dict[str, datetime]
    withdrawn: bool

    @property
    def ended(self) -> datetime | None:
        return self.at.get("hired") or self.at.get("rejected")

    def left(self, stage: str) -> datetime | None:
        place = list(self.at).index(stage) if stage in self.at else -1
        following = list(self.at.values())[place + 1 :] if place >= 0 else []
        return following[0] if following else None


World = tuple[ZoneInfo, list[tuple[str, list[Step]]]]


@st.composite
def worlds(draw: Callable[..., Any]) -> World:
    """A company's zone, and the sources and histories of some applications."""
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    many = draw(st.lists(st.sampled_from(SOURCES), max_size=6))
    return zone, [(source, history(draw, zone)) for source in many]


def history(draw: Callable[..., Any], zone: ZoneInfo) -> list[Step]:
    """Legal moves at about midnight, where days and weeks begin; each perhaps taken back, and made again."""
    number = draw(st.integers(0, DAYS))
    steps = [Step("applied", around_midnight(draw, zone, number))]
    for _ in range(draw(st.integers(0, 6))):
        last = steps[-1]
        if len(steps) > 1 and not last.undoes and draw(st.integers(0, 3)) == 0:
            steps.append(Step(steps[-2].stage, last.at + timedelta(seconds=5), True))
        elif TARGETS[last.stage]:
            number += draw(st.integers(0, 9))
            moment = max(around_midnight(draw, zone, number), last.at + timedelta(seconds=1))
            target = draw(st.sampled_from(TARGETS[last.stage]))
            reason = draw(st.sampled_from([None, "withdrawn", "Salary"])) if target == "rejected" else None
            steps.append(Step(target, moment, False, reason))
    return steps


def around_midnight(draw: Callable[..., Any], zone: ZoneInfo, number: int) -> datetime:
    midnight = datetime.combine(BEGIN + timedelta(days=number), time(), zone).astimezone(UTC)
    return midnight + timedelta(minutes=draw(st.sampled_from([-1, 0, 1, 500])))


@pytest.fixture
def job(app: Flask, acme: Firm, globex: Firm) -> Iterator[Job]:
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield db.session.get_one(Job, acme.job)
        db.session.rollback()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(world=worlds(), first=st.integers(-4, DAYS), days=st.integers(1, 30))
def test_the_figures_are_those_of_the_raw_history(job: Job, world: World, first: int, days: int) -> None:
    zone, applications = world
    begin = BEGIN + timedelta(days=first)
    with db.session.begin_nested() as attempt:
        for number, (source, steps) in enumerate(applications):
            told(job, f"Person {number}", steps, source=source)
        period = Period(begin, begin + timedelta(days=days - 1), zone)
        compare(Selection(period, "custom", job=job.id), ways())
        attempt.rollback()
    db.session.expire_all()


def compare(selection: Selection, all_ways: list[Way]) -> None:
    now, before = figures.key_figures(selection)
    for found, period in ((now, selection.period), (before, selection.period.before)):
        hires = [way for way in all_ways if is_in(way.at.get("hired"), period)]
        offers = [way for way in all_ways if "offer" in way.at and is_in(way.ended, period)]
        active = [way for way in all_ways if day(way.at["applied"], period) <= period.last and not over(way, period)]
        arrived = [way for way in all_ways if is_in(way.at["applied"], period)]
        assert (found.applied, found.hired, found.offers, found.active) == tuple(
            map(len, (arrived, hires, offers, active))
        )
        same(found.time_to_hire, [elapsed(way.at["applied"], way.at["hired"]) for way in hires])
    arrived = [way for way in all_ways if is_in(way.at["applied"], selection.period)]
    cohort = figures.cohort(selection)
    for step in cohort.funnel:
        here = [way for way in arrived if step.stage in way.at]
        rejected = [way for way in here if list(way.at)[-2:] == [step.stage, "rejected"]]
        assert step.reached == len(here)
        assert (step.rejected, step.withdrew) == (
            len([way for way in rejected if not way.withdrawn]),
            len([way for way in rejected if way.withdrawn]),
        )
        assert step.waiting == len([way for way in here if list(way.at)[-1] == step.stage])
    assert {source.name: (source.applied, source.interviewed, source.hired) for source in cohort.sources} == {
        name: tuple(len([w for w in arrived if w.source == name and stage in w.at]) for stage in REPORTED)
        for name in {way.source for way in arrived}
    }
    weeks = Counter((monday(way.at["applied"], selection.period), way.source) for way in arrived)
    assert weeks == Counter({(w.monday, name): n for w in cohort.weeks for name, n in w.by_source.items() if n})
    for stage, spell in figures.times(selection).items():
        left = [way for way in all_ways if is_in(way.left(stage), selection.period)]
        same(spell, [elapsed(way.at[stage], way.left(stage)) for way in left])
        assert listed(selection, event=f"left-{stage}") == spell.count
    assert listed(selection) == now.applied
    assert listed(selection, event="hired") == now.hired
    assert listed(selection, event="offer-answered") == now.offers
    assert listed(selection, event="active") == now.active
    for step in cohort.funnel:
        fates = [("rejected", step.rejected), ("withdrew", step.withdrew), ("waiting", step.waiting), ("on", step.on)]
        for fate, number in fates:
            assert listed(selection, reached=step.stage, fate=fate) == number


REPORTED = ("applied", "interview", "hired")


def ways() -> list[Way]:
    """From the rows of the history and nothing else, but for the source."""
    rows = db.session.execute(
        sa.select(StageChange, Application.source)
        .join(Application, Application.id == StageChange.application_id)
        .join(Candidate, Candidate.id == Application.candidate_id)
        .where(Candidate.name.startswith("Person"))
        .order_by(StageChange.application_id, StageChange.seq)
    ).all()
    found: dict[int, Way] = {}
    for change, source in rows:
        way = found.setdefault(change.application_id, Way(source, {}, False))
        if change.undoes_seq is not None:
            del way.at[change.from_stage]
            way.withdrawn = False
        else:
            way.at[change.to_stage] = change.created_at
            way.withdrawn = change.to_stage == "rejected" and change.reason == "withdrawn"
    return list(found.values())


def day(moment: datetime, period: Period) -> date:
    return moment.astimezone(period.zone).date()


def monday(moment: datetime, period: Period) -> date:
    local = day(moment, period)
    return local - timedelta(days=local.weekday())


def is_in(moment: datetime | None, period: Period) -> bool:
    return moment is not None and period.first <= day(moment, period) <= period.last


def over(way: Way, period: Period) -> bool:
    return way.ended is not None and day(way.ended, period) <= period.last


def elapsed(start: datetime, end: datetime | None) -> float:
    assert end
    return (end - start).total_seconds() / 86400


def same(spell: figures.Spell, days: list[float]) -> None:
    assert spell.count == len(days)
    if days:
        assert [spell.median, spell.p90] == pytest.approx([quantile(days, 0.5), quantile(days, 0.9)])
    else:
        assert (spell.median, spell.p90) == (None, None)


def quantile(values: list[float], part: float) -> float:
    """Between two values in proportion, as spreadsheets do."""
    ordered, place = sorted(values), part * (len(values) - 1)
    below = ordered[int(place)]
    return below + (ordered[min(int(place) + 1, len(values) - 1)] - below) * (place - int(place))


def listed(selection: Selection, **more: str) -> int:
    """As many as the list of applications counts."""
    company = db.session.scalars(sa.select(Company).filter_by(slug="acme")).one()
    args = {name: str(value) for name, value in selection.people(**more).items()}
    found = lists.Filters.parse(args, [Chosen(selection.job)], selection.period.zone)
    ids = lists.matching(found, company).subquery()
    return db.session.scalars(sa.select(sa.func.count()).select_from(ids)).one()


@dataclass
class Chosen:
    id: int | None
    department: str = ""


def test_open_stages_are_all_timed() -> None:
    assert set(OPEN_STAGES) == set(figures.NEXT)
