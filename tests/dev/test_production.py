"""Production does not start unsafe, and says in a sentence what to do about it."""

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import redis
from flask import Flask

from ats import create_app, production
from ats.accounts.models import User
from ats.dev.servers import OWNER, Postgres
from ats.extensions import db
from ats.production import Misconfigured
from tests.cast import PASSWORD
from tests.sitemap import PRODUCTION

ROOT = Path(__file__).parents[2]

UNSAFE: dict[str, tuple[dict[str, Any], str]] = {
    "no key": ({"SECRET_KEY": ""}, "SECRET_KEY must be at least 32 random characters"),
    "a short key": ({"SECRET_KEY": "0123456789abcdef"}, "SECRET_KEY must be at least 32"),
    "a word for a key": ({"SECRET_KEY": "change-me-" * 5}, "SECRET_KEY must be at least 32"),
    "one letter": ({"SECRET_KEY": "x" * 64}, "SECRET_KEY must be at least 32"),
    "debug": ({"DEBUG": True}, "FLASK_DEBUG must not be set"),
    "no hosts": ({"TRUSTED_HOSTS": None}, "TRUSTED_HOSTS must name the hosts"),
    "the mail catcher": ({"DEV_MAILDIR": "/var/mail"}, "DEV_MAILDIR must not be set"),
}


@pytest.fixture
def safe(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**settings, **PRODUCTION}


def test_a_safe_configuration_starts(safe: dict[str, Any]) -> None:
    assert create_app(safe).test_client().get("/sign-in", base_url="https://jobs.example").status_code == 200


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_one_does_not(safe: dict[str, Any], name: str) -> None:
    changes, sentence = UNSAFE[name]
    with pytest.raises(Misconfigured, match=sentence) as refusal:
        create_app({**safe, **changes})
    assert str(refusal.value).endswith(".")
    assert not (changes.get("SECRET_KEY") and changes["SECRET_KEY"] in str(refusal.value)), "It tells the key."
    create_app({**safe, **changes, "FOYER_ENV": "test"})


def test_it_says_all_at_once(safe: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured) as refusal:
        create_app({**safe, "SECRET_KEY": "", "TRUSTED_HOSTS": None})
    assert "SECRET_KEY" in str(refusal.value)
    assert "TRUSTED_HOSTS" in str(refusal.value)


def test_a_role_above_row_level_security_does_not_start(safe: dict[str, Any], postgres: Postgres) -> None:
    for role, sentence in (("foyer", "is a superuser"), (OWNER, "owns the tables")):
        with pytest.raises(Misconfigured, match=sentence) as refusal:
            create_app({**safe, "DATABASE_URL": postgres.url("test", role=role)})
        assert "MIGRATIONS_DATABASE_URL" in str(refusal.value)


def test_a_role_that_rises_later_is_refused_its_connection(
    safe: dict[str, Any], postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where PostgreSQL did not answer when the application started."""
    monkeypatch.setattr(production, "_of_postgresql", lambda address: ())
    app = create_app({**safe, "DATABASE_URL": postgres.url("test")})
    with app.app_context(), pytest.raises(Misconfigured, match="is a superuser"):
        db.session.execute(db.select(User))


def test_a_server_that_does_not_answer_is_no_misconfiguration(safe: dict[str, Any]) -> None:
    create_app({**safe, "DATABASE_URL": "postgresql://127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"})


def test_the_accounts_of_the_demo_do_not_go_into_production(safe: dict[str, Any], app: Flask) -> None:
    with app.app_context():
        db.session.add(User.register(name="Robin", email="candidate@mail.example", password=PASSWORD))
        db.session.commit()
    with pytest.raises(Misconfigured, match="accounts of the demo"):
        create_app(safe)


def test_production_has_no_command_that_loads_the_demo(safe: dict[str, Any], app: Flask) -> None:
    assert "load-demo" in app.cli.commands
    assert "load-demo" not in create_app(safe).cli.commands


def test_the_servers_of_make_run_are_refused(
    safe: dict[str, Any], var: Path, redis_url: str, create_database: Callable[..., str]
) -> None:
    server = Postgres(var / "postgres").start()
    try:
        role = server.ensure_role("foyer_app")
        with pytest.raises(Misconfigured, match="PostgreSQL that `make run` starts"):
            create_app({**safe, "DATABASE_URL": server.url(role=role)})
    finally:
        server.stop()
    with redis.from_url(redis_url) as valkey:
        valkey.set(production.EMBEDDED, 1)
    with pytest.raises(Misconfigured, match="Valkey that `make run` starts"):
        create_app(safe)


def test_check_config_says_the_same_ahead_of_time(safe: dict[str, Any], postgres: Postgres) -> None:
    environment = {
        "FOYER_ENV": "production",
        "SECRET_KEY": "short",
        "FLASK_DEBUG": "1",
        "DATABASE_URL": postgres.url("test"),
        "REDIS_URL": safe["REDIS_URL"],
    }
    found = check_config(environment)
    assert found.returncode == 1, found.stderr
    sentences = found.stdout.splitlines()
    assert [sentence.split()[0] for sentence in sentences] == [
        "SECRET_KEY",
        "FLASK_DEBUG",
        "TRUSTED_HOSTS",
        "DATABASE_URL",
    ]
    assert all(sentence.endswith((".", "some.")) for sentence in sentences)
    good = {"SECRET_KEY": safe["SECRET_KEY"], "TRUSTED_HOSTS": "jobs.example", "DATABASE_URL": safe["DATABASE_URL"]}
    found = check_config({**environment, **good, "FLASK_DEBUG": "0"})
    assert (found.returncode, found.stdout) == (0, ""), found.stderr


def check_config(environment: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    inherited = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "check-config"]
    return subprocess.run(
        command, cwd=ROOT, env={**inherited, **environment}, capture_output=True, text=True, check=False
    )
