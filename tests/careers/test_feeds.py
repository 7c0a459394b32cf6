"""Feeds and the map of the site, held against schemas in tests/careers/schemas."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import etree

from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.models import Job, Status, Workplace
from tests.cast import Firm, open_job
from tests.page import Page

SCHEMAS = Path(__file__).parent / "schemas"
SITE = "http://127.0.0.1:5000"
ATOM = {"a": "http://www.w3.org/2005/Atom"}
NASTY = "Bak]]>er & <chef> \x1b\ufffe“é”"
"""With what ends a CDATA section, and with characters that XML cannot hold."""


def valid(client: FlaskClient, path: str, schema: str) -> etree._Element:
    """The document at that address, which the schema admits."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].endswith("xml; charset=utf-8")
    document = etree.fromstring(answer.data)
    parsed = etree.parse(SCHEMAS / schema)
    checker = etree.RelaxNG(parsed) if schema.endswith(".rng") else etree.XMLSchema(parsed)
    checker.assertValid(document)
    return document


@pytest.fixture
def several(acme: Firm, scope: None) -> list[Job]:
    """Beside the cast's one: jobs that fill every element, and some that nobody may find."""
    company = db.session.get_one(Company, acme.id)
    company.name = "Acme & <Sons>"
    jobs = [
        open_job(
            title=NASTY,
            department="R&D",
            location="Köln",
            country="DE",
            workplace=Workplace.HYBRID.value,
            salary_min=30_000,
            salary_max=36_000,
            description=f"## Why\n\n{NASTY}\n\n* one\n* two",
        ),
        open_job(title="Anywhere", country="PT", workplace=Workplace.REMOTE.value, department="", location=""),
    ]
    for status in set(Status) - {Status.OPEN}:
        db.session.add(Job(title=f"Hidden {status}", status=status.value))
    db.session.commit()
    return jobs


def test_the_atom_feed_is_valid_and_holds_the_open_jobs(client: FlaskClient, acme: Firm, several: list[Job]) -> None:
    feed = valid(client, "/careers/acme/jobs.atom", "atom.rng")
    assert feed.findtext("a:title", namespaces=ATOM) == "Jobs at Acme & <Sons>"
    titles = feed.xpath("a:entry/a:title/text()", namespaces=ATOM)
    assert sorted(titles) == ["Acme Baker", "Anywhere", "Bak]]>er & <chef> “é”"]
    links = feed.xpath("a:entry/a:link/@href", namespaces=ATOM)
    assert set(links) == {f"{SITE}/careers/acme/jobs/{id}" for id in (acme.job, *(job.id for job in several))}
    ids = feed.xpath("a:entry/a:id/text()", namespaces=ATOM)
    assert len(set(ids)) == 3
    (content,) = [text for text in feed.xpath("a:entry/a:content/text()", namespaces=ATOM) if "Why" in text]
    assert content.startswith("<h2>Why</h2>")


def test_an_entry_keeps_its_name_when_the_company_moves(client: FlaskClient, acme: Firm, scope: None) -> None:
    def ids() -> list[str]:
        document = etree.fromstring(client.get("/careers/acme/jobs.atom", follow_redirects=True).data)
        return document.xpath("//a:id/text()", namespaces=ATOM)

    before = ids()
    db.session.get_one(Company, acme.id).slug = "acme-bakery"
    db.session.commit()
    assert ids() == before


def test_a_company_without_open_jobs_has_feeds_all_the_same(client: FlaskClient, acme: Firm, scope: None) -> None:
    db.session.get_one(Job, acme.job).change_status(Status.CLOSED)
    db.session.commit()
    assert not valid(client, "/careers/acme/jobs.atom", "atom.rng").findall("a:entry", ATOM)
    assert not valid(client, "/careers/acme/jobs.xml", "job-board.xsd").findall("job")


def test_the_feed_for_job_boards_is_valid_and_says_what_they_ask(
    client: FlaskClient, acme: Firm, several: list[Job]
) -> None:
    feed = valid(client, "/careers/acme/jobs.xml", "job-board.xsd")
    found = {job.findtext("title"): job for job in feed.findall("job")}
    assert found.keys() == {"Acme Baker", "Anywhere", "Bak]]>er & <chef> “é”"}
    full = found["Bak]]>er & <chef> “é”"]
    expected = {
        "referencenumber": f"{acme.id}-{several[0].id}",
        "url": f"{SITE}/careers/acme/jobs/{several[0].id}",
        "company": "Acme & <Sons>",
        "city": "Köln",
        "country": "DE",
        "salary": "€30,000–36,000 per year",
        "jobtype": "Full-time",
        "category": "R&D",
        "remotetype": "Hybrid remote",
    }
    assert {name: full.findtext(name) for name in expected} == expected
    assert "<li>one</li>" in full.findtext("description")
    assert found["Anywhere"].findtext("remotetype") == "Fully remote"


def test_a_job_of_which_nobody_knows_when_it_opened_is_in_the_feeds_all_the_same(
    client: FlaskClient, acme: Firm, scope: None
) -> None:
    """One that was brought over from another system, say."""
    db.session.add(Job(title="Old hand", status=Status.OPEN.value, country="DE"))
    db.session.commit()
    assert "Old hand" in client.get("/careers/acme/jobs.atom").text
    feed = valid(client, "/careers/acme/jobs.xml", "job-board.xsd")
    assert "Old hand" in [job.findtext("title") for job in feed.findall("job")]
    valid(client, "/careers/acme/jobs.atom", "atom.rng")
    valid(client, "/sitemap.xml", "sitemap.xsd")


def test_job_boards_get_no_escaped_markup(client: FlaskClient, acme: Firm, several: list[Job]) -> None:
    """They do not decode it: all of their text stands in CDATA."""
    text = client.get("/careers/acme/jobs.xml").text
    outside = "".join(part.partition("]]>")[2] for part in f"]]>{text}".split("<![CDATA["))
    assert "&" not in outside


def test_the_map_of_the_site_names_every_page_that_may_be_found_and_no_other(
    client: FlaskClient, acme: Firm, globex: Firm, several: list[Job]
) -> None:
    document = valid(client, "/sitemap.xml", "sitemap.xsd")
    addresses = {loc.text for loc in document.iter("{*}loc")}
    jobs = {f"{SITE}/careers/acme/jobs/{id}" for id in (acme.job, *(job.id for job in several))}
    assert addresses == {
        f"{SITE}/careers",
        f"{SITE}/careers/acme",
        f"{SITE}/careers/globex",
        f"{SITE}/careers/globex/jobs/{globex.job}",
        *jobs,
    }
    for address in addresses:
        page = Page.at(client, str(address).removeprefix(SITE))
        assert page.one("link[rel=canonical]")["href"] == address


def test_the_map_of_an_empty_site_is_valid_too(client: FlaskClient) -> None:
    document = valid(client, "/sitemap.xml", "sitemap.xsd")
    assert [loc.text for loc in document.iter("{*}loc")] == [f"{SITE}/careers"]


def test_robots_are_shown_the_map_and_kept_from_what_is_ones_own(client: FlaskClient) -> None:
    answer = client.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert f"Sitemap: {SITE}/sitemap.xml" in lines
    assert {"Disallow: /status/", "Disallow: /data-copies/"} <= set(lines)
    assert not [line for line in lines if line in ("Disallow: /", "Disallow: /careers")]


@pytest.mark.parametrize("path", ["/careers/acme/jobs.atom", "/careers/acme/jobs.xml", "/sitemap.xml", "/robots.txt"])
def test_a_reader_loads_only_what_is_new(client: FlaskClient, acme: Firm, scope: None, path: str) -> None:
    first = client.get(path)
    assert "public" in first.headers["Cache-Control"]
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    if path != "/robots.txt":
        open_job(title="Another")
        db.session.commit()
        assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_page_of_a_company_leads_to_its_feed(client: FlaskClient, acme: Firm) -> None:
    for path in ("/careers/acme", f"/careers/acme/jobs/{acme.job}"):
        page = Page.at(client, path)
        assert page.one("link[rel=alternate]")["href"] == "/careers/acme/jobs.atom"
        assert page.link("New jobs as a feed") == "/careers/acme/jobs.atom"


def test_no_feed_of_a_company_shows_anothers_jobs(client: FlaskClient, acme: Firm, globex: Firm) -> None:
    for path in ("/careers/acme/jobs.atom", "/careers/acme/jobs.xml"):
        assert "Globex" not in client.get(path).text
