"""Scorecards: one per person and application, judged unswayed, averaged on the application."""

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import database, tenancy
from ats.accounts.models import User
from ats.collaboration.models import Scorecard
from ats.extensions import db
from ats.pipeline.models import Application
from tests.cast import Firm
from tests.page import Fragment, Page
from tests.sitemap import HTMX

VERDICT = {"rating": "4", "comment": "Found the race in two minutes."}


@pytest.fixture
def judged(acme: Firm, scope: None) -> None:
    """The admin and the recruiter have handed in theirs: a strong no, and a yes."""
    application = db.session.get_one(Application, acme.application)
    for author, rating, comment in (
        (acme.admin, 1, "Thin on incidents."),
        (acme.recruiter, 3, "Explains well."),
    ):
        author_of = db.session.get_one(User, author)
        Scorecard.hand_in(application, author=author_of, rating=rating, comment=comment)
    db.session.commit()


def rating_of(acme: Firm) -> int:
    return db.session.get_one(Application, acme.application, populate_existing=True).rating


def test_a_scorecard_is_handed_in_and_counts(manager: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    answer = manager.post(f"{url}/scorecard", data=VERDICT)
    assert (answer.status_code, answer.location) == (303, f"{url}#scorecards")
    (card,) = db.session.scalars(sa.select(Scorecard))
    assert (card.author_id, card.rating, card.comment, card.edited_at) == (acme.manager, 4, VERDICT["comment"], None)
    assert rating_of(acme) == 400
    own = Page.at(manager, url).one("#scorecards .entry")
    assert "Strong yes" in own.text
    assert VERDICT["comment"] in own.text


def test_a_second_one_takes_the_place_of_the_first(manager: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    manager.post(f"{url}/scorecard", data=VERDICT)
    form = Page.at(manager, url).one("#scorecards details form")
    assert form.select_one("input:checked")["value"] == "4"  # type: ignore[index]
    assert form.select_one("textarea").text.strip() == VERDICT["comment"]  # type: ignore[union-attr]
    manager.post(f"{url}/scorecard", data={"rating": "2"})
    (card,) = db.session.scalars(sa.select(Scorecard))
    assert (card.rating, card.comment) == (2, "")
    assert card.edited_at
    assert rating_of(acme) == 200


def test_the_average_is_of_all_hundredfold(manager: FlaskClient, acme: Firm, url: str, judged: None) -> None:
    assert rating_of(acme) == 200
    manager.post(f"{url}/scorecard", data=VERDICT)
    assert rating_of(acme) == 267


@pytest.mark.parametrize("path", ["", "/scorecard", "/notes"])
def test_until_ones_own_is_in_nothing_of_the_others_is_in_the_html(
    manager: FlaskClient, url: str, judged: None, path: str
) -> None:
    """Neither their words, nor their verdicts, nor who wrote them, nor the average; only how many there are."""
    requests: list[Callable[[dict[str, str]], str]] = [lambda headers: manager.get(url, headers=headers).text]
    if path:
        requests = [lambda headers: manager.post(f"{url}{path}", data={}, headers=headers).text]
    for request in requests:
        for headers in ({}, HTMX):
            html = request(headers)
            for secret in ("Thin on incidents", "Explains well", "verdict", 'class="rating"', "2.0", "scorecard-"):
                assert secret not in html.replace("scorecards-title", ""), f"{secret} is in the answer"
            section = Fragment(html).all("#scorecards")
            assert not section or "2 colleagues have judged" in section[0].text or path == "/notes"


def test_once_it_is_in_the_others_show(manager: FlaskClient, acme: Firm, url: str, judged: None) -> None:
    answer = Fragment.of(manager.post(f"{url}/scorecard", data=VERDICT, headers=HTMX))
    authors = [entry.h3.text for entry in answer.all("#scorecards .entry") if entry.h3]
    assert authors == ["Acme Manager", "Acme Admin", "Acme Recruiter"]
    assert "2.7" in answer.one("#scorecards .rating").text
    assert "2.7" in answer.one(f"hx-partial #application-{acme.application} .rating").text
    assert answer.one("#record-tabs [href='#scorecards'] .count").text == "3"


def test_the_board_shows_the_average_to_those_alone_whose_own_is_in(
    manager: FlaskClient, recruiter: FlaskClient, acme: Firm, judged: None
) -> None:
    board = f"/jobs/{acme.job}/board"
    assert not Page.at(manager, board).all(".card .rating")
    assert "2.0" in Page.at(recruiter, board).one(".card .rating").text


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "htmx"])
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rating": ""}, "rating"),
        ({"rating": "5"}, "rating"),
        ({"rating": "0"}, "rating"),
        ({"rating": "yes"}, "rating"),
        ({"comment": "a\0b"}, "comment"),
        ({"comment": "x" * 10_001}, "comment"),
    ],
)
def test_a_scorecard_that_cannot_be_kept_says_what_is_wrong(
    manager: FlaskClient, url: str, scope: None, changes: dict[str, str], field: str, headers: dict[str, str]
) -> None:
    answer = manager.post(f"{url}/scorecard", data={**VERDICT, **changes}, headers=headers)
    page = (Fragment if headers else Page).of(answer, 422)
    assert page.one(f"#{field}-error").text.strip()
    if field == "rating":
        assert page.one("#comment").text.strip() == VERDICT["comment"]
    assert db.session.scalar(sa.select(sa.func.count(Scorecard.id))) == 0


def test_of_two_who_hand_in_at_once_none_is_lost_from_the_average(app: Flask, acme: Firm, scope: None) -> None:
    ready = threading.Barrier(2)

    def judge(author: int, rating: int) -> None:
        with app.app_context(), tenancy.company(acme.id):
            application = db.session.get_one(Application, acme.application)
            user = db.session.get_one(User, author)
            ready.wait()
            database.lock(application)
            Scorecard.hand_in(application, author=user, rating=rating, comment="")
            db.session.commit()

    people = [threading.Thread(target=judge, args=pair) for pair in ((acme.manager, 4), (acme.admin, 1))]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert rating_of(acme) == 250
