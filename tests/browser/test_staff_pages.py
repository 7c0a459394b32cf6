"""The staff's pages as eyes and assistive software find them: axe, light and dark, narrow and at 200 %."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ats import tenancy
from ats.accounts.models import Company, User
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from tests.browser.hands import PHONE, card, drag, expect_in, violations
from tests.cast import Firm, apply

pytestmark = pytest.mark.browser

SignedIn = Callable[..., Page]
LONG = "Wolfeschlegelsteinhausenbergerdorff Papadimitrakopoulou"


@pytest.fixture(autouse=True)
def people(app: Flask, acme: Firm) -> None:
    """Somebody in every column, with all that a card and a panel can show."""
    with app.app_context(), tenancy.company(acme.id):
        company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
        company.mail_hold_seconds = 30
        recruiter = db.session.get_one(User, acme.recruiter)
        ways = (["screening"], ["screening", "interview"], ["screening", "interview", "offer"], ["rejected"])
        for number, way in enumerate(ways):
            one = apply(company, job, f"Person {number}")
            for seq, stage in enumerate(way, 1):
                one.move_to(stage, actor=recruiter, seen_seq=seq)
        last = apply(company, job, LONG, cover_letter="I bake before I think.")
        Note.write(last, author=recruiter, body="Ask @Acme Manager about the **oven**.")
        Scorecard.hand_in(last, author=recruiter, rating=3, comment="Solid.")
        db.session.commit()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_axe_finds_nothing_on_board_panel_and_dialogs(as_user: SignedIn, acme: Firm, scheme: str, phone: bool) -> None:
    page = as_user(acme.emails["recruiter"], phone=phone, color_scheme=scheme, bypass_csp=True)
    page.goto(f"/jobs/{acme.job}/board")
    assert violations(page) == []
    card(page, "Person 0").get_by_role("button", name="Move Person 0 to…").click()
    assert violations(page) == [], "an open menu"
    card(page, "Person 0").get_by_role("button", name="Move to Interview").click()
    page.locator("#toast .toast").wait_for()
    assert violations(page) == [], "a toast"
    card(page, LONG).locator(".pick input").check(force=True)
    assert violations(page) == [], "a selection"
    page.locator("#bulk").get_by_role("button", name="Reject…").click()
    page.locator("#reject-title").wait_for()
    assert violations(page) == [], "the dialog"
    page.locator("#reject").get_by_role("button", name="Reject", exact=True).click()
    page.locator("#reject [role=alert]").first.wait_for()
    assert violations(page) == [], "the dialog with an error"
    page.keyboard.press("Escape")
    card(page, LONG).locator(".cover").click()
    page.locator("#candidate-name").wait_for()
    page.wait_for_timeout(400)
    assert violations(page) == [], "the panel"
    page.keyboard.press("Escape")
    page.locator("#panel").wait_for(state="hidden")
    page.evaluate("document.getElementById('keys').showModal()")
    assert violations(page) == [], "the keys"


STAFF_PAGES = (
    "/jobs",
    "/jobs/new",
    "/jobs/{job}",
    "/jobs/{job}/edit",
    "/jobs/{job}/candidates/new",
    "/applications",
    "/applications/{application}",
    "/dashboard",
    "/team",
    "/audit-trail",
    "/settings",
    "/settings/look",
    "/settings/logo",
    "/settings/pipeline",
    "/settings/requests",
    "/settings/privacy",
    "/settings/security",
    "/mail-log",
    "/account",
    "/account/password",
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_staff_page_is_whole_at_every_width(as_user: SignedIn, acme: Firm, scheme: str) -> None:
    """No axe violation, nothing wider than the screen, no menu open by itself; 720 px is a desktop at 200 %."""
    page = as_user(acme.emails["admin"], color_scheme=scheme, bypass_csp=True)
    wrong = []
    for path in STAFF_PAGES:
        answer = page.goto(path.format(job=acme.job, application=acme.application))
        if not answer or answer.status != 200:
            wrong.append((path, answer and answer.status))
            continue
        for width in (1440, 720, 360):
            page.set_viewport_size({"width": width, "height": 800})
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                wrong.append((path, width, "wider than the screen"))
            if page.evaluate("[...document.querySelectorAll('.menu')].some(one => one.checkVisibility())"):
                wrong.append((path, width, "a closed menu shows"))
            if page.locator("#mainnav a").first.is_visible() != (width > 720):
                wrong.append((path, width, "the navigation"))
            if width != 720:
                wrong.extend((path, width, one) for one in violations(page))
    assert wrong == []


def test_the_board_works_at_200_percent_and_at_360_pixels(as_user: SignedIn, acme: Firm) -> None:
    page = as_user(acme.emails["recruiter"], viewport={"width": 720, "height": 450}, device_scale_factor=2)
    page.goto(f"/jobs/{acme.job}/board")
    drag(page, card(page, LONG), "screening")
    expect_in(page, LONG, "screening")
    narrow = as_user(acme.emails["recruiter"], phone=True, viewport={**PHONE, "width": 360})
    narrow.goto(f"/jobs/{acme.job}/board")
    assert not narrow.evaluate("document.documentElement.scrollWidth > innerWidth")
    narrow.locator("#tab-screening").tap()
    narrow.get_by_role("button", name=f"Move {LONG} to…").tap()
    narrow.get_by_role("button", name="Move to Interview").last.tap()
    expect_in(narrow, LONG, "interview")
    narrow.locator("#tab-interview").tap()
    card(narrow, LONG).locator(".cover").tap()
    expect(narrow.locator("#panel").get_by_role("button", name="Move to Offer")).to_be_in_viewport()
