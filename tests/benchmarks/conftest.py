"""The benchmark's own PostgreSQL, one that waits for the disk as in production, and its own application."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from ats import create_app
from ats.access import Role, requires
from ats.dev.servers import Postgres
from ats.extensions import db
from tests.benchmarks.measuring import Bench
from tests.cast import Browser


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    server = Postgres(Path(tmp_path_factory.mktemp("postgres"), "data")).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def app(settings: Mapping[str, Any]) -> Flask:
    """As everywhere, with a route that does nothing: the floor."""
    app = create_app(settings)
    app.test_client_class = Browser
    app.add_url_rule("/empty", "empty", requires(Role.HIRING_MANAGER)(lambda: ""))
    return app


@pytest.fixture(scope="session")
def bench(app: Flask, create_database: Callable[..., str]) -> Bench:
    def copy(name: str) -> str:
        with app.app_context():
            db.engine.dispose()  # PostgreSQL copies only databases that nobody is connected to.
        return create_database(name, template="test")

    return Bench(app, copy)
