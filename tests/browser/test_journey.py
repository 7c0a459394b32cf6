"""The product's main job, once, as its people do it: in a browser, through every server."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.cast import PASSWORD, Firm
from tests.mailbox import Mailbox

ROOT = Path(__file__).parents[2]
RESUME = ROOT / "tests" / "candidates" / "resumes" / "chromium.pdf"

pytestmark = pytest.mark.browser


@pytest.fixture
def worker(settings: Mapping[str, Any]) -> Iterator[None]:
    """`worker.py` as a process of its own, on the test's Valkey and PostgreSQL."""
    names = ("FOYER_ENV", "SECRET_KEY", "DATABASE_URL", "REDIS_URL", "UPLOADS_URL", "MAIL_SERVER", "MAIL_PORT")
    environment = {**os.environ, **{name: str(settings[name]) for name in names}}
    process = subprocess.Popen([sys.executable, "worker.py"], cwd=ROOT, env=environment)
    yield
    process.terminate()
    process.wait(10)


@pytest.fixture
def as_user(browser: Browser, live_server: str) -> Iterator[Callable[[str], Page]]:
    """`as_user(email)` is a page in a browser of its own in which that user has signed in."""
    contexts = []

    def signed_in(email: str) -> Page:
        contexts.append(browser.new_context(base_url=live_server, viewport={"width": 1440, "height": 900}))
        page = contexts[-1].new_page()
        page.goto("/sign-in")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        return page

    yield signed_in
    for context in contexts:
        context.close()


def drag(page: Page, card: Locator, *columns: str) -> None:
    """Hold the card, cross the columns, let go over the last one."""
    start = card.bounding_box()
    assert start
    page.mouse.move(start["x"] + start["width"] / 2, start["y"] + start["height"] - 8)
    page.mouse.down()
    for column in columns:
        target = page.locator(f"#column-{column}").bounding_box()
        assert target
        page.mouse.move(target["x"] + target["width"] / 2, target["y"] + 200, steps=12)
    page.mouse.up()


def test_from_the_application_to_the_next_stage(
    acme: Firm, jane: int, as_user: Callable[[str], Page], worker: None, smtp: Mailbox
) -> None:
    candidate = as_user("jane@mail.example")
    candidate.goto(f"/careers/{acme.slug}")
    candidate.get_by_role("link", name="Acme Baker").click()
    candidate.get_by_role("link", name="Apply").first.click()
    candidate.get_by_label("Phone").fill("+49 30 5550 0148")
    candidate.locator("[name=resume]").set_input_files(RESUME)
    candidate.get_by_label("Cover letter").fill("I bake before I think.")
    candidate.locator("[name=consent]").check()
    candidate.get_by_role("button", name="Send application").click()
    expect(candidate).to_have_url(re.compile("/applied$"))
    received, alert = smtp.wait_for(3)[0], smtp.wait_for(3)[1:]
    assert "Acme Baker" in received["Subject"]
    assert {mail["To"] for mail in alert} <= {acme.emails["admin"], acme.emails["recruiter"], "jane@mail.example"}

    recruiter = as_user(acme.emails["recruiter"])
    recruiter.goto(f"/jobs/{acme.job}/board")
    card = recruiter.locator(".card", has_text="Jane Doe")
    expect(recruiter.locator("#cards-applied .card", has_text="Jane Doe")).to_be_visible()
    smtp.clear()
    drag(recruiter, card, "screening")
    expect(recruiter.locator("#cards-screening .card", has_text="Jane Doe")).to_be_visible()
    expect(recruiter.locator("#head-screening .count")).to_contain_text("1")
    expect(recruiter.locator("#toast")).to_contain_text("Jane Doe moved to Screening")
    expect(recruiter.locator("#cards-screening [aria-busy]")).to_have_count(0)

    # Across the one legal column onto one that is not: it goes back, and says why.
    drag(recruiter, card, "interview", "hired")
    expect(recruiter.locator("#toast")).to_contain_text(
        "Jane is in Screening and can go to Interview or Rejected from there, not to Hired."
    )
    expect(recruiter.locator("#cards-screening .card", has_text="Jane Doe")).to_be_visible()

    (moved,) = smtp.wait_for(1)
    assert (moved["To"], "Acme Baker" in moved["Subject"]) == ("jane@mail.example", True)

    recruiter.get_by_role("link", name="Jane Doe").click()
    expect(recruiter.locator("#timeline")).to_contain_text("Applied → Screening by Acme Recruiter")
    expect(recruiter.locator(".resume")).to_contain_text("chromium.pdf")

    candidate.goto("/my/applications")
    expect(candidate.locator("[aria-current=step]")).to_contain_text("Screening")
