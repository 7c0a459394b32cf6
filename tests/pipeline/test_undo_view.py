"""Undo over HTTP: for as long as the mail waits, for the one who moved, and for the last move alone."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from ats import tenancy
from ats.extensions import db
from ats.notifications.models import Message
from tests.cast import Firm
from tests.page import Fragment, Page, text_of
from tests.pipeline.test_move_view import admin, card, counts, history, hold, move, recruiter, undo
from tests.sitemap import HTMX

__all__ = ["admin", "hold", "recruiter"]

UNDO = 'form[action$="/undo"]'


def mails(app: Flask, firm: Firm) -> dict[str, str]:
    """The mails about moves, with what became of them."""
    with app.app_context():
        tenancy.enter_company(firm.id)
        found = db.select(Message.dedupe_key, Message.status).where(Message.dedupe_key.like("stage:%"), Message.id > 0)
        return {key.rpartition(":")[2]: status for key, status in db.session.execute(found)}


def test_a_move_offers_to_be_undone_while_its_mail_waits(
    hold: None, app: Flask, recruiter: FlaskClient, acme: Firm
) -> None:
    fragment = Fragment.of(move(recruiter, acme, "screening", 1))
    assert "The mail goes out in 30 s." in fragment.one("#toast").text
    url, data = fragment.sent(UNDO)
    assert recruiter.post(url, data=MultiDict(data), headers=HTMX).status_code == 200
    assert history(app, acme) == ["applied", "screening", "applied"]


def test_a_move_whose_mail_left_at_once_offers_none(recruiter: FlaskClient, acme: Firm) -> None:
    fragment = Fragment.of(move(recruiter, acme, "screening", 1))
    assert fragment.all(UNDO) == []
    assert "The mail is on its way." in fragment.one("#toast").text


def test_undo_brings_the_card_back_and_sends_no_mail(
    hold: None, app: Flask, recruiter: FlaskClient, acme: Firm
) -> None:
    move(recruiter, acme, "screening", 1)
    fragment = Fragment.of(undo(recruiter, acme, 2))
    assert card(fragment, acme) == ("#cards-applied", "screening rejected")
    assert counts(fragment) == {"applied": 1, "screening": 0}
    assert "is back in Applied. No mail was sent." in text_of(fragment.one("#toast"))
    assert history(app, acme) == ["applied", "screening", "applied"]
    assert mails(app, acme)["2"] == "cancelled"
    assert "3" not in mails(app, acme)


def test_undo_works_without_script_from_the_page(hold: None, app: Flask, recruiter: FlaskClient, acme: Firm) -> None:
    move(recruiter, acme, "rejected", 1)
    url, data = Page.at(recruiter, f"/applications/{acme.application}").sent(UNDO)
    answer = recruiter.post(url, data=MultiDict(data))
    assert (answer.status_code, answer.location) == (303, f"/applications/{acme.application}")
    assert "Lukas Brandt is in Applied now." in Page.at(recruiter, answer.location).one(".notices").text
    assert history(app, acme) == ["applied", "rejected", "applied"]


@pytest.mark.parametrize("seq", ["", "two", "1", "3", "-2"])
def test_only_the_move_that_was_seen_is_undone(
    hold: None, app: Flask, recruiter: FlaskClient, acme: Firm, seq: str
) -> None:
    move(recruiter, acme, "screening", 1)
    assert undo(recruiter, acme, seq).status_code == 409
    assert history(app, acme) == ["applied", "screening"]
    assert mails(app, acme)["2"] == "pending"


def test_a_colleague_undoes_nothing(
    hold: None, app: Flask, recruiter: FlaskClient, admin: FlaskClient, acme: Firm
) -> None:
    move(recruiter, acme, "screening", 1)
    fragment = Fragment.of(undo(admin, acme, 2), 409)
    assert "Only the person who moved a candidate can undo the move." in fragment.one("#toast").text
    assert history(app, acme) == ["applied", "screening"]
    assert Page.at(admin, f"/applications/{acme.application}").all(UNDO) == []


def test_undo_is_over_once_the_mail_left(app: Flask, recruiter: FlaskClient, acme: Firm) -> None:
    move(recruiter, acme, "screening", 1)
    fragment = Fragment.of(undo(recruiter, acme, 2), 409)
    assert "The time to undo is over, so Lukas stays in Screening." in fragment.one("#toast").text
    assert card(fragment, acme) == ("#cards-screening", "interview rejected")
    assert history(app, acme) == ["applied", "screening"]


def test_undo_is_over_once_somebody_moved_on(
    hold: None, app: Flask, recruiter: FlaskClient, admin: FlaskClient, acme: Firm
) -> None:
    move(recruiter, acme, "screening", 1)
    move(admin, acme, "interview", 2)
    fragment = Fragment.of(undo(recruiter, acme, 2), 409)
    assert "Acme Admin moved Lukas to Interview" in fragment.one("#toast").text
    assert card(fragment, acme)[0] == "#cards-interview"
    assert history(app, acme) == ["applied", "screening", "interview"]


def test_undo_twice_is_undo_once(hold: None, app: Flask, recruiter: FlaskClient, acme: Firm) -> None:
    """The second click finds the card where the first has put it; it does not redo the move."""
    move(recruiter, acme, "screening", 1)
    undo(recruiter, acme, 2)
    again = Fragment.of(undo(recruiter, acme, 2), 409)
    assert "You moved Lukas back to Applied" in again.one("#toast").text
    assert undo(recruiter, acme, 3).status_code == 409
    assert history(app, acme) == ["applied", "screening", "applied"]


def test_to_have_applied_is_not_undone(hold: None, app: Flask, recruiter: FlaskClient, acme: Firm) -> None:
    assert undo(recruiter, acme, 1).status_code == 409
    assert history(app, acme) == ["applied"]
