"""Sessions: a new one at each signing in, limits to how long, and an end that holds everywhere."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats.accounts.models import User
from ats.accounts.sessions import UserSession, forget_ended
from ats.extensions import db
from tests.accounts.conftest import Later, Mails, copy_of, enter, is_in
from tests.cast import PASSWORD, Firm
from tests.page import Page

RECRUITER, ADMIN = "recruiter@acme.example", "admin@acme.example"
NEW = "a kettle of blue herons"


def tokens(app: Flask, user: int) -> int:
    with app.app_context():
        count = sa.select(sa.func.count()).select_from(UserSession).filter_by(user_id=user)
        return db.session.scalars(count).one()


def test_signing_in_makes_a_new_session_and_forgets_all_that_was(app: Flask, client: FlaskClient, acme: Firm) -> None:
    """A cookie that somebody planted before is worth nothing after."""
    client.get("/sign-in")
    with client.session_transaction() as session:
        session["planted"] = "by somebody else"
    enter(client, RECRUITER)
    with client.session_transaction() as session:
        assert "planted" not in session
        first = session["_user_id"]
    thief = copy_of(client, app)
    enter(client, RECRUITER)
    with client.session_transaction() as session:
        assert session["_user_id"] != first
    assert [is_in(client), is_in(thief)] == [True, False]
    assert tokens(app, acme.recruiter) == 1


def test_a_csrf_token_from_before_is_none_after(
    strict_app: Flask, acme: Firm, sign_in: Callable[..., FlaskClient]
) -> None:
    client = strict_app.test_client()
    before = token_of(client, "/sign-in")
    data = {"email": RECRUITER, "password": PASSWORD, "csrf_token": before}
    assert client.post("/sign-in", data=data).status_code == 303
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400
    assert client.post("/sign-out", data={"csrf_token": token_of(client, "/account")}).status_code == 303


def test_one_ends_a_session_of_ones_own_and_no_other(app: Flask, client: FlaskClient, acme: Firm) -> None:
    enter(client, RECRUITER)
    other, admin = app.test_client(), app.test_client()
    enter(other, RECRUITER)
    enter(admin, ADMIN)
    with app.app_context():
        ids = dict(db.session.execute(sa.select(UserSession.id, UserSession.user_id).order_by(UserSession.id)).all())
    admins = next(id for id, user in ids.items() if user == acme.admin)
    client.post("/account/sessions", data={"session": str(admins)})
    client.post("/account/sessions", data={"session": "nonsense"})
    assert [is_in(client), is_in(other), is_in(admin)] == [True, True, True]
    page = Page.at(client, "/account")
    (button,) = page.all("button[name=session]")
    client.post("/account/sessions", data={"session": str(button["value"])})
    assert [is_in(client), is_in(other), is_in(admin)] == [True, False, True]


def test_one_ends_them_all(app: Flask, client: FlaskClient, acme: Firm) -> None:
    other = app.test_client()
    for browser in (client, other):
        enter(browser, RECRUITER)
    thief = copy_of(client, app)
    assert client.post("/account/sessions/all").status_code == 303
    assert [is_in(browser) for browser in (client, other, thief)] == [False, False, False]


def test_a_changed_password_ends_all_but_this_one(app: Flask, client: FlaskClient, mails: Mails, acme: Firm) -> None:
    other = app.test_client()
    for browser in (client, other):
        enter(browser, RECRUITER)
    thief = copy_of(client, app)
    data = {"current_password": PASSWORD, "password": NEW}
    assert client.post("/account/password", data={**data, "current_password": "a guess"}).status_code == 422
    assert is_in(other)
    assert client.post("/account/password", data=data).status_code == 303
    assert [is_in(client), is_in(other), is_in(thief)] == [True, False, False]
    assert mails("account-notice", RECRUITER)[-1]["happened"] == "Your password was changed."


@pytest.mark.parametrize(("path", "data"), [("role", {"role": "hiring_manager"}), ("removal", {})])
def test_another_role_and_removal_end_all(
    app: Flask, client: FlaskClient, acme: Firm, path: str, data: dict[str, str]
) -> None:
    other, admin = app.test_client(), app.test_client()
    for browser in (client, other):
        enter(browser, RECRUITER)
    thief = copy_of(client, app)
    enter(admin, ADMIN)
    assert admin.post(f"/team/{acme.recruiter}/{path}", data=data).status_code == 303
    assert [is_in(browser) for browser in (client, other, thief)] == [False, False, False]
    assert is_in(admin)


def test_a_session_that_is_not_used_ends(app: Flask, client: FlaskClient, acme: Firm, later: Later) -> None:
    enter(client, RECRUITER)
    later(hours=11.9)
    assert is_in(client)
    later(hours=11.9)
    assert is_in(client), "Using it did not keep it alive."
    later(hours=12.1)
    assert not is_in(client)


def test_one_that_is_to_stay_ends_after_two_weeks(app: Flask, client: FlaskClient, acme: Firm, later: Later) -> None:
    enter(client, RECRUITER, remember="y")
    later(days=13)
    assert is_in(client)
    later(days=14.1)
    assert not is_in(client)


def test_none_outlives_thirty_days_however_much_it_is_used(
    app: Flask, client: FlaskClient, acme: Firm, later: Later
) -> None:
    enter(client, RECRUITER, remember="y")
    for _ in range(3):
        later(days=9.9)
        assert is_in(client)
    later(hours=12)
    assert not is_in(client)


def test_the_cookie_outlives_the_browser_only_if_asked_to(client: FlaskClient, acme: Firm) -> None:
    enter(client, RECRUITER)
    cookie = client.get_cookie("foyer")
    assert cookie
    assert cookie.expires is None
    enter(client, RECRUITER, remember="y")
    cookie = client.get_cookie("foyer")
    assert cookie
    assert cookie.expires is not None


def test_the_rows_of_ended_sessions_are_swept(app: Flask, client: FlaskClient, acme: Firm, later: Later) -> None:
    enter(client, RECRUITER)
    later(hours=13)
    enter(app.test_client(), RECRUITER)
    with app.app_context():
        assert forget_ended() == 1
    assert tokens(app, acme.recruiter) == 1


def test_a_cookie_with_another_key_or_another_user_is_none(app: Flask, client: FlaskClient, acme: Firm) -> None:
    for id in (str(acme.admin), "1", "", "é"):
        with client.session_transaction() as session:
            session["_user_id"] = id
        assert not is_in(client)
    client.set_cookie("foyer", "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbbbbbbbbbbbbbbbbbbbbbbb")
    assert not is_in(client)


def test_a_browser_is_named_and_its_own_words_are_harmless(app: Flask, client: FlaskClient, acme: Firm) -> None:
    agent = (
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0 <script>alert(1)</script>" + "x" * 900
    )
    client.post("/sign-in", data={"email": RECRUITER, "password": PASSWORD}, headers={"User-Agent": agent})
    page = Page.at(client, "/account")
    assert "Firefox on Linux" in page.text
    with app.app_context():
        assert len(db.session.scalars(sa.select(UserSession.agent)).one()) <= 300


def test_a_removed_person_cannot_come_in_again(app: Flask, client: FlaskClient, acme: Firm) -> None:
    admin = app.test_client()
    enter(admin, ADMIN)
    admin.post(f"/team/{acme.recruiter}/removal")
    assert enter(client, RECRUITER) == 422
    with app.app_context():
        assert enter(client, db.session.get_one(User, acme.recruiter).email) == 422


def token_of(client: FlaskClient, path: str) -> str:
    return str(Page.at(client, path).all("input[name=csrf_token]")[0]["value"])
