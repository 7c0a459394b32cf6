"""A recruiter's board: every way to move a card, the selection, the panel, and what the keys do."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from ats import tenancy
from ats.accounts.models import Company, User
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application
from tests.browser.hands import card, drag, drag_by_touch, expect_in, focused, hold, names
from tests.cast import Firm, apply
from tests.mailbox import Mailbox

pytestmark = pytest.mark.browser

SignedIn = Callable[..., Page]
PEOPLE = ("Ana Sousa", "Bo Lind", "Cem Kaya")


@pytest.fixture
def people(app: Flask, acme: Firm) -> dict[str, int]:
    """Three people in Applied, newest first Cem, Bo, Ana and the firm's Lukas, and Dee Roy in Interview."""
    with app.app_context(), tenancy.company(acme.id):
        company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
        company.mail_hold_seconds = 30
        made = {name: apply(company, job, name) for name in (*PEOPLE, "Dee Roy")}
        recruiter = db.session.get_one(User, acme.recruiter)
        for seq, stage in enumerate(("screening", "interview"), 1):
            made["Dee Roy"].move_to(stage, actor=recruiter, seen_seq=seq)
        db.session.commit()
        return {name: one.id for name, one in made.items()}


@pytest.fixture
def board(as_user: SignedIn, acme: Firm, people: dict[str, int]) -> Page:
    page = as_user(acme.emails["recruiter"])
    page.goto(f"/jobs/{acme.job}/board")
    return page


def said(page: Page, text: str) -> None:
    expect(page.locator("#said")).to_contain_text(text)


def test_the_mouse_lights_up_what_is_legal(board: Page) -> None:
    hold(board, card(board, "Bo Lind"), "screening")
    marks = board.locator(".column").evaluate_all("all => all.map(one => [one.dataset.stage, one.dataset.drop])")
    assert dict(marks) == {
        "applied": "origin",
        "screening": "legal",
        "interview": "illegal",
        "offer": "illegal",
        "hired": "illegal",
        "rejected": "legal",
    }
    expect(board.locator("#column-screening[data-over]")).to_have_count(1)
    board.mouse.up()
    expect_in(board, "Bo Lind", "screening")
    expect(board.locator("#toast")).to_contain_text("Bo Lind moved to Screening. The mail goes out in")
    expect(board.locator("[data-drop]")).to_have_count(0)


def test_an_illegal_drop_after_a_legal_column_goes_back(board: Page) -> None:
    before = names(board, "applied")
    drag(board, card(board, "Bo Lind"), "screening", "interview", "offer")
    expect(board.locator("#toast")).to_contain_text(
        "Bo is in Applied and can go to Screening or Rejected from there, not to Offer."
    )
    assert names(board, "applied") == before
    board.reload()
    expect_in(board, "Bo Lind", "applied")


def test_a_card_dropped_where_it_was_stays_and_opens_nothing(board: Page) -> None:
    drag(board, card(board, "Bo Lind"), "screening", "applied")
    expect_in(board, "Bo Lind", "applied")
    expect(board.locator("#panel[open]")).to_have_count(0)
    assert board.locator("#toast .toast").count() == 0


def test_the_menu_of_the_card(board: Page) -> None:
    card(board, "Bo Lind").get_by_role("button", name="Move Bo Lind to…").click()
    menu = card(board, "Bo Lind").locator(".menu")
    expect(menu.get_by_role("button")).to_have_text(["Move to Screening"])
    menu.get_by_role("button", name="Move to Screening").click()
    expect_in(board, "Bo Lind", "screening")


def test_the_keys_walk_lift_choose_drop_and_cancel(board: Page) -> None:
    board.keyboard.press("ArrowDown")
    assert focused(board) == "Cem Kaya"
    board.keyboard.press("ArrowDown")
    assert focused(board) == "Bo Lind"
    board.keyboard.press("ArrowRight")
    assert focused(board) == "Dee Roy"  # Screening is empty, so the next column with cards.
    board.keyboard.press("ArrowLeft")
    board.keyboard.press("ArrowDown")
    assert focused(board) == "Bo Lind"

    board.keyboard.press("Space")
    said(board, "Bo Lind lifted. Arrow keys choose among Screening and Rejected")
    board.keyboard.press("ArrowRight")
    said(board, "Screening, 1 of 2")
    board.keyboard.press("ArrowRight")
    said(board, "Rejected, 2 of 2")
    board.keyboard.press("ArrowRight")
    said(board, "Rejected, 2 of 2")
    board.keyboard.press("Escape")
    said(board, "Bo Lind put down where it was.")
    expect_in(board, "Bo Lind", "applied")

    board.keyboard.press("Space")
    board.keyboard.press("ArrowRight")
    board.keyboard.press("Enter")
    expect_in(board, "Bo Lind", "screening")
    assert focused(board) == "Bo Lind"
    board.keyboard.press("u")
    expect_in(board, "Bo Lind", "applied")
    expect(board.locator("#toast")).to_contain_text("Bo Lind is back in Applied. No mail was sent.")


def test_the_letters_do_what_the_buttons_do(board: Page) -> None:
    card(board, "Bo Lind").locator(".cover").focus()
    board.keyboard.press("m")
    expect(card(board, "Bo Lind").locator(".menu button").first).to_be_focused()
    board.keyboard.press("Enter")
    expect_in(board, "Bo Lind", "screening")

    card(board, "Ana Sousa").locator(".cover").focus()
    board.keyboard.press("r")
    expect(board.get_by_role("heading", name="Reject Ana Sousa?")).to_be_focused()
    board.keyboard.press("Escape")
    expect(board.locator("#reject[open]")).to_have_count(0)
    assert focused(board) == "Ana Sousa"
    board.keyboard.press("x")
    expect(board.locator("#bulk output")).to_have_text("1")
    board.keyboard.press("?")
    expect(board.get_by_role("heading", name="Keys of the board")).to_be_visible()
    board.keyboard.press("Escape")
    board.keyboard.press("/")
    expect(board.get_by_label("Search in this job")).to_be_focused()
    board.keyboard.type("urm")  # In a text field letters are letters.
    expect(board.get_by_label("Search in this job")).to_have_value("urm")
    expect(board.locator("#reject[open]")).to_have_count(0)


def test_a_finger_drags_on_a_phone_where_columns_snap(as_user: SignedIn, acme: Firm, people: dict[str, int]) -> None:
    page = as_user(acme.emails["recruiter"], phone=True)
    page.goto(f"/jobs/{acme.job}/board")
    assert page.evaluate("getComputedStyle(document.getElementById('board')).scrollSnapType").startswith("x")
    drag_by_touch(page, card(page, "Cem Kaya"), "screening")
    expect_in(page, "Cem Kaya", "screening")
    page.locator("#tab-rejected").tap()
    expect(page.locator("#column-rejected h2")).to_be_in_viewport()


def test_without_script_a_form_moves(as_user: SignedIn, acme: Firm, people: dict[str, int]) -> None:
    page = as_user(acme.emails["recruiter"], java_script_enabled=False)
    page.goto(f"/jobs/{acme.job}/board")
    card(page, "Bo Lind").get_by_role("button", name="Move Bo Lind to…").click()
    card(page, "Bo Lind").get_by_role("button", name="Move to Screening").click()
    expect(page.locator(".notice")).to_contain_text("Bo Lind is in Screening now.")
    expect(page.locator("#cards-screening")).to_contain_text("Bo Lind")
    card(page, "Ana Sousa").get_by_role("button", name="Move Ana Sousa to…").click()
    card(page, "Ana Sousa").get_by_role("link", name="Reject…").click()
    page.get_by_label("Not enough experience").check()
    page.get_by_role("button", name="Reject", exact=True).click()
    expect(page.locator("#cards-rejected")).to_contain_text("Ana Sousa")


def test_a_rejection_is_asked_for_in_one_dialog_from_everywhere(
    app: Flask, board: Page, acme: Firm, people: dict[str, int]
) -> None:
    dialog = board.locator("#reject")

    def cancel(name: str) -> None:
        expect(dialog.get_by_role("heading", name=f"Reject {name}?")).to_be_visible()
        dialog.get_by_role("link", name="Cancel").click()
        expect(board.locator("#reject[open]")).to_have_count(0)

    drag(board, card(board, "Bo Lind"), "rejected")
    cancel("Bo Lind")
    expect_in(board, "Bo Lind", "applied")
    card(board, "Bo Lind").get_by_role("button", name="Move Bo Lind to…").click()
    card(board, "Bo Lind").get_by_role("link", name="Reject…").click()
    cancel("Bo Lind")
    for name in ("Ana Sousa", "Cem Kaya"):
        card(board, name).locator(".pick input").check(force=True)
    board.locator("#bulk").get_by_role("button", name="Reject…").click()
    cancel("2 candidates")
    card(board, "Bo Lind").locator(".cover").click()
    board.locator("#panel").get_by_role("link", name="Reject…").click()
    expect(dialog.get_by_role("heading", name="Reject Bo Lind?")).to_be_visible()

    dialog.get_by_role("button", name="Reject", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("reason")
    dialog.get_by_label("Not enough experience").check()
    shown = dialog.locator(".rejection__mail:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_contain_text("Bo")  # The preview of the mail, with the name in it.
    dialog.get_by_label("Note").fill("Come back in two years.")
    dialog.get_by_role("button", name="Reject", exact=True).click()
    expect(board.locator("#panel .notice").first).to_contain_text("Rejected")
    board.keyboard.press("Escape")
    expect_in(board, "Bo Lind", "rejected")
    expect(card(board, "Bo Lind")).to_contain_text("Not enough experience")
    with app.app_context(), tenancy.company(acme.id):
        application = db.session.get_one(Application, people["Bo Lind"])
        assert [note.body for note in db.session.query(Note).filter_by(application_id=application.id)] == [
            "Come back in two years."
        ]


def test_clicks_shift_and_columns_select(board: Page) -> None:
    output = board.locator("#bulk output")
    boxes = board.locator("#cards-applied .pick input")
    boxes.nth(0).check(force=True)
    boxes.nth(2).click(modifiers=["Shift"], force=True)
    expect(output).to_have_text("3")
    board.locator("#head-interview .select-all").click()
    expect(output).to_have_text("4")
    board.locator("#bulk").get_by_role("button", name="Clear selection").click()
    expect(output).to_have_text("0")
    expect(board.locator("#bulk")).to_be_hidden()

    board.locator("#head-applied .select-all").click()
    board.locator("#bulk").get_by_label("Tag", exact=True).fill("Early bird")
    board.keyboard.press("Enter")
    expect(board.locator("#cards-applied .tag", has_text="Early bird")).to_have_count(4)


def test_filters_stand_in_the_address_and_are_kept_as_views(board: Page) -> None:
    board.get_by_label("Search in this job").fill("lind")
    expect(board.locator("#head-applied .count")).to_contain_text("1 of 4")
    expect(board).to_have_url(re.compile(r"\?q=lind$"))
    assert names(board, "applied") == ["Bo Lind"]
    board.get_by_role("button", name="Views").click()
    board.locator("#views").get_by_label("Name").fill("Only Lind")
    board.get_by_role("button", name="Save this view").click()
    board.get_by_role("link", name="Clear filters").click()
    expect(board.locator("#cards-applied .card")).to_have_count(4)
    board.get_by_role("button", name="Views").click()
    board.get_by_role("link", name="Only Lind").click()
    expect(board.locator("#cards-applied .card")).to_have_count(1)
    board.go_back()
    expect(board.locator("#cards-applied .card")).to_have_count(4)


def test_the_panel_shows_the_person_and_what_is_written_there_stands_on_the_card(
    app: Flask, board: Page, acme: Firm, people: dict[str, int]
) -> None:
    expect(card(board, "Bo Lind").locator(".new-dot")).to_have_count(1)
    card(board, "Bo Lind").locator(".cover").click()
    panel = board.locator("#panel")
    expect(panel.get_by_role("heading", name="Bo Lind")).to_be_focused()
    expect(board).to_have_url(re.compile(f"/applications/{people['Bo Lind']}$"))
    expect(card(board, "Bo Lind").locator(".new-dot")).to_have_count(0)

    panel.get_by_label("New note").fill("Knows **dough**. Ask @acme man")
    board.keyboard.press("Enter")  # Takes the colleague that is offered.
    panel.get_by_role("button", name="Add note").click()
    expect(panel.locator(".entry strong")).to_have_text("dough")
    expect(panel.locator(".mention")).to_have_text("@Acme Manager")
    expect(card(board, "Bo Lind")).to_contain_text("1 note")
    panel.get_by_label("Strong yes").check()
    panel.get_by_role("button", name="Hand in scorecard").click()
    expect(card(board, "Bo Lind").locator(".rating")).to_contain_text("4.0")
    panel.get_by_label("New tag").fill("Rye")
    panel.get_by_role("button", name="Add the tag").click()
    expect(card(board, "Bo Lind").locator(".tag")).to_have_text("Rye")

    board.locator("#candidate-name").click()
    board.keyboard.press("j")
    expect(panel.get_by_role("heading", name="Ana Sousa")).to_be_focused()
    board.keyboard.press("k")
    expect(panel.get_by_role("heading", name="Bo Lind")).to_be_focused()
    panel.get_by_role("button", name="Move to Screening").click()
    expect_in(board, "Bo Lind", "screening")
    expect(panel.locator("[aria-current=step]")).to_contain_text("Screening")
    board.keyboard.press("Escape")
    expect(board).to_have_url(re.compile(f"/jobs/{acme.job}/board$"))
    assert focused(board) == "Bo Lind"


def test_others_scores_are_not_in_the_page_before_ones_own(
    app: Flask, as_user: SignedIn, acme: Firm, people: dict[str, int]
) -> None:
    with app.app_context(), tenancy.company(acme.id):
        application = db.session.get_one(Application, people["Bo Lind"])
        recruiter = db.session.get_one(User, acme.recruiter)
        Scorecard.hand_in(application, author=recruiter, rating=4, comment="A born baker.")
        db.session.commit()
    manager = as_user(acme.emails["hiring_manager"])
    manager.goto(f"/applications/{people['Bo Lind']}")
    assert "born baker" not in manager.content()
    assert manager.get_by_role("button", name="Move to Screening").count() == 0
    manager.get_by_label("No", exact=True).check()
    manager.get_by_role("button", name="Hand in scorecard").click()
    expect(manager.locator("#scorecards")).to_contain_text("A born baker.")


def test_the_mail_leaves_when_the_hold_is_over_and_not_when_undone(
    app: Flask, board: Page, acme: Firm, worker: None, smtp: Mailbox
) -> None:
    drag(board, card(board, "Bo Lind"), "screening")
    expect_in(board, "Bo Lind", "screening")
    board.locator("#toast").get_by_role("button", name="Undo").click()
    expect_in(board, "Bo Lind", "applied")
    drag(board, card(board, "Ana Sousa"), "screening")
    expect_in(board, "Ana Sousa", "screening")
    board.locator("#toast").get_by_role("button", name="Send now").click()
    expect(board.locator("#toast")).to_contain_text("Ana Sousa gets the mail now.")
    smtp.wait_for_mail("ana.sousa@mail.example", "Acme is reading your application for Acme Baker")
    assert not [mail for mail in smtp.messages if mail["To"] == "bo.lind@mail.example" and "reading" in mail["Subject"]]


def test_no_move_is_lost_behind_another_or_behind_a_slow_question_for_what_changed(board: Page) -> None:
    """Three moves and a rejection within a moment, while the board's own question is on its way."""

    def slowly(milliseconds: int) -> Callable[[Route], None]:
        def go_on(route: Route) -> None:
            board.wait_for_timeout(milliseconds)
            route.continue_()

        return go_on

    board.route("**/changes*", slowly(2500))
    board.route("**/stage", slowly(300))
    with board.expect_request("**/changes*"):
        pass
    for name in PEOPLE:
        board.evaluate("name => foyer.move(document.querySelector(`.card[data-name='${name}']`), 'screening')", name)
    card(board, "Lukas Brandt").locator(".cover").focus()
    board.keyboard.press("r")
    expect(board.get_by_role("heading", name="Reject Lukas Brandt?")).to_be_visible(timeout=10_000)
    board.keyboard.press("Escape")
    for name in PEOPLE:
        expect_in(board, name, "screening")
    board.unroute_all(behavior="wait")
    board.reload()
    assert set(names(board, "screening")) == set(PEOPLE)


def test_a_quick_drop_counts_where_it_was_let_go(board: Page) -> None:
    """Faster than Sortable looks, which is every 50 milliseconds."""
    start, target = card(board, "Bo Lind").bounding_box(), board.locator("#column-screening").bounding_box()
    assert start is not None
    assert target is not None
    board.mouse.move(start["x"] + 90, start["y"] + start["height"] - 8)
    board.mouse.down()
    board.mouse.move(start["x"] + 100, start["y"] + start["height"])
    board.mouse.move(target["x"] + target["width"] / 2, target["y"] + 300)
    board.mouse.up()
    expect_in(board, "Bo Lind", "screening")
