"""The dashboard: figures of one's own company, and what waits for whom."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company, User
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.pipeline.board import limits_of
from ats.pipeline.models import Application
from ats.pipeline.stages import OPEN_STAGES, STAGE
from ats.reports import queries
from tests.cast import Firm, apply, open_job
from tests.page import Page
from tests.reports.history import happened

SignIn = Callable[[int], FlaskClient]


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


def waiting(firm: Firm) -> list[tuple[str, str]]:
    found = queries.longest_waiting(limits_of(db.session.get_one(Company, firm.id)))
    return [(one.name, one.tone) for one in found]


def test_the_figures_count_the_companys_own(scope: None, acme: Firm) -> None:
    open_job(title="Cook")
    db.session.add(Job(title="Waiter"))
    happened(job(acme), "Screened Candidate", {"applied": ago(3), "screening": ago(1)})
    happened(job(acme), "Rejected Candidate", {"applied": ago(40), "rejected": ago(20)})
    figures = queries.figures()
    assert (figures.open_jobs, figures.active) == (2, 2)


def test_applications_are_compared_with_the_thirty_days_before(scope: None, acme: Firm) -> None:
    for days in (29, 31, 33, 59, 61):
        happened(job(acme), f"Candidate {days}", {"applied": ago(days)})
    figures = queries.figures()
    assert (figures.applied, figures.applied_before, figures.change) == (2, 3, -1)


def test_hires_of_ninety_days_are_counted_by_the_day_of_the_hire(scope: None, acme: Firm) -> None:
    way = {"applied": ago(300), "screening": ago(290), "interview": ago(280), "offer": ago(270)}
    happened(job(acme), "New Hand", {**way, "hired": ago(89)})
    happened(job(acme), "Old Hand", {**way, "hired": ago(91)})
    assert queries.figures().hired == 1


def test_the_open_jobs_come_with_what_is_new_this_week(scope: None, acme: Firm) -> None:
    happened(job(acme), "Six Days", {"applied": ago(6)})
    happened(job(acme), "Eight Days", {"applied": ago(8)})
    quiet = open_job(title="Cook")
    assert [(job.id, new) for job, new in queries.open_jobs()] == [(acme.job, 2), (quiet.id, 0)]


def test_those_who_wait_longest_over_their_stages_limit_come_first(scope: None, acme: Firm) -> None:
    first, second = STAGE["screening"].days or (0, 0)
    for name, days in [("Not Yet", first + 0.9), ("Late", first + 1.1), ("Very Late", second + 1.1), ("Last", 99)]:
        happened(job(acme), name, {"applied": ago(200), "screening": ago(days)})
    happened(job(acme), "Rejected", {"applied": ago(200), "rejected": ago(150)})
    assert waiting(acme) == [("Last", "bad"), ("Very Late", "bad"), ("Late", "late")]


def test_the_company_says_what_too_long_is(scope: None, sign_in: SignIn, acme: Firm) -> None:
    happened(job(acme), "Ana Sousa", {"applied": ago(5)})
    assert not waiting(acme)
    db.session.get_one(Company, acme.id).stage_limits = {"applied": [2, 4]}
    assert waiting(acme) == [("Ana Sousa", "bad")]
    db.session.commit()
    assert Page.at(sign_in(acme.manager), "/dashboard").one(".attention li .age")["data-tone"] == "bad"


def test_nobody_waits_for_an_archived_job(scope: None, acme: Firm) -> None:
    happened(job(acme), "Ana Sousa", {"applied": ago(50)})
    job(acme).status = Status.CLOSED.value
    db.session.flush()
    assert waiting(acme) == [("Ana Sousa", "bad")]
    job(acme).status = Status.ARCHIVED.value
    db.session.flush()
    assert not waiting(acme)


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


def test_each_number_leads_to_as_many_people(scope: None, sign_in: SignIn, acme: Firm) -> None:
    for number, stage in enumerate(OPEN_STAGES):
        way = dict.fromkeys(OPEN_STAGES[: number + 1], ago(6))
        happened(job(acme), f"{stage} One", way)
        happened(job(acme), f"{stage} Two", {**way, stage: ago(5)})
    happened(job(acme), "Old One", {"applied": ago(45), "rejected": ago(40)})
    db.session.commit()
    client = sign_in(acme.manager)
    links = [
        link for link in Page.at(client, "/dashboard").all('a[href^="/applications?"]') if link.text.strip().isdigit()
    ]
    assert len(links) == 7  # Active, in 30 days, new this week, and four stages.
    for link in links:
        assert len(Page.at(client, str(link["href"])).all("#applications tbody tr")) == int(link.text), link


def test_an_empty_company_is_told_what_will_be_here(scope: None, sign_in: SignIn, acme: Firm) -> None:
    tenancy.leave()  # Nobody of Acme's registers another company.
    newcomers = Company.found("Initech")
    admin = User.register(name="Ina", email="ina@initech.example", password="correct horse battery", company=newcomers)
    db.session.commit()
    page = Page.at(sign_in(admin.id), "/dashboard")
    assert page.h1 == "Hiring at Initech"
    assert len(page.all(".empty")) == 4
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
    assert len(statements) == few <= 9
