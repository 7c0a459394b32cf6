"""Every number of a report leads to a list of as many applications."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import SOURCES
from ats.pipeline.stages import OPEN_STAGES
from tests.cast import Firm, open_job
from tests.page import Page, text_of
from tests.reports.history import Step, happened, told

SignIn = Callable[[int], FlaskClient]


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@pytest.fixture
def client(app: Flask, sign_in: SignIn, acme: Firm, globex: Firm) -> FlaskClient:
    """Two jobs with applications of all kinds, and another company's."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        jobs = [db.session.get_one(Job, acme.job), open_job(title="Miller", department="Mill")]
        way = [*OPEN_STAGES, "hired"]
        for number, source in enumerate(SOURCES * 3):
            job = jobs[number % 2]
            stages = way[: 1 + number % len(way)]
            times = {stage: ago(3 + 4 * number - 0.7 * place * number) for place, stage in enumerate(stages)}
            if number % 3 == 0 and stages[-1] != "hired":
                times["rejected"] = ago(1 + number / 8)
            happened(job, f"Person {number}", times, source=source)
        told(
            jobs[0],
            "Undone One",
            [Step("applied", ago(9)), Step("screening", ago(8)), Step("applied", ago(7.9), True)],
        )
        told(
            jobs[1],
            "Withdrew One",
            [Step("applied", ago(9)), Step("screening", ago(8)), Step("rejected", ago(7), False, "withdrawn")],
        )
        db.session.commit()
    return sign_in(acme.manager)


def numbers(page: Page) -> dict[str, int]:
    """Each address of the list on the page, with the number that leads there."""
    found: dict[str, int] = {}
    for link in page.all('a[href^="/applications?"]'):
        words = text_of(link)
        number = re.search(r"(?:^|: |, )([\d,]+)(?: applications?)?$", words)
        if not number:
            continue
        href, value = str(link["href"]), int(number[1].replace(",", ""))
        assert found.setdefault(href, value) == value, f"{words} and {found[href]} lead to {href}"
    return found


def listed(client: FlaskClient, href: str) -> int:
    """As many as the list counts, all of them on one page or the next ones."""
    page = Page.at(client, href)
    count = int(text_of(page.one("#applications [role=status]")).split()[0].replace(",", ""))
    assert len(page.all("#applications tbody tr")) == min(count, 50)
    return count


@pytest.mark.parametrize(
    "query",
    ["", "?period=30", "?period=365", "?department=Mill", "?period=custom&from={first}&to={last}", "?job={job}"],
)
def test_every_number_of_the_dashboard(client: FlaskClient, acme: Firm, query: str) -> None:
    days = {"first": ago(40).date().isoformat(), "last": ago(5).date().isoformat(), "job": acme.job}
    found = numbers(Page.at(client, f"/dashboard{query.format_map(days)}"))
    kinds = {name for href in found for name in parse_qs(urlsplit(href).query)}
    assert kinds >= {"from", "event", "reached", "fate", "source", "waits"}
    assert len(found) > 30
    assert {href: listed(client, href) for href in found} == found


def test_every_number_of_a_jobs_report_and_of_the_comparison(client: FlaskClient, acme: Firm) -> None:
    for address in (f"/jobs/{acme.job}/report", f"/dashboard/comparison?job={acme.job}&job={acme.job + 2}&period=365"):
        found = numbers(Page.at(client, address))
        assert found
        assert {href: listed(client, href) for href in found} == found


def test_the_list_says_what_it_shows_and_keeps_it_while_one_searches(client: FlaskClient) -> None:
    page = Page.at(client, "/applications?from=2026-09-01&to=2026-09-30&reached=screening&fate=withdrew")
    assert "Those who applied from 1 Sep to 30 Sep, reached Screening and withdrew there." in page.text
    carried = {field["name"]: field["value"] for field in page.all(".sieve input[type=hidden]")}
    assert carried == {"from": "2026-09-01", "to": "2026-09-30", "reached": "screening", "fate": "withdrew"}


@pytest.mark.parametrize(
    "query",
    [
        "from=x&to=y",
        "from=2026-01-01",
        "from=2026-02-01&to=2026-01-01",
        "from=0001-01-01&to=9999-12-31",
        "event=hired",
        "event=x&from=2026-01-01&to=2026-01-01",
        "reached=nowhere",
        "fate=waiting",
        "waits=x",
        "department=Nowhere",
    ],
)
def test_nonsense_in_the_address_does_no_harm(client: FlaskClient, query: str) -> None:
    Page.at(client, f"/applications?{query}")
    Page.at(client, f"/dashboard?{query}&period=custom&job=99999999999999")
