"""What an answer costs beside the least it could cost, in one run on one machine."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from flask import Flask
from sqlalchemy import event

from ats.extensions import db

WARM_UP, RUNS = 8, 60


def median(action: Callable[[], Any], runs: int = RUNS) -> float:
    """The median time of the action in milliseconds."""
    for _ in range(min(WARM_UP, runs)):
        action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)


@contextmanager
def statements(app: Flask) -> Iterator[list[tuple[str, Any]]]:
    """The SQL statements, with their parameters, that are executed meanwhile."""
    seen: list[tuple[str, Any]] = []

    def remember(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        seen.append((statement, parameters))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", remember)
    yield seen
    event.remove(engine, "before_cursor_execute", remember)


def replay(connection: Any, executed: list[tuple[str, Any]]) -> None:
    """The same statements by bare psycopg2, in one transaction, all rows fetched."""
    with connection, connection.cursor() as cursor:
        for statement, parameters in executed:
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()


def connect(app: Flask) -> Any:
    return psycopg2.connect(app.config["SQLALCHEMY_DATABASE_URI"].replace("+psycopg2", ""))
