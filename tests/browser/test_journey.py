"""The product's main job, once, as its people do it: in a browser, through every server."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.hands import drag
from tests.cast import Firm
from tests.mailbox import Mailbox

ROOT = Path(__file__).parents[2]
RESUME = ROOT / "tests" / "candidates" / "resumes" / "chromium.pdf"

pytestmark = pytest.mark.browser


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
    smtp.wait_for_mail("jane@mail.example", "Your application for Acme Baker has arrived")
    alert = smtp.wait_for_mail(acme.emails["recruiter"], "Jane Doe")
    text = alert.get_body(("plain",))
    assert text
    assert "/applications/" in text.get_content()

    recruiter = as_user(acme.emails["recruiter"])
    recruiter.goto(f"/jobs/{acme.job}/board")
    card = recruiter.locator(".card", has_text="Jane Doe")
    expect(recruiter.locator("#cards-applied .card", has_text="Jane Doe")).to_be_visible()
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

    smtp.wait_for_mail("jane@mail.example", "Acme is reading your application for Acme Baker")

    recruiter.get_by_role("link", name="Jane Doe").click()
    expect(recruiter.locator("#timeline")).to_contain_text("Applied → Screening by Acme Recruiter")
    expect(recruiter.locator(".resume")).to_contain_text("chromium.pdf")

    candidate.goto("/my/applications")
    expect(candidate.locator("[aria-current=step]")).to_contain_text("Screening")
