"""Signing in and out, registering, confirming an address."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.access import Role
from ats.accounts.models import Company, User
from ats.accounts.sessions import UserSession
from ats.extensions import db
from ats.notifications.models import Message
from tests.cast import PASSWORD, Firm


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def credentials(firm: Firm, **changes: str) -> dict[str, str]:
    return {"email": firm.emails["recruiter"], "password": PASSWORD, **changes}


def test_staff_sign_in_and_land_on_their_page(client: FlaskClient, acme: Firm) -> None:
    for role, page in (("recruiter", "/jobs"), ("hiring_manager", "/dashboard"), ("admin", "/jobs")):
        answer = client.post("/sign-in", data=credentials(acme, email=acme.emails[role].upper()))
        assert (answer.status_code, answer.location) == (303, page)
        client.post("/sign-out")


@pytest.mark.parametrize(
    "changes",
    [{"password": PASSWORD + " "}, {"password": PASSWORD.upper()}, {"email": "nobody@mail.example"}, {"password": ""}],
)
def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(
    client: FlaskClient, acme: Firm, changes: dict[str, str]
) -> None:
    answer = client.post("/sign-in", data=credentials(acme, **changes))
    assert answer.status_code == 422
    assert client.get("/jobs").status_code == 302
    page = BeautifulSoup(answer.text, "html.parser")
    email = page.select_one("[name=email]")
    assert email
    assert email["value"] == changes.get("email", acme.emails["recruiter"])
    assert not page.select('[name=password][value]:not([value=""])')


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/jobs?status=draft", "/jobs?status=draft"),
        ("//evil.example", "/jobs"),
        ("/\\evil.example", "/jobs"),
        ("https://evil.example/", "/jobs"),
        ("javascript:alert(1)", "/jobs"),
        ("/\tevil", "/jobs"),
        ("", "/jobs"),
    ],
)
def test_signing_in_leads_to_a_page_of_this_site_only(client: FlaskClient, acme: Firm, target: str, lands: str) -> None:
    assert client.post("/sign-in", data=credentials(acme, next=target)).location == lands


def test_signing_out_ends_the_session_of_a_copied_cookie_too(app: Flask, client: FlaskClient, acme: Firm) -> None:
    client.post("/sign-in", data=credentials(acme))
    thief = app.test_client()
    cookie = client.get_cookie("foyer")
    assert cookie
    thief.set_cookie("foyer", cookie.value)
    assert thief.get("/jobs").status_code == 200
    client.post("/sign-out")
    assert [browser.get("/jobs").status_code for browser in (client, thief)] == [302, 302]


def test_the_database_holds_no_token(client: FlaskClient, app: Flask, acme: Firm) -> None:
    client.post("/sign-in", data=credentials(acme))
    with client.session_transaction() as session, app.app_context():
        assert session["_user_id"] not in db.session.scalars(sa.select(UserSession.token_hash)).all()


def test_signing_out_by_get_is_not_possible(client: FlaskClient, acme: Firm) -> None:
    client.post("/sign-in", data=credentials(acme))
    assert client.get("/sign-out").status_code == 405
    assert client.get("/jobs").status_code == 200


def test_who_registers_a_company_is_its_admin(client: FlaskClient, app: Flask) -> None:
    filled = {"company_name": "Čapek & Söhne", "name": "Olga", "email": "olga@capek.example", "password": PASSWORD}
    answer = client.post("/register/company", data={**filled, "role": "candidate", "company_id": "1", "slug": "x"})
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    with app.app_context():
        user = db.session.scalars(sa.select(User)).one()
        assert user.company
        assert (user.role, user.company.slug, user.company.name) == (Role.ADMIN, "capek-sohne", "Čapek & Söhne")
    assert client.post("/sign-in", data=filled).location == "/jobs"
    assert client.get("/jobs").status_code == 200


def test_a_candidate_who_asks_for_a_role_and_a_company_gets_neither(
    client: FlaskClient, app: Flask, acme: Firm
) -> None:
    filled = {"name": "Eve", "email": "eve@mail.example", "password": PASSWORD}
    client.post("/register/candidate", data={**filled, "role": "admin", "company_id": str(acme.id)})
    with app.app_context():
        user = db.session.scalars(sa.select(User).filter_by(email="eve@mail.example")).one()
        assert (user.role, user.company_id) == (Role.CANDIDATE, None)


def test_companies_of_one_name_get_addresses_of_their_own(client: FlaskClient, app: Flask, acme: Firm) -> None:
    for person in ("a", "b"):
        filled = {"company_name": "Acme", "name": person, "email": f"{person}@x.example", "password": PASSWORD}
        client.post("/register/company", data=filled)
    with app.app_context():
        assert set(db.session.scalars(sa.select(Company.slug))) == {"acme", "acme-2", "acme-3"}


def test_registering_a_known_address_looks_the_same_and_tells_its_owner_by_mail(
    client: FlaskClient, app: Flask, acme: Firm, jane: int
) -> None:
    filled = {"name": "Jane", "password": "another password"}
    known = client.post("/register/candidate", data={**filled, "email": "JANE@mail.example"})
    fresh = client.post("/register/candidate", data={**filled, "email": "new@mail.example"})
    assert (known.status_code, known.location, known.data) == (fresh.status_code, fresh.location, fresh.data)
    with app.app_context():
        tenancy.enter_everything()
        mails = sa.select(Message.template, Message.recipient).where(Message.company_id.is_(None))
        assert sorted(map(tuple, db.session.execute(mails))) == [
            ("already-registered", "jane@mail.example"),
            ("confirm-address", "new@mail.example"),
        ]
    assert client.post("/sign-in", data={"email": "jane@mail.example", "password": PASSWORD}).status_code == 303


@pytest.mark.parametrize("changes", [{"password": "too short"}, {"name": " "}, {"email": "nonsense"}])
def test_a_form_that_is_wrong_says_so_and_keeps_what_was_typed(
    client: FlaskClient, app: Flask, changes: dict[str, str]
) -> None:
    filled = {"company_name": "Acme", "name": "Olga", "email": "olga@x.example", "password": PASSWORD, **changes}
    answer = client.post("/register/company", data=filled)
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    (wrong,) = changes
    assert page.select_one(f"#{wrong}-error")
    assert page.select_one("[name=company_name]")["value"] == "Acme"  # type: ignore[index]
    with app.app_context():
        assert db.session.scalars(sa.select(User)).all() == []


def test_the_link_of_the_mail_confirms_by_a_button_not_by_being_opened(client: FlaskClient, app: Flask) -> None:
    client.post("/register/candidate", data={"name": "A", "email": "a@mail.example", "password": PASSWORD})
    with app.app_context():
        tenancy.enter_everything()
        url = db.session.scalars(sa.select(Message)).one().context["confirm_url"]
    path = url.removeprefix(app.config["PUBLIC_URL"])
    assert confirmed(app) is False
    assert client.get(path).status_code == 200
    assert confirmed(app) is False
    assert client.post(path).status_code == 303
    assert confirmed(app) is True
    assert client.get(path[:-2]).status_code == 404


def confirmed(app: Flask) -> bool:
    with app.app_context():
        return db.session.scalars(sa.select(User)).one().confirmed_at is not None


def test_many_tries_are_slowed_down(app: Flask, settings: dict[str, object], acme: Firm) -> None:
    from ats import create_app

    limited = create_app({**settings, "RATELIMIT_ENABLED": True}).test_client()
    answers = [limited.post("/sign-in", data=credentials(acme, password="wrong wrong wrong")) for _ in range(25)]
    assert {answer.status_code for answer in answers[:10]} == {422}
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert "Too many tries" in answers[-1].text


def test_an_htmx_request_of_an_ended_session_is_sent_to_sign_in_as_a_whole_page(
    app: Flask, acme: Firm, sign_in: Callable[[int], FlaskClient]
) -> None:
    client = sign_in(acme.recruiter)
    with app.app_context():
        db.session.execute(sa.delete(UserSession))
        db.session.commit()
    page = f"http://localhost/jobs/{acme.job}/board"
    answer = client.post(
        f"/applications/{acme.application}/stage", headers={"HX-Request": "true", "HX-Current-URL": page}
    )
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == f"/sign-in?next=/jobs/{acme.job}/board"
