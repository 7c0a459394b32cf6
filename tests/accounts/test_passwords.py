"""Passwords: of any characters, exact to the last one, none that is guessed first, and kept as argon2id."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats.accounts import passwords
from ats.accounts.models import User
from ats.extensions import db
from tests.accounts.conftest import enter
from tests.cast import Firm

REGISTRATION = {"company_name": "Kestrel Vale", "name": "Olga Petrova", "email": "olga.petrova@kestrel.example"}


def register(client: FlaskClient, password: str, **changes: str) -> int:
    return client.post("/register/company", data={**REGISTRATION, **changes, "password": password}).status_code


@pytest.mark.parametrize(
    "password",
    [
        "jib tow quay",
        "a kettle of blue herons",
        "пароль на каждый день",
        "🦊🦊 four foxes 🦊🦊",
        "  spaces around it  ",
        "tab\there and there\t",
        "Ω" * 3 + " is not a common thing",
        "".join(chr(33 + number % 90) for number in range(256)),
        "x" * 5 + "".join(chr(0x4E00 + number) for number in range(250)),
        "' OR 1=1; DROP TABLE user; --",
        "%s %(name)s {0} \\n \\u0000",
    ],
)
def test_twelve_to_256_characters_of_any_kind_are_taken_exactly(client: FlaskClient, app: Flask, password: str) -> None:
    assert register(client, password) == 303
    wrong = {password + " ", " " + password, password[:-1], password.swapcase(), password[:72], password.strip()}
    for other in wrong - {password}:
        assert enter(app.test_client(), REGISTRATION["email"], other) == 422
    assert enter(client, REGISTRATION["email"], password) == 303
    with app.app_context():
        kept = db.session.scalars(db.select(User)).one().password_hash
    assert kept.startswith("$argon2id$")
    assert password not in kept


@pytest.mark.parametrize("password", ["", "x" * 11, "elevenchars", "x y" * 86])
def test_shorter_and_longer_ones_are_not(client: FlaskClient, password: str) -> None:
    assert register(client, password) == 422


@pytest.mark.parametrize(
    "password",
    [
        "passwordpassword",
        "Password123456",
        "P@ssw0rd!2024",
        "qwertyuiop[]",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "letmeinletmein",
        "iloveyou12345",
        "1qaz2wsx3edc4rfv",
        "lkjhgfdsapoiu",
    ],
)
def test_common_ones_are_refused(client: FlaskClient, password: str) -> None:
    assert register(client, password) == 422


@pytest.mark.parametrize(
    "password",
    ["KestrelVale2026", "kestrel-vale!!", "OlgaPetrova2026", "olga.petrova!1", "Foyer-Foyer-1", "vale-kestrel-1"],
)
def test_the_names_of_the_company_and_the_person_are_refused(client: FlaskClient, password: str) -> None:
    assert register(client, password) == 422


def test_a_name_within_a_longer_one_is_no_reason(client: FlaskClient) -> None:
    assert register(client, "kestrel over the empty moor") == 303


def test_every_door_to_a_new_password_has_the_same_rules(app: Flask, client: FlaskClient, acme: Firm) -> None:
    enter(client, "recruiter@acme.example")
    for password in ("Password123456", "acme-acme-2026", "x" * 11):
        data = {"current_password": "correct horse battery", "password": password}
        assert client.post("/account/password", data=data).status_code == 422


def test_the_cost_is_that_of_the_standard_and_an_older_hash_is_renewed(app: Flask, acme: Firm) -> None:
    with app.app_context():
        cheap = passwords.hashed("a kettle of blue herons")
        app.config["ARGON2"], kept = {}, app.config["ARGON2"]
        try:
            dear = passwords.hashed("a kettle of blue herons")
            assert passwords.is_outdated(cheap)
            assert not passwords.is_outdated(dear)
            memory = re.search(r"\$m=(\d+),", dear)
            assert memory
            assert int(memory[1]) >= 19 * 1024, "OWASP: at least 19 MiB"
            assert passwords.match(cheap, "a kettle of blue herons")
        finally:
            app.config["ARGON2"] = kept
        user = db.session.get_one(User, acme.recruiter)
        user.password_hash = dear
        db.session.commit()
        assert User.with_password(user.email, "a kettle of blue herons") is user
        assert user.password_hash != dear
