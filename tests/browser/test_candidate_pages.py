"""The candidate's pages as browsers see them: accessible in light and dark, still, and light in weight."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page

from tests.browser.candidates import DESKTOP, PHONE, Pages, furnish
from tests.browser.hands import violations
from tests.cast import PASSWORD, Firm

pytestmark = pytest.mark.browser

HEAVIEST = 150 * 1024
"""Bytes of a job's page with all it loads, without the font."""
BARELY = 0.005
"""A twentieth of what counts as good (Cumulative Layout Shift)."""
SHIFTS = """
window.shifted = [];
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) {
    const moved = shift.sources.map((source) => source.node?.outerHTML?.slice(0, 80) ?? 'text');
    window.shifted.push([shift.value, moved]);
  }
}).observe({ type: 'layout-shift', buffered: true });
"""

NewPage = Callable[..., Page]


@pytest.fixture
def new_page(browser: Browser, live_server: str) -> Iterator[NewPage]:
    """`new_page(**options)` is a page in a browser of its own; `signed_in=` an address signs in first."""
    contexts: list[BrowserContext] = []

    def page(signed_in: str = "", **options: Any) -> Page:
        contexts.append(browser.new_context(base_url=live_server, **options))
        page = contexts[-1].new_page()
        if signed_in:
            page.goto("/sign-in")
            page.get_by_label("Email").fill(signed_in)
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url("**/my/applications")
        return page

    yield page
    for context in contexts:
        context.close()


@pytest.fixture
def pages(app: Flask, acme: Firm, globex: Firm, jane: int) -> Pages:
    return furnish(app, acme, jane)


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


SIZES = pytest.mark.parametrize("viewport", [PHONE, DESKTOP], ids=["phone", "desktop"])


@SIZES
def test_no_page_of_the_candidates_breaks_a_rule_of_accessibility(
    new_page: NewPage, pages: Pages, viewport: dict[str, int]
) -> None:
    wrong: dict[str, list[str]] = {}
    for signed_in, addresses in (("", pages.public), ("jane@mail.example", pages.own)):
        page = new_page(signed_in, viewport=viewport)
        for name, address in addresses.items():
            page.goto(address)
            page.wait_for_load_state("networkidle")
            wrong |= in_both_schemes(page, name)
    assert not wrong


@SIZES
def test_nor_does_a_form_that_comes_back(new_page: NewPage, pages: Pages, viewport: dict[str, int]) -> None:
    page = new_page(viewport=viewport)
    buttons = {"apply": "Send application", "status": "Send the newer resume", "link": "Send me a new link"}
    for name, button in buttons.items():
        page.goto(pages.public[name])
        page.get_by_role("button", name=button).last.click()
        page.locator("#error-summary").wait_for()
        assert page.evaluate("document.activeElement.id") == "error-summary"
        assert not in_both_schemes(page, f"{name}-wrong")


def in_both_schemes(page: Page, name: str) -> dict[str, list[str]]:
    """What is wrong with the page, by its name and scheme."""
    wrong = {}
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        page.evaluate("document.getAnimations().forEach((one) => one.finish())")  # Colours change slowly.
        problems = violations(page)
        if overflow(page):
            problems.append(f"wider than its window by {overflow(page)} px")
        if problems:
            wrong[f"{name}, {scheme}"] = problems
        width = page.viewport_size["width"] if page.viewport_size else 0
        keep_picture(page, f"{name}-{width}-{scheme}")
    return wrong


@SIZES
def test_nothing_moves_while_a_page_loads(new_page: NewPage, pages: Pages, viewport: dict[str, int]) -> None:
    page = new_page(viewport=viewport)
    page.add_init_script(SHIFTS)
    moved: dict[str, Any] = {}
    for name in ("companies", "company", "job", "apply", "status", "applied"):
        for first in (True, False):
            page.goto(pages.public[name])
            page.wait_for_load_state("networkidle")
            page.evaluate("document.fonts.ready")
            page.wait_for_timeout(200)
            shifts = page.evaluate("shifted")
            # At the first visit the font may come a moment after the text, on a slow machine.
            if sum(size for size, _ in shifts) > (BARELY if first else 0):
                moved[f"{name}, {'first' if first else 'again'}"] = shifts
    assert not moved


def test_the_page_of_a_job_is_light(new_page: NewPage, pages: Pages) -> None:
    page = new_page(viewport=PHONE)
    session: CDPSession = page.context.new_cdp_session(page)
    session.send("Network.enable")
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    session.on("Network.responseReceived", lambda event: names.update({event["requestId"]: event["response"]["url"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: int(event["encodedDataLength"])}),
    )
    page.goto(pages.public["job"])
    page.wait_for_load_state("networkidle")
    loaded = {names[id]: size for id, size in sizes.items() if id in names and not names[id].endswith(".woff2")}
    assert any("htmx" in url for url in loaded), "Nothing was counted."
    assert sum(loaded.values()) < HEAVIEST, sorted(loaded.items(), key=lambda item: -item[1])


def keep_picture(page: Page, name: str) -> None:
    """For somebody who looks: `PICTURES=folder` keeps what the tests see."""
    if folder := os.environ.get("PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)
