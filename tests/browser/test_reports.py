"""The reports as a browser shows them: accessible at every width in light and dark, and one page on paper."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pypdf
import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, Page, expect

from ats import tenancy
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import SOURCES
from ats.pipeline.stages import OPEN_STAGES
from tests.browser.hands import violations
from tests.cast import Firm, open_job
from tests.reports.history import happened

WIDTHS = [1440, 768, 360]

pytestmark = pytest.mark.browser


@pytest.fixture
def firm(app: Flask, acme: Firm) -> Firm:
    """With applications of all kinds, in twelve jobs."""
    now = datetime.now(UTC)
    with app.app_context():
        tenancy.enter_company(acme.id)
        jobs = [db.session.get_one(Job, acme.job)]
        jobs += [open_job(title=f"Job {number}", department="Mill") for number in range(11)]
        jobs[0].created_by_id = acme.recruiter
        for number, source in enumerate(SOURCES * 4):
            stages = [*OPEN_STAGES, "hired"][: 1 + number % 5]
            times = {stage: now - timedelta(days=3 * number - place) for place, stage in enumerate(stages)}
            happened(jobs[number % 12], f"Person {number}", times, source=source)
        db.session.commit()
    return acme


@pytest.fixture
def open_page(
    browser: Browser, live_server: str, sign_in: Callable[[int], FlaskClient], firm: Firm
) -> Iterator[Callable[..., Page]]:
    """`open_page(width, scheme)` is a browser in which the recruiter has signed in."""
    contexts = []
    cookie = sign_in(firm.recruiter).get_cookie("foyer")
    assert cookie

    def open_it(width: int, scheme: str = "light", **options: object) -> Page:
        context = browser.new_context(
            base_url=live_server,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,  # type: ignore[arg-type]
            **options,
        )
        context.add_cookies([{"name": "foyer", "value": cookie.value, "url": live_server}])
        contexts.append(context)
        return context.new_page()

    yield open_it
    for context in contexts:
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_is_cut_off(
    open_page: Callable[..., Page], firm: Firm, width: int, scheme: str
) -> None:
    page = open_page(width, scheme)
    for address in (
        "/dashboard?period=30",
        f"/jobs/{firm.job}/report?period=custom&from=2026-01-01&to=2026-12-31",
        f"/dashboard/comparison?job={firm.job}&job={firm.job + 1}",
        "/dashboard/definitions",
        "/exports",
        "/applications?from=2020-01-01&to=2099-12-31&reached=screening&fate=on",
    ):
        page.goto(address)
        for details in page.locator("details").all():
            details.evaluate("element => { element.open = true }")
        found = violations(page)
        assert not found, f"{address} at {width} px, {scheme}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{address} is wider than {width} px"


def test_on_paper_a_report_is_one_page(open_page: Callable[..., Page], firm: Firm) -> None:
    page = open_page(1440, "dark")
    for address in ("/dashboard?period=365", f"/jobs/{firm.job}/report"):
        page.goto(address)
        paper = pypdf.PdfReader(BytesIO(page.pdf(prefer_css_page_size=True)))
        words = paper.pages[0].extract_text()
        assert len(paper.pages) == 1, address
        assert "Median time to hire" in words
        assert "Sign out" not in words
        assert "Show as a table" not in words


def test_the_period_changes_at_once_and_the_address_with_it(open_page: Callable[..., Page], firm: Firm) -> None:
    page = open_page(1440)
    page.goto("/dashboard")
    expect(page.get_by_label("From", exact=True)).to_be_hidden()
    page.get_by_label("Period").select_option("30")
    expect(page.locator("#report")).to_contain_text("than in the 30 days before")
    assert "period=30" in page.url
    page.get_by_label("Period").select_option("custom")
    expect(page.get_by_label("From", exact=True)).to_be_visible()


def test_without_script_the_form_and_the_charts_work_too(open_page: Callable[..., Page], firm: Firm) -> None:
    page = open_page(1440, java_script_enabled=False)
    page.goto("/dashboard")
    page.get_by_label("Period").select_option("365")
    page.get_by_role("button", name="Show").click()
    assert "period=365" in page.url
    page.get_by_text("Show as a table").first.click()
    cell = page.locator(".funnel-tile td a").first
    number = cell.inner_text()
    cell.click()
    expect(page.locator("#applications [role=status]")).to_contain_text(f"{number} applications match")


def test_what_a_figure_means_is_one_click_away(open_page: Callable[..., Page], firm: Firm) -> None:
    page = open_page(1440)
    page.goto("/dashboard")
    page.get_by_role("button", name="What “Hires” means").click()
    expect(page.locator("#means-hires")).to_contain_text("moved to Hired in the period")
