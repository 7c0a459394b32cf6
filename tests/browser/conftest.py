"""People in front of a browser."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from tests.browser.hands import PHONE
from tests.cast import PASSWORD

ROOT = Path(__file__).parents[2]
SignedIn = Callable[..., Page]


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
def as_user(browser: Browser, live_server: str) -> Iterator[SignedIn]:
    """`as_user(email)` is a page in a browser of its own in which that user has signed in.

    `phone=True` gives it a finger and a small screen; further options are those of `new_context`. An error in a script
    of the page fails the test.
    """
    contexts: list[BrowserContext] = []
    errors: list[Error] = []

    def signed_in(email: str, *, phone: bool = False, **options: Any) -> Page:
        if phone:
            options = {"viewport": PHONE, "has_touch": True, "is_mobile": True, **options}
        contexts.append(
            browser.new_context(base_url=live_server, **{"viewport": {"width": 1440, "height": 900}} | options)
        )
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: errors.append(error))
        page.goto("/sign-in")
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        return page

    yield signed_in
    for context in contexts:
        context.close()
    assert not errors, errors
