"""From the careers page to the withdrawal on a phone, with script and without; and what only a browser shows of it."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect

from ats import tenancy
from ats.candidates.drafts import Draft
from ats.extensions import db
from ats.pipeline.models import Application
from tests.browser.candidates import PHONE, Pages, furnish
from tests.careers.form import RESUMES
from tests.cast import Firm
from tests.mailbox import Mailbox

pytestmark = pytest.mark.browser

RESUME = RESUMES / "chromium.pdf"
UNTIL_PROGRESS = """
new Promise((done) => {
  const look = () => (document.querySelector('progress').value > 0 ? done() : setTimeout(look, 20));
  look();
})
"""
NewPhone = Callable[..., Page]


@pytest.fixture
def new_phone(browser: Browser, live_server: str) -> Iterator[NewPhone]:
    """`new_phone(**options)` is a page on a phone of its own."""
    contexts: list[BrowserContext] = []

    def page(**options: Any) -> Page:
        phone = {"viewport": PHONE, "has_touch": True, "is_mobile": True, "base_url": live_server}
        contexts.append(browser.new_context(**{**phone, **options}))
        return contexts[-1].new_page()

    yield page
    for context in contexts:
        context.close()


@pytest.fixture
def pages(app: Flask, acme: Firm, jane: int) -> Pages:
    return furnish(app, acme, jane)


def applications(app: Flask, firm: Firm, email: str) -> list[tuple[str, str | None]]:
    """Of that address, each as its cover letter and the name of its resume."""
    with app.app_context(), tenancy.company(firm.id):
        found = sa.select(Application).options(sa.orm.joinedload(Application.resume)).order_by(Application.id)
        return [
            (application.cover_letter, application.resume and application.resume.name)
            for application in db.session.scalars(found)
            if application.candidate.email == email
        ]


def link_in(mailbox: Mailbox, email: str) -> str:
    (mail,) = [mail for mail in mailbox.messages if mail["To"] == email]
    found = re.search(r"/status/[\w.-]+", mail.get_body(("plain",)).get_content())
    assert found
    return found[0]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_from_the_careers_page_to_the_withdrawal(
    app: Flask,
    acme: Firm,
    pages: Pages,
    new_phone: NewPhone,
    run_worker: Callable[[], None],
    smtp: Mailbox,
    script: bool,
) -> None:
    page = new_phone(java_script_enabled=script)
    page.goto("/careers")
    page.get_by_label("Job or company").fill("baker")
    page.get_by_role("button", name="Search").click()
    expect(page).to_have_url(re.compile(r"q=baker"))
    page.get_by_role("link", name="Acme Baker").click()
    apply = page.get_by_role("link", name="Apply for this job")
    expect(apply).to_be_in_viewport()
    page.mouse.wheel(0, 4000)
    expect(apply).to_be_in_viewport()  # It sticks to the bottom.
    apply.click()

    page.locator("[name=resume]").set_input_files(RESUME)
    if script:
        expect(page.locator("#resume-part")).to_contain_text("KB, uploaded")
        expect(page.locator("[name=name]")).to_have_value("")
        run_worker()
        expect(page.locator("[name=name]")).not_to_have_value("", timeout=10_000)
        expect(page.locator("#name-suggested")).to_have_text("From your resume: look it over")
    page.get_by_label("Full name").fill("Ana Sousa")
    page.get_by_label("Email").fill("ana.sousa@mail.example")
    page.get_by_label("Cover letter").fill("I bake before I think.")
    page.get_by_role("button", name="Send application").last.click()

    # Two things are missing: each is named, on top and beside its field, and the way there is one tap.
    expect(page.locator("#error-summary")).to_be_in_viewport()
    expect(page.locator("#error-summary li")).to_have_count(2)
    expect(page.locator("#resume-part")).to_contain_text("chromium.pdf")
    page.locator("#error-summary a", has_text="Why bread?").click()
    expect(page.get_by_label("Why bread?")).to_be_in_viewport()
    page.get_by_label("Why bread?").fill("It rises.")
    page.locator("[name=consent]").check()
    page.get_by_role("button", name="Send application").last.click()
    expect(page).to_have_url(re.compile("/applied$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your application has arrived")
    assert applications(app, acme, "ana.sousa@mail.example") == [("I bake before I think.", "chromium.pdf")]

    run_worker()
    page.goto(link_in(smtp, "ana.sousa@mail.example"))
    expect(page.locator("[aria-current=step]")).to_contain_text("Applied")
    page.locator("[name=resume]").set_input_files(RESUMES / "latex.pdf")
    page.get_by_role("button", name="Send the newer resume").click()
    expect(page.get_by_role("link", name="latex.pdf")).to_be_visible()
    page.get_by_role("link", name="Withdraw the application").click()
    page.get_by_label("Why").fill("I found another oven.")
    page.get_by_role("button", name="Withdraw the application").click()
    expect(page.get_by_role("heading", name="You withdrew this application.")).to_be_visible()


def test_a_resume_goes_up_at_once_and_shows_how_far_it_is(acme: Firm, pages: Pages, new_phone: NewPhone) -> None:
    page = new_phone()
    page.goto(pages.public["apply"])
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 8 * 1024}
    session.send("Network.emulateNetworkConditions", slow)
    page.locator("[name=resume]").set_input_files(RESUME)
    progress = page.get_by_role("progressbar", name="Upload")
    expect(progress).to_be_visible()
    page.evaluate(UNTIL_PROGRESS)
    expect(page.locator("#resume-part")).to_contain_text("is being uploaded")
    expect(page.locator("#resume-part")).to_contain_text("chromium.pdf")
    session.send("Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    expect(page.locator("#resume-part")).to_contain_text("KB, uploaded", timeout=20_000)
    expect(progress).to_be_hidden()


def test_an_upload_that_fails_leaves_the_file_chosen(app: Flask, acme: Firm, pages: Pages, new_phone: NewPhone) -> None:
    page = new_phone()
    page.goto(pages.public["apply"])
    page.route("**/apply/draft", lambda route: route.abort())
    page.locator("[name=resume]").set_input_files(RESUME)
    expect(page.locator("#resume-part")).to_contain_text("It is still chosen and goes along when you send the form.")
    fill(page)
    page.get_by_role("button", name="Send application").last.click()
    expect(page).to_have_url(re.compile("/applied$"))
    assert applications(app, acme, "ana.sousa@mail.example") == [("I bake.", "chromium.pdf")]


def test_a_reload_keeps_what_was_typed_and_the_file(acme: Firm, pages: Pages, new_phone: NewPhone) -> None:
    page = new_phone()
    page.goto(pages.public["apply"])
    page.locator("[name=resume]").set_input_files(RESUME)
    expect(page.locator("#resume-part")).to_contain_text("KB, uploaded")
    with page.expect_response(lambda answer: answer.url.endswith("/apply/draft") and answer.ok):
        page.get_by_label("Cover letter").fill("Half a letter")
    page.reload()
    expect(page.get_by_label("Cover letter")).to_have_value("Half a letter")
    expect(page.locator("#resume-part")).to_contain_text("chromium.pdf")


def test_a_tab_that_is_closed_loses_nothing(app: Flask, acme: Firm, pages: Pages, new_phone: NewPhone) -> None:
    """Not even what was typed a moment before."""
    page = new_phone()
    page.goto(pages.public["apply"])
    page.get_by_label("Cover letter").fill("The last word")
    page.goto(pages.public["company"])
    for _ in range(100):  # The last save arrives after its page is gone.
        with app.app_context(), tenancy.company(acme.id):
            if db.session.scalars(sa.select(Draft.typed["cover_letter"].astext)).all() == ["The last word"]:
                break
        page.wait_for_timeout(50)
    page = page.context.new_page()  # Which knows nothing of what the other tab remembers.
    page.goto(pages.public["apply"])
    expect(page.get_by_label("Cover letter")).to_have_value("The last word")


def test_a_reload_at_once_keeps_even_what_is_not_saved_yet(acme: Firm, pages: Pages, new_phone: NewPhone) -> None:
    page = new_phone()
    page.route("**/apply/draft", lambda route: route.abort())
    page.goto(pages.public["apply"])
    page.get_by_label("Cover letter").fill("Written in a tunnel")
    page.get_by_label("Yes").check()
    page.get_by_label("Which oven?").select_option("Gas")
    page.reload()
    expect(page.get_by_label("Cover letter")).to_have_value("Written in a tunnel")
    expect(page.get_by_label("Yes")).to_be_checked()
    expect(page.get_by_label("Which oven?")).to_have_value("Gas")


def test_a_double_click_sends_one_application(app: Flask, acme: Firm, pages: Pages, new_phone: NewPhone) -> None:
    page = new_phone(has_touch=False, is_mobile=False)
    sent: list[Request] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    page.goto(pages.public["apply"])
    page.locator("[name=resume]").set_input_files(RESUME)
    expect(page.locator("#resume-part")).to_contain_text("KB, uploaded")
    fill(page)
    page.get_by_role("button", name="Send application").last.dblclick()
    expect(page).to_have_url(re.compile("/applied$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Your application has arrived")
    assert [request for request in sent if request.url.endswith("/apply")]
    assert len(applications(app, acme, "ana.sousa@mail.example")) == 1
    with app.app_context(), tenancy.company(acme.id):
        assert db.session.scalars(sa.select(Draft)).all() == []


def test_what_the_resume_says_leaves_alone_what_was_typed(
    acme: Firm, pages: Pages, new_phone: NewPhone, run_worker: Callable[[], None]
) -> None:
    page = new_phone()
    page.goto(pages.public["apply"])
    page.get_by_label("Full name").fill("My own name")
    page.locator("[name=resume]").set_input_files(RESUME)
    expect(page.locator("#resume-part")).to_contain_text("KB, uploaded")
    run_worker()
    expect(page.locator("[name=email]")).not_to_have_value("", timeout=10_000)
    expect(page.get_by_label("Full name")).to_have_value("My own name")
    expect(page.locator("#suggested")).to_contain_text("We filled in your email")
    page.get_by_label("Email").fill("mine@mail.example")
    expect(page.locator("#email-suggested")).to_have_count(0)


def test_filters_change_the_list_and_the_address_without_a_reload(
    acme: Firm, pages: Pages, new_phone: NewPhone
) -> None:
    page = new_phone()
    page.goto(pages.public["company"])
    page.evaluate("window.same = true")
    page.get_by_label("Department").select_option("Shop")
    expect(page.locator("#openings h3")).to_have_text(["Driver"])
    expect(page).to_have_url(re.compile("department=Shop"))
    page.get_by_label("Title or skill").fill("zeppelin")
    expect(page.locator("#openings")).to_contain_text("No job fits all of that")
    assert page.evaluate("window.same")
    page.reload()
    expect(page.get_by_label("Department")).to_have_value("Shop")


def fill(page: Page) -> None:
    page.get_by_label("Full name").fill("Ana Sousa")
    page.get_by_label("Email").fill("ana.sousa@mail.example")
    page.get_by_label("Cover letter").fill("I bake.")
    page.get_by_label("Why bread?").fill("It rises.")
    page.locator("[name=consent]").check()
