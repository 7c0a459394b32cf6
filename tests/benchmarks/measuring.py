"""What an answer costs beside the least it could cost, in one run on one machine."""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from ats.extensions import db

WARM_UP, RUNS = 8, 60

Executed = list[tuple[str, Any, bool]]
"""SQL statements as (text, parameters, whether for many rows)."""


class Bench:
    """Prints, for each action, its median beside a floor: a signed-in route that does nothing, and the SQL bare.

    `copy(name)` makes a database as the application's is at that moment, and returns its address.
    """

    def __init__(self, app: Flask, copy: Callable[[str], str]) -> None:
        self.app, self.copy = app, copy
        self.copies = 0

    def begin(self, title: str, client: FlaskClient) -> None:
        self.empty = statistics.median(timed(lambda: client.get("/empty"), RUNS))
        print(f"\n\n{title}. An empty signed-in route takes {self.empty:.1f} ms.")
        print(f"  {'':<24}{'median':>9}{'floor':>9}{'SQL':>9}{'ratio':>7}  statements  answer")

    def reads(
        self,
        name: str,
        action: Callable[[], Any],
        *,
        status: int = 200,
        budget: float | None = None,
        at_most: float | None = None,
        runs: int = RUNS,
    ) -> None:
        """Something that can be done again and again: its statements are repeated on the same database.

        `budget` is a multiple of the floor, `at_most` milliseconds.
        """
        with statements(self.app) as executed:
            answer = action()
        assert answer.status_code == status, answer.status
        with bare(self.app.config["SQLALCHEMY_DATABASE_URI"]) as connection:
            full = statistics.median(timed(action, runs))
            sql = statistics.median(timed(lambda: replay(connection, executed), runs))
        self._report(name, full, sql, len(executed), len(answer.data), budget, at_most)

    def writes(self, name: str, action: Callable[[], Any], *, runs: int, budget: float | None = None) -> None:
        """Something that can be done once: its statements are repeated on a copy of the database from before."""
        self.copies += 1
        before = self.copy(f"copy_{self.copies}")
        recorded: list[Executed] = []

        def record() -> None:
            with statements(self.app) as executed:
                answer = action()
            assert answer.status_code == 200, answer.status
            recorded.append(executed)

        full = statistics.median(timed(record, runs))
        again = iter(recorded)
        with bare(before) as connection:
            sql = statistics.median(timed(lambda: replay(connection, next(again)), runs))
        self._report(name, full, sql, len(recorded[-1]), 0, budget)

    def _report(
        self,
        name: str,
        full: float,
        sql: float,
        count: int,
        size: int,
        budget: float | None,
        at_most: float | None = None,
    ) -> None:
        floor = sql + self.empty
        verdict = ""
        if budget is not None:
            verdict = f"  budget {budget:g} times: {'kept' if full <= budget * floor else 'EXCEEDED'}"
        if at_most is not None:
            verdict = f"  budget {at_most:g} ms: {'kept' if full <= at_most else 'EXCEEDED'}"
        answer = f"{size / 1024:.0f} KB" if size else "-"
        ratio = full / floor
        print(
            f"  {name:<24}{full:>6.1f} ms{floor:>6.1f} ms{sql:>6.1f} ms{ratio:>7.2f}{count:>12}  {answer:>6}{verdict}"
        )


def timed(action: Callable[[], Any], runs: int) -> list[float]:
    """The times of `runs` actions in milliseconds, after some to warm up."""
    for _ in range(WARM_UP):
        action()
    times = []
    for _ in range(runs):
        start = time.perf_counter()
        action()
        times.append(1000 * (time.perf_counter() - start))
    return times


@contextmanager
def statements(app: Flask) -> Iterator[Executed]:
    """The SQL statements that are executed meanwhile."""
    seen: Executed = []

    def remember(connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool) -> None:
        seen.append((statement, parameters, many))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", remember)
    yield seen
    event.remove(engine, "before_cursor_execute", remember)


def replay(connection: Any, executed: Executed) -> None:
    """The same statements by bare psycopg2, in one transaction, all rows fetched."""
    with connection, connection.cursor() as cursor:
        for statement, parameters, many in executed:
            (cursor.executemany if many else cursor.execute)(statement, parameters)
            if cursor.description:
                cursor.fetchall()


@contextmanager
def bare(url: str) -> Iterator[Any]:
    connection = psycopg2.connect(url.replace("+psycopg2", ""))
    with connection, connection.cursor() as cursor:
        cursor.execute("SET foyer.scope = 'everything'")  # Else row-level security refuses every statement.
    yield connection
    connection.close()
