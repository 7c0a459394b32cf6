"""The careers site: one company's open jobs, one job, and the search over all companies."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company
from ats.careers import search
from ats.extensions import db
from ats.jobs.models import Job, Status, Workplace
from tests.cast import Firm, open_job
from tests.page import Page
from tests.test_statements import counted

JOBS: list[dict[str, Any]] = [
    {"title": "Pastry Chef", "department": "Kitchen", "location": "Hamburg", "description": "Éclairs, all day."},
    {"title": "Cashier", "department": "Shop", "location": "Berlin", "employment_type": "part_time"},
    {"title": "Bookkeeper", "department": "", "location": "", "workplace": "remote"},
]


@pytest.fixture
def several(acme: Firm, scope: None) -> None:
    for fields in JOBS:
        open_job(**fields)
    db.session.commit()


def titles(page: Page) -> list[str]:
    return [link.text for link in page.all("#openings h3 a, #found h3 a[href*='/jobs/']")]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Acme Baker", "Pastry Chef", "Cashier", "Bookkeeper"]),
        ("q=chef", ["Pastry Chef"]),
        ("q=HAMBURG+pastry", ["Pastry Chef"]),
        ("q=éclairs", ["Pastry Chef"]),
        ("department=Kitchen", ["Acme Baker", "Pastry Chef"]),
        ("location=Berlin&department=Shop", ["Cashier"]),
        ("workplace=remote", ["Bookkeeper"]),
        ("employment_type=part_time", ["Cashier"]),
        ("q=chef&department=Shop", []),
        ("department=Nowhere", []),
    ],
)
def test_a_companys_jobs_are_found_by_words_and_filters_in_the_address(
    client: FlaskClient, several: None, query: str, expected: list[str]
) -> None:
    page = Page.at(client, f"/careers/acme?{query}")
    assert titles(page) == expected
    if not expected:
        assert "No job fits all of that" in page.text


def test_what_was_asked_stays_in_the_form(client: FlaskClient, several: None) -> None:
    page = Page.at(client, "/careers/acme?q=pastry&department=Kitchen&location=Hamburg")
    assert page.one("[name=q]")["value"] == "pastry"
    chosen = {str(field["name"]): one["value"] for field in page.all("select") for one in field.select("[selected]")}
    assert chosen == {"department": "Kitchen", "location": "Hamburg"}
    assert page.one("form[role=search]").get("method", "get") == "get"


def test_two_hundred_open_jobs_cost_no_more_statements_than_one(client: FlaskClient, acme: Firm, scope: None) -> None:
    """Nor are their long texts read where nobody searches in them."""

    def cost(url: str) -> tuple[int, bool]:
        with counted() as statements:
            assert client.get(url).status_code == 200
        return len(statements), any("job.description" in statement for statement in statements)

    urls = ["/careers/acme", "/careers/acme?q=baker", "/careers?q=baker", f"/careers/acme/jobs/{acme.job}"]
    few = [cost(url) for url in urls]
    assert [read for _, read in few] == [False, True, False, True]
    for number in range(200):
        open_job(title=f"Baker {number}", department=f"Team {number % 7}", description="word " * 500)
    db.session.commit()
    assert [cost(url) for url in urls] == few
    page = Page.at(client, "/careers/acme")
    assert "201 open jobs" in page.text
    assert len(titles(page)) == 201


def test_the_about_text_is_markdown_its_first_paragraph_in_the_head(
    client: FlaskClient, acme: Firm, scope: None
) -> None:
    company = db.session.get_one(Company, acme.id)
    company.about = "We bake **bread**.\n\n## How\n\n* slowly\n* [well](https://acme.example) <script>alert(1)</script>"
    db.session.commit()
    page = Page.at(client, "/careers/acme")
    assert page.one(".hero .lead strong").text == "bread"
    assert next(item.text for item in page.all(".about li")) == "slowly"
    assert page.one(".about a")["href"] == "https://acme.example"
    company.about = "# A heading first\n\nThen text"
    db.session.commit()
    page = Page.at(client, "/careers/acme")
    assert not page.all(".hero .lead")
    assert page.one(".about h2:not(#about-title)").text == "A heading first"


def test_a_job_shows_its_facts_and_others_of_its_department_first(
    client: FlaskClient, several: None, scope: None
) -> None:
    job = open_job(
        title="Head Baker",
        department="Shop",
        salary_min=40_000,
        salary_max=50_000,
        workplace=Workplace.HYBRID.value,
        description="## What you do\n\n* bake",
    )
    db.session.commit()
    page = Page.at(client, f"/careers/acme/jobs/{job.id}")
    facts = page.one(".summary").get_text(" ")
    assert all(fact in facts for fact in ("€40,000–50,000 a year", "Hybrid", "Full-time", "Shop"))
    assert page.link("Apply for this job") == f"/careers/acme/jobs/{job.id}/apply"
    similar = [link.text for link in page.all("#similar h3 a")]
    assert similar[0] == "Cashier"
    assert len(similar) == 3
    assert "Head Baker" not in similar


def test_a_closed_job_says_so_and_shows_the_others(client: FlaskClient, acme: Firm, several: None) -> None:
    db.session.get_one(Job, acme.job).change_status(Status.CLOSED)
    db.session.commit()
    page = Page.at(client, f"/careers/acme/jobs/{acme.job}", 410)
    assert page.h1 == "Acme Baker is closed"
    assert "Pastry Chef" in [link.text for link in page.all("#similar h3 a")]
    assert Page.at(client, f"/careers/acme/jobs/{acme.job}/apply", 410).h1 == "Acme Baker is closed"


@pytest.mark.parametrize("path", ["/careers/nobody", "/careers/acme/jobs/999999", "/careers/globex/jobs/{acme_job}"])
def test_what_there_is_not_is_not_found(client: FlaskClient, acme: Firm, globex: Firm, path: str) -> None:
    assert client.get(path.format(acme_job=acme.job)).status_code == 404


@pytest.mark.parametrize(
    ("query", "jobs", "companies"),
    [
        ("", [], ["Acme", "Globex"]),
        ("q=baker", ["Acme Baker", "Globex Baker"], []),
        ("q=globex", ["Globex Baker"], ["Globex"]),
        ("q=globex+baker", ["Globex Baker"], []),
        ("place=hamburg", ["Pastry Chef"], []),
        ("workplace=remote", ["Bookkeeper"], []),
        ("q=acme&employment_type=part_time", ["Cashier"], []),
        ("q=100%25", [], []),
        ("q=zeppelin", [], []),
    ],
)
def test_all_companies_are_searched_at_once(
    client: FlaskClient, globex: Firm, several: None, query: str, jobs: list[str], companies: list[str]
) -> None:
    page = Page.at(client, f"/careers?{query}")
    assert sorted(titles(page)) == jobs
    assert [name.text for name in page.all(".companies h3")] == companies
    if not jobs and not companies:
        assert "No open job fits all of that" in page.text


def test_the_search_over_all_companies_finds_open_jobs_alone(
    app: Flask, client: FlaskClient, acme: Firm, globex: Firm
) -> None:
    with app.app_context(), tenancy.company(globex.id):
        db.session.get_one(Job, globex.job).change_status(Status.CLOSED)
        db.session.add(Job(title="Baker to be"))
        db.session.commit()
    page = Page.at(client, "/careers?q=baker")
    assert titles(page) == ["Acme Baker"]
    assert "Globex" not in Page.at(client, "/careers").text


def test_the_search_over_all_companies_shows_a_page_full_and_says_so(
    client: FlaskClient, acme: Firm, scope: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "SHOWN", 2)
    for number in range(3):
        open_job(title=f"Miller {number}")
    db.session.commit()
    page = Page.at(client, "/careers?q=miller")
    assert titles(page) == ["Miller 2", "Miller 1"]
    assert "The newest 2 jobs that fit" in page.text


def test_an_old_address_of_a_company_leads_on(client: FlaskClient, acme: Firm, scope: None) -> None:
    db.session.get_one(Company, acme.id).slug = "acme-bakery"
    db.session.commit()
    answer = client.get(f"/careers/acme/jobs/{acme.job}?ref=mail")
    assert (answer.status_code, answer.location) == (308, f"/careers/acme-bakery/jobs/{acme.job}?ref=mail")
