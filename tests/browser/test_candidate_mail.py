"""Mails as a mail program on a phone shows them, in light and in dark."""

import pytest
from flask import Flask
from playwright.sync_api import Browser

from ats import tenancy
from ats.extensions import db
from ats.notifications import delivery
from ats.notifications.models import Message
from tests.browser.candidates import PHONE
from tests.browser.hands import violations
from tests.browser.test_candidate_pages import keep_picture, overflow
from tests.cast import Firm
from tests.notifications.test_templates import everything_happens

pytestmark = pytest.mark.browser


def mails(app: Flask, acme: Firm) -> dict[str, str]:
    """The HTML of each kind of mail that there is."""
    with app.app_context():
        with tenancy.company(acme.id):
            everything_happens(acme)
        tenancy.enter_everything()
        messages = db.session.scalars(db.select(Message).order_by(Message.id)).all()
        return {message.template: delivery.rendered(message).html or "" for message in messages}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_mail_is_read_easily_on_a_phone(app: Flask, acme: Firm, browser: Browser, scheme: str) -> None:
    context = browser.new_context(viewport=PHONE, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    wrong = {}
    for name, html in mails(app, acme).items():
        page.set_content(html)
        problems = violations(page)
        if overflow(page):
            problems.append(f"wider than the phone by {overflow(page)} px")
        ground = page.evaluate("getComputedStyle(document.querySelector('.sheet')).backgroundColor")
        if (ground == "rgb(255, 255, 255)") != (scheme == "light"):
            problems.append(f"on {ground}")
        for link in page.locator(".button a").all():
            box = link.bounding_box()
            if box is None or box["height"] < 44 or box["width"] < PHONE["width"] / 2:
                problems.append(f"a button of {box}, which is hard to hit")
        if problems:
            wrong[name] = problems
        keep_picture(page, f"mail-{name}-{scheme}")
    context.close()
    assert not wrong
