"""The second factor: a code from an app, once; recovery codes, once each; and a company that wants it of everybody."""

import time
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats.accounts import second_factor, totp
from ats.accounts.models import Company, User
from ats.accounts.second_factor import RecoveryCode, SecondFactor
from ats.extensions import db
from tests.accounts.conftest import Mails, copy_of, enter, is_in
from tests.cast import PASSWORD, Firm
from tests.page import Page
from tests.sitemap import HTMX

RECRUITER, ADMIN = "recruiter@acme.example", "admin@acme.example"
SetUp = Callable[[], list[str]]


class Phone:
    """An authenticator app, whose clock one may set."""

    def __init__(self, secret: str) -> None:
        self.secret, self.step = secret, int(time.time()) // totp.STEP_SECONDS

    def code(self, ahead: int = 0) -> str:
        return totp.code(self.secret, self.step + ahead)


def switch_on(client: FlaskClient) -> tuple[Phone, list[str]]:
    page = Page.at(client, "/account/second-factor")
    phone = Phone(page.one("code.secret").get_text().replace(" ", ""))
    answer = client.post("/account/second-factor", data={"code": phone.code(-1)})
    assert answer.status_code == 200, answer.text
    return phone, [code.get_text() for code in Page.of(answer).all("code")]


@pytest.fixture
def phone_and_codes(client: FlaskClient, acme: Firm) -> tuple[Phone, list[str]]:
    """The recruiter's, switched on, and everybody signed out."""
    enter(client, RECRUITER)
    phone, codes = switch_on(client)
    client.post("/sign-out")
    return phone, codes


def test_the_values_of_the_standard_come_out() -> None:
    """RFC 6238, appendix B, SHA-1; RFC 4226, appendix D."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for moment, code in (
        (59, "94287082"),
        (1111111109, "07081804"),
        (1234567890, "89005924"),
        (20000000000, "65353130"),
    ):
        assert totp.code(secret, moment // 30, digits=8) == code
    assert [totp.code(secret, step) for step in range(3)] == ["755224", "287082", "359152"]
    assert totp.step_of(secret, "287 082", after=0, now=59) == 1
    assert totp.step_of(secret, "287082", after=1, now=59) is None
    assert totp.step_of(secret, "287082", after=0, now=59 + 61) is None


def test_the_password_alone_opens_nothing(
    app: Flask, client: FlaskClient, phone_and_codes: tuple[Phone, list[str]]
) -> None:
    phone, _ = phone_and_codes
    answer = client.post("/sign-in", data={"email": RECRUITER, "password": PASSWORD, "next": "/applications"})
    assert answer.location == "/sign-in/code"
    assert not is_in(client)
    assert not is_in(copy_of(client, app))
    assert client.get("/jobs", headers=HTMX).status_code == 401
    assert client.post("/sign-in/code", data={"code": "000000"}).status_code == 422
    assert not is_in(client)
    answer = client.post("/sign-in/code", data={"code": phone.code()})
    assert (answer.status_code, answer.location) == (303, "/applications")
    assert is_in(client)


def test_a_code_is_taken_once(app: Flask, client: FlaskClient, phone_and_codes: tuple[Phone, list[str]]) -> None:
    """Not even for somebody who looked over a shoulder, nor one of before."""
    phone, _ = phone_and_codes
    for browser, ahead, status in ((client, 1, 303), (app.test_client(), 1, 422), (app.test_client(), 0, 422)):
        enter(browser, RECRUITER)
        assert browser.post("/sign-in/code", data={"code": phone.code(ahead)}).status_code == status


def test_a_recovery_code_stands_in_once(
    app: Flask, client: FlaskClient, phone_and_codes: tuple[Phone, list[str]]
) -> None:
    _, codes = phone_and_codes
    assert len(set(codes)) == 10
    for typed, status in ((codes[0].upper().replace("-", " "), 303), (codes[0], 422), (codes[1], 303)):
        browser = app.test_client()
        enter(browser, RECRUITER)
        assert browser.post("/sign-in/code", data={"code": typed}).status_code == status
    with app.app_context():
        kept = db.session.scalars(sa.select(RecoveryCode.code_hash)).all()
    assert len(kept) == 8
    assert not set(kept) & set(codes)


def test_new_recovery_codes_void_the_old_ones_and_need_the_password(
    app: Flask, client: FlaskClient, phone_and_codes: tuple[Phone, list[str]]
) -> None:
    phone, old = phone_and_codes
    enter(client, RECRUITER)
    client.post("/sign-in/code", data={"code": phone.code()})
    path = "/account/second-factor/recovery-codes"
    assert client.post(path, data={"current_password": "a guess"}).status_code == 422
    new = [code.get_text() for code in Page.of(client.post(path, data={"current_password": PASSWORD})).all("code")]
    assert not set(new) & set(old)
    for code, status in ((old[0], 422), (new[0], 303)):
        browser = app.test_client()
        enter(browser, RECRUITER)
        assert browser.post("/sign-in/code", data={"code": code}).status_code == status


def test_half_way_in_lasts_ten_minutes_and_no_longer_than_the_password(
    app: Flask, client: FlaskClient, phone_and_codes: tuple[Phone, list[str]], acme: Firm
) -> None:
    phone, _ = phone_and_codes
    enter(client, RECRUITER)
    with client.session_transaction() as session:
        session["second_step"] = {**session["second_step"], "since": time.time() - 601}
    assert client.post("/sign-in/code", data={"code": phone.code()}).location == "/sign-in"
    enter(client, RECRUITER)
    with app.app_context():
        db.session.get_one(User, acme.recruiter).set_password("a kettle of blue herons")
        db.session.commit()
    assert client.post("/sign-in/code", data={"code": phone.code()}).location == "/sign-in"
    assert not is_in(client)


def test_switching_it_on_ends_the_other_sessions_and_tells_the_owner(
    app: Flask, client: FlaskClient, mails: Mails, acme: Firm
) -> None:
    other = app.test_client()
    for browser in (client, other):
        enter(browser, RECRUITER)
    thief = copy_of(client, app)
    switch_on(client)
    assert [is_in(client), is_in(other), is_in(thief)] == [True, False, False]
    assert "second factor was switched on" in mails("account-notice", RECRUITER)[-1]["happened"]


def test_it_is_on_only_when_the_app_has_the_secret(app: Flask, client: FlaskClient, acme: Firm) -> None:
    enter(client, RECRUITER)
    client.get("/account/second-factor")
    for code in ("000000", "", "abc", "१२३४५६", "0" * 51):
        assert client.post("/account/second-factor", data={"code": code}).status_code == 422
    with app.app_context():
        assert db.session.scalars(sa.select(SecondFactor)).all() == []


def test_switching_it_off_needs_the_password_and_tells_the_owner(
    client: FlaskClient, mails: Mails, phone_and_codes: tuple[Phone, list[str]]
) -> None:
    phone, _ = phone_and_codes
    enter(client, RECRUITER)
    client.post("/sign-in/code", data={"code": phone.code()})
    path = "/account/second-factor/removal"
    assert client.post(path, data={"current_password": "a guess"}).status_code == 422
    assert client.post(path, data={"current_password": PASSWORD}).status_code == 303
    assert "second factor was switched off" in mails("account-notice", RECRUITER)[-1]["happened"]
    client.post("/sign-out")
    assert enter(client, RECRUITER) == 303
    assert is_in(client)


def test_a_company_that_wants_it_lets_nobody_go_on_without(
    app: Flask, client: FlaskClient, acme: Firm, globex: Firm, sign_in: Callable[[int], FlaskClient]
) -> None:
    admin = sign_in(acme.admin)
    assert admin.post("/settings/security", data={"second_factor_required": "y"}).status_code == 303
    with app.app_context():
        assert db.session.get_one(Company, acme.id).second_factor_required
    enter(client, RECRUITER)
    for path in ("/jobs", "/applications", "/account", f"/jobs/{acme.job}/board", "/dashboard"):
        answer = client.get(path)
        assert (answer.status_code, answer.location) == (302, "/account/second-factor")
        assert client.get(path, headers=HTMX).headers["HX-Redirect"] == "/account/second-factor"
    moved = client.post(f"/applications/{acme.application}/stage", data={"stage": "screening", "seq": "1"})
    assert (moved.status_code, moved.location) == (302, "/account/second-factor")
    switch_on(client)
    assert client.get("/jobs").status_code == 200
    assert sign_in(globex.recruiter).get("/jobs").status_code == 200


def test_an_admin_helps_who_lost_phone_and_codes(
    app: Flask,
    client: FlaskClient,
    mails: Mails,
    phone_and_codes: tuple[Phone, list[str]],
    acme: Firm,
    sign_in: Callable[[int], FlaskClient],
) -> None:
    assert sign_in(acme.manager).post(f"/team/{acme.recruiter}/second-factor").status_code == 403
    assert sign_in(acme.admin).post(f"/team/{acme.recruiter}/second-factor").status_code == 303
    assert "an admin of your company, switched off" in mails("account-notice", RECRUITER)[-1]["happened"]
    assert enter(client, RECRUITER) == 303
    assert is_in(client)
    with app.app_context():
        assert db.session.scalars(sa.select(RecoveryCode)).all() == []


def test_the_secret_is_in_no_page_once_it_is_on(client: FlaskClient, acme: Firm) -> None:
    enter(client, RECRUITER)
    phone, _ = switch_on(client)
    assert phone.secret not in client.get("/account/second-factor").text.replace(" ", "")
    assert second_factor.RECOVERY_CODES == 10
