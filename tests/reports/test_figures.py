"""The figures, worked out by hand for a small history that is written out here."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from ats import tenancy
from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application
from ats.privacy import erasure
from ats.reports import figures
from ats.reports.models import Journey
from ats.reports.periods import Period, Selection
from tests.cast import Firm, open_job
from tests.reports.history import Step, told

BERLIN, NEW_YORK, TOKYO = (ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Tokyo"))
FOUR_WEEKS = (date(2026, 3, 16), date(2026, 4, 12))
"""From a Monday to a Sunday. Clocks in Berlin go forward on 29 March, so that its night is an hour shorter."""


def at(day: int, month: int, hour: int = 12, minute: int = 0, second: int = 0) -> datetime:
    """By the clock in Berlin."""
    return datetime(2026, month, day, hour, minute, second, tzinfo=BERLIN)


@pytest.fixture
def job(app: Flask, acme: Firm, globex: Firm) -> Iterator[Job]:
    """Nobody applied for it yet. The applications of the cast are of today, months after this history."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield open_job(title="Miller", department="Mill")


Told = tuple[str, str, list[tuple[Any, ...]]]

HISTORY: list[Told] = [
    # In Berlin she applied within the four weeks, in New York a day before them. Hired after 17 d 10.5 h, with
    # 2 d in Applied, 10 d 11.5 h in Screening, two days by the calendar but 47 h in Interview, 3 d in Offer.
    (
        "Ada",
        "Referral",
        [
            ("applied", at(16, 3, 0, 30)),
            ("screening", at(18, 3, 0, 30)),
            ("interview", at(28, 3)),
            ("offer", at(30, 3)),
            ("hired", at(2, 4)),
        ],
    ),
    # Screened by mistake for 20 seconds; rejected from Applied after 5 d.
    (
        "Ben",
        "LinkedIn",
        [
            ("applied", at(20, 3)),
            ("screening", at(21, 3)),
            ("applied", at(21, 3, 12, 0, 20), True),
            ("rejected", at(25, 3)),
        ],
    ),
    # Withdrew from Screening after 2 d.
    (
        "Cleo",
        "Careers page",
        [
            ("applied", at(23, 3)),
            ("screening", at(24, 3)),
            ("rejected", at(26, 3), False, "withdrawn"),
        ],
    ),
    # On the last evening; the next morning in Tokyo.
    ("Dan", "LinkedIn", [("applied", at(12, 4, 23, 30))]),
    # Before the four weeks; rejected from Interview within them, after 10 d there.
    (
        "Eve",
        "Referral",
        [
            ("applied", at(1, 3)),
            ("screening", at(3, 3)),
            ("interview", at(10, 3)),
            ("rejected", at(20, 3)),
        ],
    ),
    # An offer that came to nothing after 9 d.
    (
        "Fay",
        "LinkedIn",
        [
            ("applied", at(2, 3)),
            ("screening", at(4, 3)),
            ("interview", at(6, 3)),
            ("offer", at(8, 3)),
            ("rejected", at(17, 3)),
        ],
    ),
    # Hired before the four weeks, after 14 d.
    (
        "Gil",
        "Careers page",
        [
            ("applied", at(20, 2)),
            ("screening", at(22, 2)),
            ("interview", at(24, 2)),
            ("offer", at(26, 2)),
            ("hired", at(6, 3)),
        ],
    ),
    # On the evening before; in Tokyo it was Monday. Rejected by mistake for ten seconds.
    (
        "Hal",
        "Careers page",
        [
            ("applied", at(15, 3, 23, 30)),
            ("rejected", at(5, 4)),
            ("applied", at(5, 4, 12, 0, 10), True),
        ],
    ),
    # Rejected from Screening, where five days by the calendar were 4 d 23 h.
    (
        "Ida",
        "Agency",
        [("applied", at(24, 3)), ("screening", at(26, 3)), ("rejected", at(31, 3))],
    ),
]
"""As (name, source, changes of stage)."""


@pytest.fixture
def history(job: Job) -> dict[str, Application]:
    return {
        name: told(job, f"{name} Example", [Step(*step) for step in steps], source=source)
        for name, source, steps in HISTORY
    }


def selection(zone: ZoneInfo = BERLIN, days: tuple[date, date] = FOUR_WEEKS, **place: Any) -> Selection:
    return Selection(Period(*days, zone), "custom", **place)


def test_the_key_figures_and_those_of_the_four_weeks_before(history: dict[str, Application], job: Job) -> None:
    now, before = figures.key_figures(selection(job=job.id))
    assert (now.applied, now.hired, now.active, now.offers) == (5, 1, 2, 2)  # Active: Dan and Hal. Offers: Ada, Fay.
    assert (now.time_to_hire.median, now.time_to_hire.p90) == (17.4375, 17.4375)
    assert now.acceptance == 50
    assert (before.applied, before.hired, before.active, before.offers) == (4, 1, 3, 1)  # Eve, Fay and Hal.
    assert (before.time_to_hire.median, before.acceptance) == (14, 100)


def test_without_a_hire_there_is_no_time_and_without_an_offer_no_share(history: dict[str, Application]) -> None:
    now, before = figures.key_figures(selection(days=(date(2025, 3, 1), date(2025, 3, 9))))
    assert now == before
    assert (now.applied, now.time_to_hire.median, now.acceptance) == (0, None, None)


@pytest.mark.parametrize(
    ("zone", "now", "before"), [(BERLIN, 5, 4), (NEW_YORK, 4, 5), (TOKYO, 5, 3)], ids=["Berlin", "New York", "Tokyo"]
)
def test_the_zone_decides_to_which_day_an_application_belongs(
    history: dict[str, Application], job: Job, zone: ZoneInfo, now: int, before: int
) -> None:
    """Ada and Hal came about midnight on the eve, Dan towards that of the last day."""
    assert [one.applied for one in figures.key_figures(selection(zone, job=job.id))] == [now, before]


def test_the_funnel_follows_those_who_applied_in_the_period(history: dict[str, Application], job: Job) -> None:
    funnel = figures.cohort(selection(job=job.id)).funnel
    assert [(step.stage, step.reached, step.on, step.rejected, step.withdrew, step.waiting) for step in funnel] == [
        ("applied", 5, 3, 1, 0, 1),
        ("screening", 3, 1, 1, 1, 0),
        ("interview", 1, 1, 0, 0, 0),
        ("offer", 1, 1, 0, 0, 0),
        ("hired", 1, 0, 0, 0, 1),
    ]
    assert [step.conversion for step in funnel] == [60, pytest.approx(100 / 3), 100, 100, None]


def test_the_sources_say_what_became_of_their_applications(history: dict[str, Application], job: Job) -> None:
    sources = figures.cohort(selection(job=job.id)).sources
    assert [(source.name, source.applied, source.interviewed, source.hired) for source in sources] == [
        ("LinkedIn", 2, 0, 0),
        ("Agency", 1, 0, 0),
        ("Careers page", 1, 0, 0),
        ("Referral", 1, 1, 1),
    ]


def test_weeks_begin_on_monday_in_the_companys_zone(history: dict[str, Application], job: Job) -> None:
    weeks = figures.cohort(selection(job=job.id)).weeks
    assert [(week.monday.isoformat(), week.total) for week in weeks] == [
        ("2026-03-16", 2),  # Ada and Ben.
        ("2026-03-23", 2),  # Cleo and Ida.
        ("2026-03-30", 0),
        ("2026-04-06", 1),  # Dan.
    ]
    assert weeks[0].by_source == {"LinkedIn": 1, "Careers page": 0, "Referral": 1, "Agency": 0}
    in_tokyo = figures.cohort(selection(TOKYO, job=job.id)).weeks
    assert [week.total for week in in_tokyo] == [3, 2, 0, 0]


def test_a_week_that_the_period_cuts_is_shown_as_far_as_it_lies_inside(history: dict[str, Application]) -> None:
    period = Period(date(2026, 3, 18), date(2026, 3, 24), BERLIN)
    assert [week.isoformat() for week in period.weeks] == ["2026-03-16", "2026-03-23"]
    assert [period.part(week).dates for week in period.weeks] == [
        {"from": "2026-03-18", "to": "2026-03-22"},
        {"from": "2026-03-23", "to": "2026-03-24"},
    ]


def test_time_in_stage_is_of_those_who_left_it_in_the_period(history: dict[str, Application], job: Job) -> None:
    """Elapsed time, of days with 24 hours. A tenth took longer than p90, between the neighbours in proportion."""
    times = figures.times(selection(job=job.id))
    expected: dict[str, tuple[int, float, float]] = {
        "applied": (4, 2, 2 + 0.7 * 3),  # 1 d, 2 d, 2 d and 5 d.
        "screening": (3, 4 + 23 / 24, 4 + 23 / 24 + 0.8 * (10 + 11.5 / 24 - 4 - 23 / 24)),
        "interview": (2, (10 + 47 / 24) / 2, 47 / 24 + 0.9 * (10 - 47 / 24)),
        "offer": (2, 6, 3 + 0.9 * 6),
    }
    for stage, (count, median, p90) in expected.items():
        spell = times[stage]
        assert [spell.count, spell.median, spell.p90] == pytest.approx([count, median, p90]), stage


def test_a_day_is_as_long_as_the_clock_makes_it() -> None:
    short, long = (Period(day, day, BERLIN) for day in (date(2026, 3, 29), date(2026, 10, 25)))
    assert [(day.end - day.begin).total_seconds() / 3600 for day in (short, long)] == [23, 25]


def test_a_department_and_a_job_narrow_every_figure(history: dict[str, Application], job: Job) -> None:
    other = open_job(title="Cook", department="Kitchen")
    told(other, "Zoe Example", [Step("applied", at(20, 3))])
    for place, applied in [({}, 6), ({"job": job.id}, 5), ({"department": "Mill"}, 5), ({"department": "Kitchen"}, 1)]:
        chosen = selection(**place)
        assert figures.key_figures(chosen)[0].applied == applied
        assert figures.cohort(chosen).size == applied
    assert figures.times(selection(department="Kitchen"))["applied"].count == 0


def test_open_jobs_are_counted_at_the_end_of_the_period(job: Job) -> None:
    old = open_job(title="Closed", department="Mill")
    job.opened_at, old.opened_at, old.closed_at, old.status = at(1, 4), at(1, 3), at(20, 3), "closed"
    db.session.flush()
    now, before = figures.key_figures(selection(department="Mill"))
    assert (now.open_jobs, before.open_jobs) == (1, 1)
    assert [one.job.title for one in figures.open_jobs(selection(department="Mill"))] == ["Miller"]
    earlier = selection(days=(date(2026, 3, 1), date(2026, 3, 15)), department="Mill")
    assert [one.job.title for one in figures.open_jobs(earlier)] == ["Closed"]


def test_the_figures_survive_erasure(history: dict[str, Application], job: Job, acme: Firm) -> None:
    def all_of_it() -> list[object]:
        chosen = selection(job=job.id)
        return [figures.key_figures(chosen), figures.cohort(chosen), figures.times(chosen)]

    db.session.commit()
    before = all_of_it()
    company = db.session.get_one(Company, acme.id)
    for name in ("Ada", "Ben", "Cleo", "Eve"):
        erasure.erase(history[name].candidate, company)
    db.session.commit()
    assert all_of_it() == before


def test_another_source_counts_for_what_has_happened_too(history: dict[str, Application], job: Job) -> None:
    history["Ada"].source = "Agency"
    db.session.flush()
    assert {source.name for source in figures.cohort(selection(job=job.id)).sources if source.hired} == {"Agency"}


def test_strangers_are_counted_nowhere(history: dict[str, Application], globex: Firm) -> None:
    db.session.commit()
    tenancy.leave()
    tenancy.enter_company(globex.id)
    assert figures.key_figures(selection())[0].applied == 0
    assert figures.cohort(selection()).size == 0
    assert all(spell.count == 0 for spell in figures.times(selection()).values())
    assert [one.job.id for one in figures.open_jobs(selection(days=(date(2026, 1, 1), date(2099, 1, 1))))] == [
        globex.job
    ]
    assert db.session.scalars(sa.select(Journey.application_id)).all() == [globex.application]
