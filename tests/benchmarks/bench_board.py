"""The board's budgets: as quick with 100,000 applications as with 100, and near what the SQL alone costs."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.benchmarks import filling, measuring
from tests.cast import Firm

SIZES = [100, 10_000, 100_000]


@pytest.mark.parametrize("count", SIZES)
def test_board(
    app: Flask, postgres_url: str, acme: Firm, sign_in: Callable[[int], FlaskClient], count: int, record_property: Any
) -> None:
    filling.fill(postgres_url, company=acme.id, job=acme.job, actor=acme.recruiter, count=count)
    client, address = sign_in(acme.recruiter), f"/jobs/{acme.job}/board"
    with measuring.statements(app) as executed:
        size = len(client.get(address).data)
    bare = measuring.connect(app)
    page = measuring.median(lambda: client.get(address))
    sql = measuring.median(lambda: measuring.replay(bare, executed))
    empty = measuring.median(lambda: client.get("/static/img/mark.svg"))
    floor = sql + empty
    bare.close()
    print(
        f"\nboard of {count:>7,}: {page:6.1f} ms, floor {floor:5.1f} ms (SQL {sql:.1f} + empty route {empty:.1f}), "
        f"{page / floor:.2f} times the floor, {len(executed)} statements, {size / 1024:.0f} KB"
    )
    assert len(executed) <= 6


@pytest.mark.parametrize("count", SIZES)
def test_move(app: Flask, postgres_url: str, acme: Firm, sign_in: Callable[[int], FlaskClient], count: int) -> None:
    filling.fill(postgres_url, company=acme.id, job=acme.job, actor=acme.recruiter, count=count)
    client = sign_in(acme.recruiter)
    bare = measuring.connect(app)
    with bare.cursor() as cursor:
        cursor.execute("SELECT id FROM application WHERE stage = 'applied' AND job_id = %s LIMIT 200", [acme.job])
        waiting = iter([number for (number,) in cursor.fetchall()])
    bare.commit()

    def move() -> Any:
        data = {"stage": "screening", "seq": 1}
        answer = client.post(f"/applications/{next(waiting)}/stage", data=data, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return answer

    runs = 20
    full = measuring.median(move, runs)
    recorded: list[list[tuple[str, Any]]] = []
    for _ in range(runs + measuring.WARM_UP):
        with measuring.statements(app) as executed:
            recorded.append(executed)
            move()
    print(f"\nmove on {count:>7,}: {full:6.1f} ms, {len(executed)} statements")
