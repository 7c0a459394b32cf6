"""A forgotten password: one link, one hour, one new password; and nobody learns who has an account."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats.accounts import passwords
from ats.accounts.models import User
from ats.accounts.recovery import PasswordReset
from ats.extensions import db
from tests.accounts.conftest import Later, Link, Mails, copy_of, enter, is_in
from tests.cast import Firm

NEW = "a kettle of blue herons"
KNOWN, UNKNOWN = "recruiter@acme.example", "nobody@mail.example"


def ask(client: FlaskClient, email: str = KNOWN) -> None:
    assert client.post("/forgot-password", data={"email": email}).status_code == 303


def test_the_link_sets_a_new_password_and_the_old_one_is_gone(client: FlaskClient, link: Link, acme: Firm) -> None:
    ask(client)
    answer = client.post(link("reset-password", KNOWN), data={"password": NEW})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    assert [enter(client, KNOWN), enter(client, KNOWN, NEW)] == [422, 303]


def test_it_works_once(client: FlaskClient, link: Link, acme: Firm) -> None:
    ask(client)
    path = link("reset-password", KNOWN)
    assert client.post(path, data={"password": NEW}).status_code == 303
    assert [client.get(path).status_code, client.post(path, data={"password": "x" + NEW}).status_code] == [410, 410]
    assert enter(client, KNOWN, NEW) == 303


def test_to_open_it_or_to_mistype_uses_nothing_up(client: FlaskClient, link: Link, acme: Firm) -> None:
    """Mail scanners open links."""
    ask(client)
    path = link("reset-password", KNOWN)
    assert [client.get(path).status_code for _ in range(3)] == [200, 200, 200]
    assert client.head(path).status_code == 200
    assert client.post(path, data={"password": "short"}).status_code == 422
    assert client.post(path, data={"password": NEW}).status_code == 303


def test_it_is_void_after_an_hour(client: FlaskClient, link: Link, acme: Firm, later: Later) -> None:
    ask(client)
    path = link("reset-password", KNOWN)
    later(minutes=61)
    assert [client.get(path).status_code, client.post(path, data={"password": NEW}).status_code] == [410, 410]
    assert enter(client, KNOWN) == 303


def test_it_is_void_once_the_password_was_changed_in_another_way(
    app: Flask, client: FlaskClient, link: Link, acme: Firm
) -> None:
    ask(client)
    path = link("reset-password", KNOWN)
    other = app.test_client()
    enter(other, KNOWN)
    changed = other.post("/account/password", data={"current_password": "correct horse battery", "password": NEW})
    assert changed.status_code == 303
    assert client.post(path, data={"password": "yet another one"}).status_code == 410


def test_using_one_voids_the_others(client: FlaskClient, link: Link, acme: Firm) -> None:
    ask(client)
    first = link("reset-password", KNOWN)
    ask(client)
    assert client.post(link("reset-password", KNOWN), data={"password": NEW}).status_code == 303
    assert client.post(first, data={"password": "yet another one"}).status_code == 410


def test_it_ends_every_session_a_copied_cookie_included(
    app: Flask, client: FlaskClient, link: Link, mails: Mails, acme: Firm
) -> None:
    enter(client, KNOWN)
    thief = copy_of(client, app)
    assert is_in(thief)
    ask(app.test_client())
    app.test_client().post(link("reset-password", KNOWN), data={"password": NEW})
    assert [is_in(client), is_in(thief)] == [False, False]
    assert mails("account-notice", KNOWN)[-1]["happened"] == "Your password was changed."


def test_it_does_not_sign_in_by_itself(client: FlaskClient, link: Link, acme: Firm) -> None:
    """A second factor, if there is one, has its say at the door."""
    ask(client)
    client.post(link("reset-password", KNOWN), data={"password": NEW})
    assert not is_in(client)


def test_the_database_holds_no_token(app: Flask, client: FlaskClient, link: Link, mails: Mails, acme: Firm) -> None:
    """Neither the row nor the mail that waits: who reads the database resets nobody's password."""
    ask(client)
    token = link("reset-password", KNOWN).rpartition("/")[2]
    with app.app_context():
        hashes = db.session.scalars(sa.select(PasswordReset.token_hash)).all()
    seed = mails("reset-password", KNOWN)[-1]["token_seed"]
    assert token not in [*hashes, seed]
    assert client.get(f"/reset-password/{seed}").status_code == 410
    assert client.get(f"/reset-password/{hashes[0]}").status_code == 410


def test_the_answer_is_the_same_for_known_and_unknown_addresses(client: FlaskClient, app: Flask, acme: Firm) -> None:
    seen = []
    for email in (KNOWN, UNKNOWN):
        answer = app.test_client().post("/forgot-password", data={"email": email}, follow_redirects=True)
        seen.append((answer.status_code, answer.text.replace(email, "…")))
    # The token of the form differs each time.
    first, second = ([line for line in text.splitlines() if "csrf" not in line.lower()] for _, text in seen)
    assert first == second
    assert seen[0][0] == seen[1][0] == 200


def test_known_and_unknown_addresses_make_the_same_work(app: Flask, acme: Firm) -> None:
    """The same statements, the same passwords hashed: so the same time, within noise."""
    for path, fields in (
        ("/forgot-password", {}),
        ("/sign-in", {"password": "wrong wrong wrong"}),
        ("/register/candidate", {"name": "A", "password": NEW}),
    ):
        work = []
        for email in (KNOWN, UNKNOWN):
            with watched() as done:
                app.test_client().post(path, data={**fields, "email": email})
            work.append(done)
        known, unknown = work
        assert known.count("hash") == unknown.count("hash"), path
        if path != "/register/candidate":  # There the one writes an account and the other does not.
            assert known == unknown, path


def test_a_person_who_was_removed_gets_no_link(
    app: Flask, client: FlaskClient, link: Link, mails: Mails, acme: Firm
) -> None:
    ask(client)
    path = link("reset-password", KNOWN)
    with app.app_context():
        db.session.get_one(User, acme.recruiter).removed_at = sa.func.now()  # type: ignore[assignment]
        db.session.commit()
    assert client.post(path, data={"password": NEW}).status_code == 410
    ask(client)
    assert len(mails("reset-password", KNOWN)) == 1
    assert len(mails("no-account", KNOWN)) == 1


@pytest.mark.parametrize("token", ["x", "0" * 64, "../../etc", "%00", "é" * 40])
def test_a_token_that_never_was_opens_nothing(client: FlaskClient, acme: Firm, token: str) -> None:
    assert client.get(f"/reset-password/{token}").status_code in (400, 404, 410)


@contextmanager
def watched() -> Iterator[list[str]]:
    """The kinds of the SQL statements, and the passwords that are hashed, in their order."""
    done: list[str] = []

    def count(connection: object, cursor: object, statement: str, *_: object) -> None:
        done.append(statement.split()[0])

    hasher = passwords._hasher

    def counted_hasher() -> object:
        done.append("hash")
        return hasher()

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    passwords._hasher = counted_hasher  # type: ignore[assignment]
    try:
        yield done
    finally:
        passwords._hasher = hasher
        sa.event.remove(sa.Engine, "before_cursor_execute", count)
