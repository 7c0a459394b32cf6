"""The dashboard: figures of one's own company, and what waits for whom."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company, User
from ats.collaboration.models import Scorecard
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.pipeline.board import limits_of
from ats.pipeline.models import Application, Opening
from ats.pipeline.stages import STAGE
from ats.reports import attention
from ats.reports.definitions import DEFINITIONS
from ats.reports.periods import Period, Selection, today
from tests.cast import Firm, apply, open_job
from tests.page import Page
from tests.reports.history import happened

SignIn = Callable[[int], FlaskClient]
UTC_ZONE = ZoneInfo("UTC")


@pytest.fixture
def scope(app: Flask, acme: Firm, globex: Firm) -> Iterator[None]:
    """Acme's. Globex has an application too, which must not show anywhere."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def job(firm: Firm) -> Job:
    return db.session.get_one(Job, firm.job)


def everybody(period: Period | None = None) -> Selection:
    return Selection(period or Period.ending(today(UTC_ZONE), 30, UTC_ZONE), "30")


def waiting(firm: Firm) -> dict[str, list[tuple[str, str]]]:
    found = attention.groups(everybody(), limits_of(db.session.get_one(Company, firm.id)))
    return {group.id: [(one.name, one.tone) for one in group.longest] for group in found}


def test_those_who_wait_longest_over_their_stages_limit_come_first(scope: None, acme: Firm) -> None:
    first, second = STAGE["screening"].days or (0, 0)
    for name, days in [("Not Yet", first + 0.9), ("Late", first + 1.1), ("Very Late", second + 1.1), ("Last", 99)]:
        happened(job(acme), name, {"applied": ago(200), "screening": ago(days)})
    happened(job(acme), "Rejected", {"applied": ago(200), "rejected": ago(150)})
    assert waiting(acme) == {"overdue": [("Last", "bad"), ("Very Late", "bad"), ("Late", "late")]}


def test_each_kind_of_waiting_is_told_apart(scope: None, acme: Firm) -> None:
    happened(job(acme), "Not Answered", {"applied": ago(10)})
    way = {"applied": ago(9), "screening": ago(8), "interview": ago(4)}
    scored = happened(job(acme), "Has Scorecard", way)
    db.session.add(Scorecard(application_id=scored.id, author_id=acme.manager, rating=3))
    happened(job(acme), "Without Scorecard", way)
    happened(job(acme), "Just Interviewed", {**way, "interview": ago(2)})
    happened(job(acme), "New Offer", {**way, "offer": ago(0.1)})
    assert waiting(acme) == {
        "unanswered": [("Not Answered", "late")],
        "scorecard": [("Without Scorecard", "")],
        "offer": [("New Offer", "")],
    }


def test_the_company_says_what_too_long_is(scope: None, sign_in: SignIn, acme: Firm) -> None:
    happened(job(acme), "Ana Sousa", {"applied": ago(5)})
    assert not waiting(acme)
    db.session.get_one(Company, acme.id).stage_limits = {"applied": [2, 4]}
    assert waiting(acme) == {"unanswered": [("Ana Sousa", "bad")]}
    db.session.commit()
    assert Page.at(sign_in(acme.manager), "/dashboard").one(".attention li .age")["data-tone"] == "bad"


def test_nobody_waits_for_an_archived_job(scope: None, acme: Firm) -> None:
    happened(job(acme), "Ana Sousa", {"applied": ago(50)})
    job(acme).status = Status.CLOSED.value
    db.session.flush()
    assert waiting(acme) == {"unanswered": [("Ana Sousa", "bad")]}
    job(acme).status = Status.ARCHIVED.value
    db.session.flush()
    assert not waiting(acme)


def test_who_may_act_finds_the_action_in_the_row(scope: None, sign_in: SignIn, acme: Firm) -> None:
    """A hiring manager scores, and moves nobody."""
    way = {"applied": ago(9), "screening": ago(8), "interview": ago(4)}
    interviewed = happened(job(acme), "Ida Roth", way)
    happened(job(acme), "Ana Sousa", {"applied": ago(20)})
    db.session.commit()
    score = [f"/applications/{interviewed.id}#scorecards"]
    for user, links in [(acme.manager, 1), (acme.recruiter, 2)]:
        buttons = Page.at(sign_in(user), "/dashboard").all(".attention .button")
        assert len(buttons) == links
        assert [button["href"] for button in buttons if button.text.startswith("Score")] == score


def test_the_day_of_a_recruiter_is_their_own(scope: None, sign_in: SignIn, acme: Firm) -> None:
    job(acme).created_by_id = acme.recruiter
    recruiter = db.session.get_one(User, acme.recruiter)
    happened(job(acme), "Nobody’s", {"applied": ago(30), "screening": ago(20)})
    own = happened(job(acme), "Own Move", {"applied": ago(0.5)})
    own.move_to("screening", actor=recruiter, seen_seq=1)
    db.session.flush()
    own.stage_since = ago(20)
    scored = happened(job(acme), "Scored One", {"applied": ago(3), "screening": ago(2), "interview": ago(1)})
    db.session.add(Scorecard(application_id=scored.id, author_id=acme.manager, rating=3))
    db.session.commit()
    limits = limits_of(db.session.get_one(Company, acme.id))
    found = [(why, one.name) for why, one in attention.today(acme.recruiter, limits)]
    assert found == [("yours", "Own Move"), ("score", "Scored One"), ("new", "Lukas Brandt")]
    assert not attention.today(acme.manager, limits)
    page = Page.at(sign_in(acme.recruiter), "/dashboard")
    assert [row.find("a").text for row in page.all(".today li")] == ["Own Move", "Scored One", "Lukas Brandt"]
    db.session.add(Opening(application_id=acme.application, user_id=acme.recruiter))
    db.session.commit()
    assert ("new", "Lukas Brandt") not in [(why, one.name) for why, one in attention.today(acme.recruiter, limits)]
    assert not Page.at(sign_in(acme.manager), "/dashboard").all(".today")


def test_it_tells_who_moved_whom_and_what_was_undone(scope: None, sign_in: SignIn, acme: Firm) -> None:
    company = db.session.get_one(Company, acme.id)
    company.mail_hold_seconds = 60  # Long enough to undo.
    recruiter = db.session.get_one(User, acme.recruiter)
    ana, lukas = apply(company, job(acme), "Ana Sousa"), db.session.get_one(Application, acme.application)
    for move in (
        lambda: ana.move_to("screening", actor=recruiter, seen_seq=1),
        lambda: ana.undo(actor=recruiter, seen_seq=2),
        lambda: lukas.withdraw(actor=None),
    ):
        move()
        db.session.commit()
    page = Page.at(sign_in(acme.manager), "/dashboard")
    moves = [" ".join(row.get_text(" ").split()) for row in page.all("[aria-labelledby=moves-title] li")]
    assert [move.rsplit(" today", 1)[0] for move in moves] == [
        "Lukas Brandt withdrew Acme Baker",
        "Ana Sousa moved back to Applied Acme Baker , by Acme Recruiter",
        "Ana Sousa moved to Screening Acme Baker , by Acme Recruiter",
    ]


def test_an_empty_company_is_told_what_will_be_here(scope: None, sign_in: SignIn, acme: Firm) -> None:
    tenancy.leave()  # Nobody of Acme's registers another company.
    newcomers = Company.found("Initech")
    admin = User.register(name="Ina", email="ina@initech.example", password="correct horse battery", company=newcomers)
    db.session.commit()
    page = Page.at(sign_in(admin.id), "/dashboard")
    assert page.h1 == "Hiring at Initech"
    assert len(page.all(".empty")) == 6
    assert "Lukas" not in page.text


def test_strangers_see_nothing_of_it(sign_in: SignIn, acme: Firm, globex: Firm) -> None:
    text = Page.at(sign_in(globex.manager), "/dashboard").text
    assert "Ana Sousa" in text
    assert "Lukas" not in text
    assert "Acme" not in text


def test_it_takes_as_many_statements_however_much_there_is(
    app: Flask, scope: None, sign_in: SignIn, acme: Firm
) -> None:
    client = sign_in(acme.manager)
    statements: list[str] = []
    record = lambda connection, cursor, statement, *_: statements.append(statement)  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", record)
    client.get("/dashboard")
    few = len(statements)
    for number in range(30):
        happened(open_job(title=f"Job {number}"), f"Candidate {number}", {"applied": ago(30), "screening": ago(20)})
    db.session.commit()
    statements.clear()
    client.get("/dashboard")
    sa.event.remove(db.engine, "before_cursor_execute", record)
    assert len(statements) == few <= 13


def test_the_figures_say_how_they_changed(scope: None, sign_in: SignIn, acme: Firm) -> None:
    way = {"applied": ago(50), "screening": ago(45), "interview": ago(42), "offer": ago(40), "hired": ago(35)}
    happened(job(acme), "Hired Before", way)
    happened(job(acme), "Hired Now", {stage: moment + timedelta(days=30 - 4) for stage, moment in way.items()})
    happened(job(acme), "Slow One", {**way, "hired": ago(2)} | {"offer": ago(10)})
    db.session.commit()
    page = Page.at(sign_in(acme.manager), "/dashboard?period=30")
    tiles = [" ".join(tile.get_text(" ").split()) for tile in page.all(".kpis dd")]
    assert tiles[0] == "1 1 more than 30 days before"
    assert tiles[2:4] == ["2 As many as in the 30 days before", "2 1 more than in the 30 days before"]
    # After 15 and 48 days; the one before after 15.
    assert tiles[4].startswith("32 days, 2 applications days 90th percentile 45 days · 17 days slower than in the 30")


def test_what_is_asked_for_stays_chosen(scope: None, sign_in: SignIn, acme: Firm) -> None:
    address = f"/dashboard?period=custom&from=2026-03-01&to=2026-03-31&department=Kitchen&job={acme.job}"
    page = Page.at(sign_in(acme.manager), address)
    chosen = {select["name"]: select.select_one("[selected]") for select in page.all(".page-head select")}
    assert {name: option.get("value", option.text) for name, option in chosen.items() if option} == {
        "period": "custom",
        "department": "Kitchen",
        "job": str(acme.job),
    }
    assert [field["value"] for field in page.all(".page-head [type=date]")] == ["2026-03-01", "2026-03-31"]
    assert page.one("#said").text == "1 Mar to 31 Mar, Acme Baker"


@pytest.mark.parametrize(("chosen", "shown"), [(1, 0), (2, 2), (4, 4), (6, 4)])
def test_two_to_four_jobs_stand_beside_each_other(
    scope: None, sign_in: SignIn, acme: Firm, globex: Firm, chosen: int, shown: int
) -> None:
    jobs = [job(acme), *(open_job(title=f"Job {number}") for number in range(5))][:chosen]
    happened(jobs[-1], "Ana Sousa", {"applied": ago(3)})
    db.session.commit()
    query = "&".join(f"job={one.id}" for one in jobs)
    page = Page.at(sign_in(acme.manager), f"/dashboard/comparison?job={globex.job}&job=x&{query}&job={acme.job}")
    heads = [head.find("a").text for head in page.all(".comparison th[scope=col]")]
    assert heads == [one.title for one in jobs[:shown]]
    assert bool(page.all(".empty")) == (shown == 0)


def test_each_figure_is_explained_in_its_place_and_all_of_them_together(
    scope: None, sign_in: SignIn, acme: Firm
) -> None:
    client = sign_in(acme.manager)
    page = Page.at(client, "/dashboard")
    for id, definition in DEFINITIONS.items():
        assert definition.sentence in " ".join(page.one(f"#means-{id}").get_text(" ").split())
        assert page.one(f"#means-{id} a")["href"] == f"/dashboard/definitions#{id}"
    everything = Page.at(client, "/dashboard/definitions")
    assert {div["id"] for div in everything.all(".definitions > div")} == set(DEFINITIONS)
    assert "time zone is UTC" in everything.text
