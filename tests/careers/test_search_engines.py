"""What search engines are told about a job: the JobPosting on its page, addresses, and what a shared link shows."""

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.models import EmploymentType, Job, Status, Workplace
from tests.cast import Firm, open_job
from tests.page import Page

Check = Callable[[Any], bool]


def is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def is_address(value: Any) -> bool:
    return is_text(value) and bool(re.fullmatch(r"https?://[^\s/]+(/\S*)?", value))


def is_moment(value: Any) -> bool:
    """ISO 8601, with a zone, as a day alone would end at different times in different places."""
    return is_text(value) and datetime.fromisoformat(value).tzinfo is not None


def is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def is_one_of(*values: str) -> Check:
    return lambda value: value in values


def is_a(kind: str, required: dict[str, Check], optional: dict[str, Check] | None = None) -> Check:
    """An object of that @type with all the required properties, and no others than the optional ones."""

    def check(value: Any) -> bool:
        assert isinstance(value, dict)
        assert value.get("@type") == kind
        properties = {name: given for name, given in value.items() if not name.startswith("@")}
        known = {**required, **(optional or {})}
        assert required.keys() <= properties.keys(), f"{kind} lacks {required.keys() - properties.keys()}"
        assert properties.keys() <= known.keys(), f"{kind} has no {properties.keys() - known.keys()}"
        for name, given in properties.items():
            assert known[name](given), f"{kind}.{name} is {given!r}"
        return True

    return check


ADDRESS = is_a(
    "PostalAddress",
    {"addressCountry": lambda value: re.fullmatch("[A-Z]{2}", value) is not None},
    {"addressLocality": is_text, "addressRegion": is_text, "postalCode": is_text, "streetAddress": is_text},
)
ORGANIZATION = is_a("Organization", {"name": is_text, "sameAs": is_address}, {"logo": is_address})
VALUE = is_a(
    "QuantitativeValue",
    {"unitText": is_one_of("HOUR", "DAY", "WEEK", "MONTH", "YEAR")},
    {"value": is_amount, "minValue": is_amount, "maxValue": is_amount},
)
REQUIRED = {"title": is_text, "description": is_text, "datePosted": is_moment, "hiringOrganization": ORGANIZATION}
AT_A_PLACE = {"jobLocation": is_a("Place", {"address": ADDRESS})}
FROM_ANYWHERE = {
    "jobLocationType": is_one_of("TELECOMMUTE"),
    "applicantLocationRequirements": is_a("Country", {"name": is_text}),
}
RECOMMENDED = {
    "identifier": is_a("PropertyValue", {"name": is_text, "value": is_text}),
    "employmentType": is_one_of("FULL_TIME", "PART_TIME", "CONTRACTOR", "TEMPORARY", "INTERN", "OTHER"),
    "directApply": lambda value: value is True,
    "validThrough": is_moment,
    "baseSalary": is_a(
        "MonetaryAmount", {"currency": lambda value: re.fullmatch("[A-Z]{3}", value) is not None, "value": VALUE}
    ),
}
OTHERS = {"url": is_address, "employmentUnit": is_a("Organization", {"name": is_text})}
"""By Google's "Job posting (JobPosting) structured data"."""

FULL = {
    "title": "Baker & <b>Pastry</b> chef",
    "department": "Kitchen",
    "location": "Berlin",
    "country": "DE",
    "description": "## What you do\n\n* bake </script><script>alert(1)</script>\n* think",
    "salary_min": 30_000,
    "salary_max": 36_000,
}


def posting_on(page: BeautifulSoup) -> dict[str, Any]:
    (block,) = page.select('script[type="application/ld+json"]')
    return json.loads(block.text)


def posted(client: FlaskClient, firm: Firm, **fields: Any) -> dict[str, Any]:
    """The JobPosting on the page of a new open job."""
    job = open_job(**{**FULL, **fields})
    db.session.commit()
    return posting_on(BeautifulSoup(client.get(f"/careers/{firm.slug}/jobs/{job.id}").text, "html.parser"))


def test_a_job_says_all_that_search_engines_require_and_recommend(client: FlaskClient, acme: Firm, scope: None) -> None:
    db.session.get_one(Company, acme.id).logo_key = "ab/abcdefgh"
    closes_on = date.today() + timedelta(days=20)
    posting = posted(client, acme, closes_on=closes_on)
    assert posting["@context"] == "https://schema.org/"
    assert is_a("JobPosting", {**REQUIRED, **AT_A_PLACE, **RECOMMENDED, "url": is_address}, OTHERS)(posting)
    assert posting["title"] == FULL["title"]
    assert "<h2>What you do</h2>" in posting["description"]
    assert posting["hiringOrganization"] == {
        "@type": "Organization",
        "name": "Acme",
        "sameAs": "http://127.0.0.1:5000/careers/acme",
        "logo": "http://127.0.0.1:5000/careers/acme/logo?v=abcdefgh",
    }
    assert posting["baseSalary"]["value"] == {
        "@type": "QuantitativeValue",
        "unitText": "YEAR",
        "minValue": 30_000,
        "maxValue": 36_000,
    }
    assert posting["jobLocation"]["address"]["addressLocality"] == "Berlin"
    assert "jobLocationType" not in posting


def test_a_remote_job_says_where_people_may_live(client: FlaskClient, acme: Firm, scope: None) -> None:
    posting = posted(client, acme, workplace=Workplace.REMOTE.value, location="Anywhere in Germany")
    optional = {**RECOMMENDED, **OTHERS}
    assert is_a("JobPosting", {**REQUIRED, **FROM_ANYWHERE}, optional)(posting)
    assert posting["applicantLocationRequirements"]["name"] == "DE"


def test_what_a_job_does_not_say_is_left_out(client: FlaskClient, acme: Firm, scope: None) -> None:
    nothing = {"department": "", "location": "", "description": "", "salary_min": None, "salary_max": None}
    posting = posted(client, acme, **nothing)
    assert is_a("JobPosting", {**REQUIRED, **AT_A_PLACE}, {**RECOMMENDED, **OTHERS})(posting)
    assert not {"validThrough", "baseSalary", "employmentUnit"} & posting.keys()


@pytest.mark.parametrize(
    ("low", "high", "value"),
    [
        (30_000, None, {"minValue": 30_000}),
        (None, 9, {"maxValue": 9}),
        (5, 5, {"value": 5}),
        (0, 9, {"minValue": 0, "maxValue": 9}),
    ],
)
def test_a_salary_may_be_open_at_one_end(
    client: FlaskClient, acme: Firm, scope: None, low: int | None, high: int | None, value: dict[str, int]
) -> None:
    posting = posted(client, acme, salary_min=low, salary_max=high)
    assert posting["baseSalary"]["value"] == {"@type": "QuantitativeValue", "unitText": "YEAR", **value}


def test_every_kind_of_employment_has_its_word(client: FlaskClient, acme: Firm, scope: None) -> None:
    for kind in EmploymentType:
        posting = posted(client, acme, employment_type=kind.value)
        assert RECOMMENDED["employmentType"](posting["employmentType"])


def test_the_last_moment_is_the_end_of_the_last_day_where_the_company_is(
    client: FlaskClient, acme: Firm, scope: None
) -> None:
    db.session.get_one(Company, acme.id).time_zone = "Asia/Tokyo"
    posting = posted(client, acme, closes_on=date(2099, 3, 1))
    assert datetime.fromisoformat(posting["validThrough"]).astimezone(UTC) == datetime(
        2099, 3, 1, 14, 59, 59, tzinfo=UTC
    )


def test_what_a_company_writes_stays_inside_its_block(client: FlaskClient, acme: Firm, scope: None) -> None:
    job = open_job(**FULL)
    db.session.commit()
    page = Page.at(client, f"/careers/{acme.slug}/jobs/{job.id}")
    (block,) = page.all('script[type="application/ld+json"]')
    assert "<" not in block.text
    assert not [script for script in page.all("script") if "alert" in script.text and script is not block]
    assert "alert(1)" in posting_on(page.soup)["description"]


def test_without_a_country_nothing_is_said_rather_than_half_of_it(client: FlaskClient, acme: Firm, scope: None) -> None:
    job = open_job(country="")
    db.session.commit()
    assert not Page.at(client, f"/careers/{acme.slug}/jobs/{job.id}").all('script[type="application/ld+json"]')


def test_it_stands_on_the_page_of_an_open_job_alone(client: FlaskClient, acme: Firm, scope: None) -> None:
    job = open_job(**FULL)
    db.session.commit()
    base = f"/careers/{acme.slug}/jobs/{job.id}"
    for path in ("/careers", f"/careers/{acme.slug}", f"{base}/apply", f"{base}/applied"):
        assert "ld+json" not in client.get(path).text
    assert "ld+json" in client.get(base).text
    job.change_status(Status.CLOSED)
    db.session.commit()
    closed = client.get(base)
    assert (closed.status_code, "ld+json" in closed.text) == (410, False)


def test_a_page_that_may_be_found_names_its_one_address_and_what_a_link_shows(
    client: FlaskClient, acme: Firm, scope: None
) -> None:
    company = db.session.get_one(Company, acme.id)
    company.about, company.logo_key = "We bake **bread**.\n\n## And\n\nmore", "ab/abcdefgh"
    db.session.get_one(Job, acme.job).description = "word " * 100
    db.session.commit()
    site = "http://127.0.0.1:5000"
    for path, query, title in (
        ("/careers", "?q=baker", "Companies that hire"),
        ("/careers/acme", "?department=Kitchen", "Jobs at Acme"),
        (f"/careers/acme/jobs/{acme.job}", "?utm_source=x", "Acme Baker"),
    ):
        page = Page.at(client, path + query)
        assert page.one("link[rel=canonical]")["href"] == site + path
        shown = {tag["property"]: tag["content"] for tag in page.all("meta[property^='og:']")}
        assert (shown["og:url"], shown["og:title"], shown["og:type"]) == (site + path, title, "website")
        assert shown["og:description"] == page.one("meta[name=description]")["content"]
        assert 0 < len(str(shown["og:description"])) <= 210
        assert ("og:image" in shown) == (path != "/careers")
        assert not page.all("meta[name=robots]")
    assert Page.at(client, "/careers/acme").one("meta[name=description]")["content"] == "We bake bread. And more"


def test_every_other_public_page_asks_not_to_be_listed(
    client: FlaskClient, acme: Firm, app: Flask, scope: None
) -> None:
    base = f"/careers/{acme.slug}/jobs/{acme.job}"
    for path in (f"{base}/apply", f"{base}/applied", f"/careers/{acme.slug}/link"):
        page = Page.at(client, path)
        assert page.one("meta[name=robots]")["content"] == "noindex"
        assert not page.all("link[rel=canonical]")
    db.session.get_one(Job, acme.job).change_status(Status.CLOSED)
    db.session.commit()
    assert Page.at(client, base, 410).one("meta[name=robots]")["content"] == "noindex"
