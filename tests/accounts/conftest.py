"""What the tests of accounts ask for: mails by their kind, the links in them, and time that goes by."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts import tokens
from ats.extensions import db
from ats.notifications.models import Message
from tests.cast import PASSWORD

Mails = Callable[[str, str], list[dict[str, Any]]]
Link = Callable[[str, str], str]
Later = Callable[..., None]

PATHS = {"reset-password": "/reset-password/", "invitation": "/join/{slug}/"}
MOMENTS = {
    "user_session": ("seen_at", "created_at"),
    "password_reset": ("created_at",),
    "invitation": ("sent_at",),
    "audit_event": ("created_at",),
}


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def mails(app: Flask) -> Mails:
    """`mails(template, recipient)` are the contexts of these mails, the first first."""

    def of(template: str, recipient: str) -> list[dict[str, Any]]:
        with app.app_context():
            tenancy.enter_everything()
            wanted = sa.select(Message.context).filter_by(template=template, recipient=recipient)
            return list(db.session.scalars(wanted.order_by(Message.id)))

    return of


@pytest.fixture
def link(app: Flask, mails: Mails) -> Link:
    """`link(template, recipient)` is the path of the link in the last of these mails."""

    def of(template: str, recipient: str) -> str:
        context = mails(template, recipient)[-1]
        if "confirm_url" in context:
            return context["confirm_url"].removeprefix(app.config["PUBLIC_URL"])
        with app.app_context():
            return PATHS[template].format(**context) + tokens.of_seed(context["token_seed"])

    return of


@pytest.fixture
def later(postgres_url: str) -> Later:
    """`later(hours=2)` makes what was written so far so much older."""

    def pass_by(**time: float) -> None:
        with psycopg2.connect(postgres_url) as connection, connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")  # The trail refuses to be changed.
            for table, columns in MOMENTS.items():
                for column in columns:
                    cursor.execute(f"UPDATE {table} SET {column} = {column} - %s", [timedelta(**time)])
        connection.close()

    return pass_by


def enter(client: FlaskClient, email: str, password: str = PASSWORD, **fields: str) -> int:
    """Sign in by the form; its status."""
    return client.post("/sign-in", data={"email": email, "password": password, **fields}).status_code


def is_in(client: FlaskClient) -> bool:
    return client.get("/account").status_code == 200


def copy_of(client: FlaskClient, app: Flask) -> FlaskClient:
    """Another browser with the same cookie."""
    cookie = client.get_cookie("foyer")
    assert cookie
    thief = app.test_client()
    thief.set_cookie("foyer", cookie.value)
    return thief
