"""Two people on the same board at once: what one does, the other sees, and nobody's work is disturbed or lost."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from ats import tenancy
from ats.accounts.models import Company, User
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application, StageChange
from tests.browser.hands import card, drag, expect_in, focused, hold, names
from tests.cast import Firm, apply

pytestmark = pytest.mark.browser

SignedIn = Callable[..., Page]
SOON = 8_000
"""Milliseconds within which a colleague's deed shows: the board asks every four seconds, and the machine is busy."""


@pytest.fixture
def people(app: Flask, acme: Firm) -> dict[str, int]:
    with app.app_context(), tenancy.company(acme.id):
        company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
        company.mail_hold_seconds = 30
        made = {name: apply(company, job, name) for name in ("Ana Sousa", "Bo Lind", "Cem Kaya")}
        made |= {f"Person {number:02}": apply(company, job, f"Person {number:02}") for number in range(20)}
        db.session.commit()
        return {name: one.id for name, one in made.items()}


@pytest.fixture
def boards(as_user: SignedIn, acme: Firm, people: dict[str, int]) -> tuple[Page, Page]:
    """The recruiter's and the admin's."""
    pages = as_user(acme.emails["recruiter"]), as_user(acme.emails["admin"])
    for page in pages:
        page.goto(f"/jobs/{acme.job}/board")
    return pages


def test_a_colleagues_move_note_and_new_application_appear(
    app: Flask, boards: tuple[Page, Page], acme: Firm, people: dict[str, int]
) -> None:
    one, two = boards
    drag(one, card(one, "Person 19"), "screening")
    expect(two.locator("#cards-screening .card", has_text="Person 19")).to_have_count(1, timeout=SOON)
    expect(two.locator("#cards-applied .card", has_text="Person 19")).to_have_count(0)
    expect(two.locator("#head-screening .count")).to_contain_text("1")

    card(one, "Person 18").locator(".cover").click()
    one.locator("#panel").get_by_label("New note").fill("Bakes well.")
    one.locator("#panel").get_by_role("button", name="Add note").click()
    expect(card(two, "Person 18")).to_contain_text("1 note", timeout=SOON)

    with app.app_context(), tenancy.company(acme.id):
        apply(db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job), "Dee Roy")
        db.session.commit()
    for page in boards:
        expect(page.locator("#cards-applied .card", has_text="Dee Roy")).to_have_count(1, timeout=SOON)
        expect(page.locator("#head-applied .count")).to_contain_text("24")


def test_what_arrives_disturbs_nobody(app: Flask, boards: tuple[Page, Page], acme: Firm) -> None:
    one, two = boards
    column = two.locator("#cards-applied")
    column.evaluate("list => list.scrollTo(0, 600)")
    watched = card(two, "Person 10")
    watched.locator(".cover").focus()
    before = watched.bounding_box()
    drag(one, card(one, "Person 19"), "screening")
    expect(two.locator("#cards-screening .card", has_text="Person 19")).to_have_count(1, timeout=SOON)
    assert focused(two) == "Person 10"
    after = watched.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2, "the column jumped"

    # Neither an open menu nor a held card loses its ground; what waited comes when they are closed.
    watched.get_by_role("button", name="Move Person 10 to…").click()
    drag(one, card(one, "Person 18"), "screening")
    expect_in(one, "Person 18", "screening")
    two.wait_for_timeout(5000)
    expect(watched.locator(".menu")).to_be_visible()
    two.keyboard.press("Escape")
    expect(two.locator("#cards-screening .card", has_text="Person 18")).to_have_count(1, timeout=SOON)
    hold(two, watched, "screening")
    drag(one, card(one, "Person 17"), "screening")
    expect_in(one, "Person 17", "screening")
    two.wait_for_timeout(5000)
    assert "Person 17" in names(two, "applied")
    two.mouse.up()
    expect_in(two, "Person 10", "screening")
    expect(two.locator("#cards-screening .card", has_text="Person 17")).to_have_count(1, timeout=SOON)


def test_of_two_who_drag_the_same_card_one_wins_and_the_other_reads_who(boards: tuple[Page, Page]) -> None:
    one, two = boards
    hold(two, card(two, "Bo Lind"), "screening")  # Held, so that the colleague's move does not arrive meanwhile.
    one.keyboard.press("Escape")
    card(one, "Bo Lind").get_by_role("button", name="Move Bo Lind to…").click()
    card(one, "Bo Lind").get_by_role("link", name="Reject…").click()
    one.get_by_label("Not enough experience").check()
    one.locator("#reject").get_by_role("button", name="Reject", exact=True).click()
    expect_in(one, "Bo Lind", "rejected")
    two.mouse.up()
    expect(two.locator("#toast")).to_contain_text("Acme Recruiter")
    expect_in(two, "Bo Lind", "rejected")


def test_undo_is_refused_once_a_colleague_moved_on(
    app: Flask, boards: tuple[Page, Page], acme: Firm, people: dict[str, int]
) -> None:
    one, two = boards
    drag(one, card(one, "Bo Lind"), "screening")
    expect_in(one, "Bo Lind", "screening")
    expect(two.locator("#cards-screening .card", has_text="Bo Lind")).to_have_count(1, timeout=SOON)
    drag(two, card(two, "Bo Lind"), "interview")
    expect_in(two, "Bo Lind", "interview")
    one.locator("#toast").get_by_role("button", name="Undo").click()
    expect(one.locator("#toast")).to_contain_text("Acme Admin")
    expect_in(one, "Bo Lind", "interview")
    with app.app_context(), tenancy.company(acme.id):
        history = db.session.query(StageChange).filter_by(application_id=people["Bo Lind"]).order_by(StageChange.seq)
        assert [row.to_stage for row in history] == ["applied", "screening", "interview"]


def test_undo_works_to_the_last_second_and_not_after(
    app: Flask, as_user: SignedIn, acme: Firm, people: dict[str, int]
) -> None:
    with app.app_context():
        db.session.get_one(Company, acme.id).mail_hold_seconds = 6
        db.session.commit()
    page = as_user(acme.emails["recruiter"])
    page.goto(f"/jobs/{acme.job}/board")
    drag(page, card(page, "Bo Lind"), "screening")
    undo = page.locator("#toast").get_by_role("button", name="Undo")
    undo.wait_for()
    page.wait_for_timeout(4500)
    undo.click()
    expect_in(page, "Bo Lind", "applied")

    drag(page, card(page, "Ana Sousa"), "screening")
    expect_in(page, "Ana Sousa", "screening")
    form = page.locator("#toast form").first
    body = form.evaluate("form => new URLSearchParams(new FormData(form)).toString()")
    url = form.get_attribute("action")
    expect(undo).to_have_count(0, timeout=12_000)  # The offer is gone with the hold.
    answer = page.evaluate(
        """async ([url, body]) => {
          const headers = { 'HX-Request': 'true', 'Content-Type': 'application/x-www-form-urlencoded' };
          const answer = await fetch(url, { method: 'POST', headers, body });
          return [answer.status, await answer.text()];
        }""",
        [url, body],
    )
    assert answer[0] == 409
    assert "The time to undo is over, so Ana stays in Screening." in answer[1]
    with app.app_context(), tenancy.company(acme.id):
        assert db.session.get_one(Application, people["Ana Sousa"]).stage == "screening"


def test_two_hundred_at_once_with_refusals_and_one_undo(
    app: Flask, as_user: SignedIn, acme: Firm, people: dict[str, int]
) -> None:
    with app.app_context(), tenancy.company(acme.id):
        company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
        for number in range(200 - len(people) - 1):
            apply(company, job, f"Crowd {number:03}")
        recruiter = db.session.get_one(User, acme.recruiter)
        far = apply(company, job, "Dee Roy")
        far.move_to("screening", actor=recruiter, seen_seq=1)
        far.move_to("interview", actor=recruiter, seen_seq=2)
        db.session.commit()
    page = as_user(acme.emails["recruiter"])
    page.goto(f"/jobs/{acme.job}/board")
    page.locator("#head-applied .select-all").click()
    output = page.locator("#bulk output")
    expect(output).to_have_text("200")
    page.locator("#head-interview .select-all").click()
    expect(output).to_have_text("201")
    # Behind this person's back one of them moves on, which the board does not show yet.
    with app.app_context(), tenancy.company(acme.id):
        admin = db.session.get_one(User, acme.admin)
        db.session.get_one(Application, people["Cem Kaya"]).move_to("screening", actor=admin, seen_seq=1)
        db.session.commit()
    page.locator("#bulk").get_by_role("button", name="Move to Screening").click()
    toast = page.locator("#toast")
    expect(toast).to_contain_text("199 candidates moved to Screening")
    toast.get_by_text("2 candidates left in place").click()
    expect(toast).to_contain_text("Dee Roy")
    expect(toast).to_contain_text("Acme Admin")
    expect(page.locator("#head-screening .count")).to_contain_text("200")
    toast.get_by_role("button", name="Undo").click()
    expect(toast).to_contain_text("199 candidates are back", timeout=20_000)
    expect(page.locator("#head-applied .count")).to_contain_text("199")
    expect(page.locator("#head-screening .count")).to_contain_text("1")


def test_scrolling_brings_more_cards_without_a_jump(app: Flask, as_user: SignedIn, acme: Firm) -> None:
    with app.app_context(), tenancy.company(acme.id):
        company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
        for number in range(70):
            apply(company, job, f"Crowd {number:02}")
        db.session.commit()
    page = as_user(acme.emails["recruiter"])
    page.goto(f"/jobs/{acme.job}/board")
    column = page.locator("#cards-applied")
    expect(column.locator(".card")).to_have_count(25)
    last = column.locator(".card").nth(24)
    last.evaluate("card => card.scrollIntoView({ block: 'end' })")
    column.evaluate("list => list.scrollBy(0, 60)")  # As far as the link to more.
    before = last.bounding_box()
    expect(column.locator(".card")).to_have_count(50)
    after = last.bounding_box()
    assert before is not None
    assert after is not None
    assert abs(before["y"] - after["y"]) < 2, "the column jumped"
    assert len(set(names(page, "applied"))) == 50
