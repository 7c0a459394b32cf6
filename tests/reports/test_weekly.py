"""The weekly mail: to those who asked, on Monday morning by their company's clock, each week once."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company, User
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications import delivery
from ats.notifications.models import Message
from ats.reports import weekly
from ats.reports.models import WeeklyMail
from tests.cast import Firm
from tests.mailbox import Mailbox
from tests.page import Page
from tests.reports.history import happened

SignIn = Callable[[int], FlaskClient]
MONDAY = date(2026, 3, 30)
"""The day after clocks in Berlin went forward."""
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def company(app: Flask, acme: Firm, globex: Firm) -> Iterator[Company]:
    """Acme, where the manager wants the mail; a stranger wants it as well."""
    with app.app_context():
        with tenancy.company(globex.id):
            db.session.add(WeeklyMail(user_id=globex.manager))
            db.session.commit()
        tenancy.enter_company(acme.id)
        acme_company = db.session.get_one(Company, acme.id)
        acme_company.time_zone = "Europe/Berlin"
        db.session.add(WeeklyMail(user_id=acme.manager))
        db.session.commit()
        yield acme_company


def posted() -> list[Message]:
    return list(db.session.scalars(sa.select(Message).filter_by(template="weekly-report").order_by(Message.id)))


def at(day: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("moment", "zone", "is_it"),
    [
        ("2026-03-30 04:59", "Europe/Berlin", False),  # In summer time since yesterday: 6:59.
        ("2026-03-30 05:00", "Europe/Berlin", True),
        ("2026-03-23 05:30", "Europe/Berlin", False),  # In winter time still: 6:30.
        ("2026-03-23 06:00", "Europe/Berlin", True),
        ("2026-03-29 22:00", "Asia/Tokyo", True),
        ("2026-03-30 10:00", "America/Los_Angeles", False),
        ("2026-03-31 06:00", "America/Los_Angeles", True),  # Monday, 23:00.
        ("2026-03-31 07:00", "America/Los_Angeles", False),
    ],
)
def test_monday_morning_is_the_companys(moment: str, zone: str, is_it: bool) -> None:
    now = datetime.fromisoformat(moment).replace(tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert weekly.is_monday_morning(now) is is_it


def test_it_tells_of_the_week_from_monday_to_sunday(company: Company, acme: Firm) -> None:
    job = db.session.get_one(Job, acme.job)
    way = {"applied": at(2), "screening": at(3), "interview": at(4), "offer": at(5)}
    happened(job, "On Monday", {"applied": at(23, 0, 1)})
    happened(job, "On Sunday", {"applied": at(29, 23, 59)})
    happened(job, "Too Late", {"applied": at(30, 0, 1)})
    happened(job, "The Week Before", {"applied": at(22, 23, 59)})
    happened(job, "Hired One", {**way, "hired": at(24)})
    content = weekly.about(company, MONDAY)
    assert content["days"] == "23 Mar to 29 Mar"
    figures = {name: (value, note) for name, value, note in content["figures"]}
    assert figures["Applications"] == ("2", "1 more than in the 7 days before")
    assert figures["Hires"] == ("1", "1 more than in the 7 days before")
    assert figures["Median time to hire"][0] == "22 days"
    assert figures["Offers accepted"] == ("100\N{NO-BREAK SPACE}%", "1 of 1 offers")
    assert len(figures) == 6
    assert "from=2026-03-23&to=2026-03-29" in content["dashboard_url"]


def test_it_names_those_who_wait_longest(company: Company, acme: Firm) -> None:
    job, now = db.session.get_one(Job, acme.job), datetime.now(UTC)
    offered = happened(
        job,
        "Offered One",
        {stage: now - timedelta(days=30) for stage in ("applied", "screening", "interview", "offer")},
    )
    happened(job, "Waiting One", {"applied": now - timedelta(days=20)})
    stuck = weekly.about(company, MONDAY)["stuck"]
    assert [(one["name"], one["why"].split(",")[0]) for one in stuck] == [
        ("Offered One", "Offers waiting"),
        ("Waiting One", "No answer yet"),
    ]
    assert stuck[0]["url"].endswith(f"/applications/{offered.id}")


def test_each_reader_gets_it_once(company: Company, acme: Firm) -> None:
    assert [weekly.post(company, MONDAY) for _ in range(2)] == [1, 0]
    assert weekly.post(company, MONDAY + timedelta(days=7)) == 1
    assert [mail.recipient for mail in posted()] == [db.session.get_one(User, acme.manager).email] * 2


def test_who_left_the_team_gets_none(company: Company, acme: Firm) -> None:
    db.session.get_one(User, acme.manager).removed_at = datetime.now(UTC)
    assert weekly.post(company, MONDAY) == 0


def test_it_reads_well_and_holds_nothing_of_strangers(app: Flask, company: Company, acme: Firm, globex: Firm) -> None:
    happened(db.session.get_one(Job, acme.job), "Ida <b>Bold</b>", {"applied": datetime.now(UTC) - timedelta(days=20)})
    weekly.post(company, MONDAY)
    db.session.flush()
    mail = delivery.rendered(posted()[0])
    assert mail.subject == "The week at Acme: 23 Mar to 29 Mar"
    for part in (mail.body or "", mail.html or ""):
        assert "Median time to hire" in part
        assert "Globex" not in part
        assert "Ana Sousa" not in part
    assert "Ida <b>Bold</b>" in (mail.body or "")
    assert "Ida &lt;b&gt;Bold&lt;/b&gt;" in (mail.html or "")


def test_one_asks_for_it_and_ends_it_on_the_dashboard(
    company: Company, sign_in: SignIn, acme: Firm, globex: Firm
) -> None:
    client = sign_in(acme.recruiter)
    assert "Mail me the figures on Mondays" in Page.at(client, "/dashboard").text
    for _ in range(2):
        client.post("/dashboard/weekly-mail", data={"wanted": "1"})
        assert "Stop the weekly mail" in Page.at(client, "/dashboard").text
    client.post("/dashboard/weekly-mail")
    assert "Mail me the figures on Mondays" in Page.at(client, "/dashboard").text
    assert db.session.scalars(sa.select(WeeklyMail.user_id)).all() == [acme.manager]


def test_the_schedule_brings_it_about(
    app: Flask, company: Company, run_worker: Callable[[], None], smtp: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weekly, "is_monday_morning", lambda now: now.tzinfo == BERLIN)  # Whatever day it is.
    with app.app_context():
        assert weekly.post_due() == 1
        assert weekly.post_due() == 1
    run_worker()
    subjects = [mail["Subject"] for mail in smtp.wait_for(1)]
    assert len([subject for subject in subjects if subject.startswith("The week at ")]) == 1
