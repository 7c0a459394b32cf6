"""One's own account: another address proves itself first, and the old one hears of it."""

from flask import Flask
from flask.testing import FlaskClient

from ats.accounts.models import User
from ats.extensions import db
from tests.accounts.conftest import Link, Mails, enter, is_in
from tests.cast import PASSWORD, Firm

OLD, NEW = "recruiter@acme.example", "new-address@acme.example"


def ask(client: FlaskClient, email: str = NEW, password: str = PASSWORD) -> int:
    return client.post("/account/email", data={"email": email, "current_password": password}).status_code


def email_of(app: Flask, user: int) -> str:
    with app.app_context():
        return db.session.get_one(User, user).email


def test_an_address_changes_when_the_new_one_has_proved_itself(
    app: Flask, client: FlaskClient, link: Link, mails: Mails, acme: Firm
) -> None:
    enter(client, OLD)
    assert ask(client) == 303
    assert NEW in mails("account-notice", OLD)[-1]["happened"]
    path = link("new-address", NEW)
    assert client.get(path).status_code == 200
    assert email_of(app, acme.recruiter) == OLD
    assert app.test_client().post(path).status_code == 303  # The mail may be read in another browser.
    assert email_of(app, acme.recruiter) == NEW
    assert "Mails no longer come here" in mails("account-notice", OLD)[-1]["happened"]
    assert [enter(client, OLD), enter(client, NEW)] == [422, 303]


def test_it_needs_the_password(app: Flask, client: FlaskClient, mails: Mails, acme: Firm) -> None:
    enter(client, OLD)
    assert ask(client, password="a guess") == 422
    assert ask(client, password="") == 422
    assert mails("new-address", NEW) == []


def test_the_link_is_void_once_the_password_or_the_address_has_changed(
    app: Flask, client: FlaskClient, link: Link, acme: Firm
) -> None:
    enter(client, OLD)
    ask(client)
    path = link("new-address", NEW)
    client.post("/account/password", data={"current_password": PASSWORD, "password": "a kettle of blue herons"})
    assert [client.get(path).status_code, client.post(path).status_code] == [404, 404]
    assert email_of(app, acme.recruiter) == OLD
    assert client.post(path[:-3] + "abc").status_code == 404


def test_a_taken_address_is_told_to_its_owner_alone(
    app: Flask, client: FlaskClient, link: Link, acme: Firm, jane: int
) -> None:
    enter(client, OLD)
    assert ask(client, "jane@mail.example") == ask(client, "nobody@mail.example") == 303
    answer = client.post(link("new-address", "jane@mail.example"))
    assert answer.status_code == 409
    assert email_of(app, acme.recruiter) == OLD


def test_a_confirmation_is_sent_again(client: FlaskClient, mails: Mails, acme: Firm) -> None:
    enter(client, OLD)
    assert client.post("/account/confirmation").status_code == 303
    assert len(mails("confirm-address", OLD)) == 1
    assert is_in(client)


def test_only_the_name_is_taken_from_the_form_of_the_name(app: Flask, client: FlaskClient, acme: Firm) -> None:
    enter(client, OLD)
    data = {"name": "Rosa", "role": "admin", "company_id": "2", "email": NEW, "confirmed_at": "2020-01-01"}
    assert client.post("/account", data=data).status_code == 303
    with app.app_context():
        user = db.session.get_one(User, acme.recruiter)
        assert (user.name, str(user.role), user.company_id, user.email) == ("Rosa", "recruiter", acme.id, OLD)
        assert user.confirmed_at is None
