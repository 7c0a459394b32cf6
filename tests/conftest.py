"""Everything a test may ask for by name. Each test process has servers of its own, and each test finds them empty."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import flask_migrate
import psycopg2
import pytest
import redis
from flask import Flask
from rq import Queue, SimpleWorker
from rq.job import Job
from rq.serializers import JSONSerializer
from werkzeug.serving import make_server

from ats import create_app
from ats.background import FILES, MAIL
from ats.dev.servers import APPLICATION, OWNER, Postgres, Valkey
from ats.extensions import db, limiter
from tests.cast import Browser, acme, globex, jane, otto, scope, sign_in
from tests.mailbox import Mailbox
from tests.sitemap import own, strange

__all__ = ["acme", "globex", "jane", "otto", "own", "scope", "sign_in", "strange"]

ROOT = Path(__file__).parents[1]
LIMITER: dict[str, Any] = {}
"""How the limiter is for `app`. All applications of a process share it, and the last one that is made has its way."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres().start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def create_database(postgres: Postgres) -> Callable[..., str]:
    """`create_database(name)` makes a database and returns its address; `template=` names one to copy."""

    owner, application = postgres.ensure_role(OWNER), postgres.ensure_role(APPLICATION)

    def create(name: str, *, template: str = "template0") -> str:
        connection = psycopg2.connect(postgres.url())
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" OWNER "{owner}"')
        connection.close()
        return postgres.url(name, role=application)

    return create


@pytest.fixture(scope="session")
def migrated_template(create_database: Callable[..., str], postgres: Postgres) -> str:
    """The name of a database that the migrations have made: copying it takes a tenth of the time of migrating."""
    addresses = {
        "DATABASE_URL": create_database("migrated"),
        "MIGRATIONS_DATABASE_URL": postgres.url("migrated", role=OWNER),
    }
    app = create_app({"FOYER_ENV": "test", "SECRET_KEY": "x" * 64, **addresses})
    with app.app_context():
        flask_migrate.upgrade(directory=str(ROOT / "migrations"))
        db.engine.dispose()  # PostgreSQL copies only databases that nobody is connected to.
    return "migrated"


@pytest.fixture(scope="session")
def database_url(create_database: Callable[..., str], migrated_template: str) -> str:
    """As the application connects: as a role that owns nothing."""
    return create_database("test", template=migrated_template)


@pytest.fixture(scope="session")
def postgres_url(database_url: str, postgres: Postgres) -> str:
    """As a superuser connects, to whom row-level security does not apply: for looking on from outside."""
    return postgres.url("test")


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    server = Valkey().start()
    yield server.url()
    server.stop()


@pytest.fixture(scope="session")
def smtp() -> Iterator[Mailbox]:
    mailbox = Mailbox()
    mailbox.start()
    yield mailbox
    mailbox.stop()


@pytest.fixture(scope="session")
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="session")
def settings(
    database_url: str, postgres_url: str, postgres: Postgres, redis_url: str, smtp: Mailbox, uploads: Path
) -> Mapping[str, Any]:
    """The settings of `app`, for a test that needs another application on the same servers."""
    return {
        "FOYER_ENV": "test",
        "TESTING": True,
        "SECRET_KEY": "not-a-secret-" * 5,
        "DATABASE_URL": database_url,
        "MIGRATIONS_DATABASE_URL": postgres.url("test", role=OWNER),
        "REDIS_URL": redis_url,
        "UPLOADS_URL": uploads.as_uri(),
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": smtp.port,
        "MAIL_SUPPRESS_SEND": False,  # Flask-Mail would suppress it under TESTING.
        "TRUSTED_HOSTS": None,
        "WTF_CSRF_ENABLED": False,
        "ARGON2": {"time_cost": 1, "memory_cost": 8, "parallelism": 1},  # What is tested is not how slow it is.
        "RATELIMIT_ENABLED": False,
        "APPLY_SECONDS": 0,  # Tests are faster than people.
    }


@pytest.fixture(scope="session")
def app(settings: Mapping[str, Any]) -> Flask:
    app = create_app(settings)
    app.test_client_class = Browser
    LIMITER.update(vars(limiter))
    return app


@pytest.fixture(scope="session")
def strict_app(settings: Mapping[str, Any]) -> Flask:
    """As `app`, with CSRF protection on."""
    app = create_app({**settings, "WTF_CSRF_ENABLED": True})
    app.test_client_class = Browser
    return app


@pytest.fixture(autouse=True)
def clean_slate(request: pytest.FixtureRequest) -> Iterator[None]:
    """Empty what the test may have filled: tables, Valkey, the mailbox, the folder of uploads."""
    vars(limiter).update(LIMITER)
    yield
    if "postgres_url" in request.fixturenames:
        _empty_tables(request.getfixturevalue("postgres_url"))
    if "redis_url" in request.fixturenames:
        redis.from_url(request.getfixturevalue("redis_url")).flushall()
    if "smtp" in request.fixturenames:
        request.getfixturevalue("smtp").clear()
    if "uploads" in request.fixturenames:
        for entry in request.getfixturevalue("uploads").iterdir():
            shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _empty_tables(url: str) -> None:
    connection = psycopg2.connect(url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version'")
        tables = [name for (name,) in cursor.fetchall()]
        # As a replica: no foreign keys, and no trigger that guards the history. Several times faster than TRUNCATE.
        deletions = "".join(f'DELETE FROM "{name}";' for name in tables)
        cursor.execute(f"SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '10s'; {deletions}")
    connection.close()


@pytest.fixture
def run_worker(app: Flask) -> Callable[[], None]:
    """`run_worker()` does all waiting jobs, here and now. A job that raises makes it raise."""

    def run() -> None:
        failures: list[BaseException] = []

        def remember(job: Job, kind: type[BaseException], error: BaseException, trace: Any) -> bool:
            failures.append(error)
            return True

        with app.app_context(), redis.from_url(app.config["REDIS_URL"]) as connection:
            queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in (MAIL, FILES)]
            worker = SimpleWorker(
                queues, connection=connection, serializer=JSONSerializer, exception_handlers=[remember]
            )
            worker.work(burst=True, logging_level="ERROR")
        if failures:
            raise failures[0]

    return run


@pytest.fixture(scope="session")
def live_server(app: Flask) -> Iterator[str]:
    """The address of `app`, served on a free port from a thread of this process."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Chromium: the machine's, else the one that `make` has unpacked."""
    unpacked = ROOT / ".cache" / "chromium"
    environment = dict(os.environ)
    if (unpacked / "chromium").exists():
        environment |= {"LD_LIBRARY_PATH": str(unpacked / "lib"), "FONTCONFIG_PATH": str(unpacked)}
        program = str(unpacked / "chromium")
    else:
        program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")
        assert program, "No Chromium was found: `make test` unpacks one."
    quiet = ["background-networking", "component-update", "sync", "quic", "gpu"]
    # Chromium's own sandbox refuses to start as root; all it opens here is our own pages.
    arguments = ["--no-sandbox", "--no-first-run", *(f"--disable-{feature}" for feature in quiet)]
    return {**browser_type_launch_args, "executable_path": program, "env": environment, "args": arguments}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any], live_server: str) -> dict[str, Any]:
    """`page.goto("/jobs")` opens a page of the live server."""
    return {**browser_context_args, "base_url": live_server}
