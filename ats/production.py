"""What production insists on before it starts. Each objection is a sentence that says what to set."""

import logging
from collections.abc import Iterator

import psycopg2
import redis
import sqlalchemy as sa
from flask import Flask

from ats import database
from ats.extensions import db

SHORTEST_KEY = 32
FEWEST_DIFFERENT = 12
"""Characters of a key: words and repetitions have fewer."""
SECONDS = 3
"""How long a server that does not answer is waited for."""
EMBEDDED = "foyer-embedded"
"""The cluster_name of the PostgreSQL, and a key in the Valkey, that `make run` starts."""
DEMO_PEOPLE = ("admin@acme.example", "admin@globex.example", "candidate@mail.example")

log = logging.getLogger(__name__)


class Misconfigured(RuntimeError):
    """Production is not safe to start like this; the text says what to set."""


def init_app(app: Flask) -> None:
    """Raises Misconfigured, with all objections, where this is production and there are any."""
    if app.config["FOYER_ENV"] != "production":
        return
    if found := list(objections(app)):
        raise Misconfigured(" ".join(found))
    # Whoever changes the role later, or was not to be reached now, is looked at again.
    with app.app_context():
        sa.event.listen(db.engine, "connect", refuse_a_role_above_the_wall)


def objections(app: Flask) -> Iterator[str]:
    """What production would not start with, most of it by the settings alone."""
    config = app.config
    if config["FOYER_ENV"] not in ("production", "development", "test"):
        yield "FOYER_ENV must be production, development or test."
    if len(config["SECRET_KEY"]) < SHORTEST_KEY or len(set(config["SECRET_KEY"])) < FEWEST_DIFFERENT:
        yield (
            f"SECRET_KEY must be at least {SHORTEST_KEY} random characters in production; "
            "`python -c 'import secrets; print(secrets.token_urlsafe(48))'` makes some."
        )
    if app.debug:
        yield "FLASK_DEBUG must not be set in production: its error pages run code for whoever asks."
    if not config["TRUSTED_HOSTS"]:
        yield "TRUSTED_HOSTS must name the hosts that this server answers for, separated by spaces."
    if config["DEV_MAILDIR"]:
        yield "DEV_MAILDIR must not be set in production: it is where everybody's mails can be read."
    yield from _of_postgresql(config["DATABASE_URL"])
    yield from _of_redis(config["REDIS_URL"])


def refuse_a_role_above_the_wall(connection: psycopg2.extensions.connection, *_: object) -> None:
    found = database.risk(connection)
    connection.rollback()
    if found:
        raise Misconfigured(found)


def _of_postgresql(address: str) -> Iterator[str]:
    """Nothing if it does not answer: that is no misconfiguration, and every new connection is looked at again."""
    rest = database.url(address).partition("://")[2]
    try:
        connection = psycopg2.connect(f"postgresql://{rest}", connect_timeout=SECONDS)
    except psycopg2.Error as error:
        log.warning("PostgreSQL cannot be asked who we are to it: %s", str(error).strip().partition("\n")[0])
        return
    try:
        if found := database.risk(connection):
            yield found
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('cluster_name'), to_regclass('public.\"user\"') IS NOT NULL")
            cluster, has_users = cursor.fetchone() or ("", False)
            if cluster == EMBEDDED:
                yield "DATABASE_URL leads to the PostgreSQL that `make run` starts: give production its own server."
            if has_users and not found:
                cursor.execute('SELECT count(*) FROM "user" WHERE email IN %s', [DEMO_PEOPLE])
                if cursor.fetchall() != [(0,)]:
                    yield (
                        "The database holds the accounts of the demo, whose password everybody knows: "
                        "give production an empty database, and migrate it."
                    )
    finally:
        connection.close()


def _of_redis(address: str) -> Iterator[str]:
    try:
        with redis.from_url(address, socket_connect_timeout=SECONDS, socket_timeout=SECONDS, retry=None) as server:
            embedded = server.exists(EMBEDDED)
    except redis.RedisError as error:
        log.warning("Redis cannot be reached: %s", type(error).__name__)
        return
    if embedded:
        yield "REDIS_URL leads to the Valkey that `make run` starts: give production a server of its own."
