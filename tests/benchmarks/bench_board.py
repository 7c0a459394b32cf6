"""The board's budgets: as quick with 100,000 applications as with 100, and near what the SQL alone costs."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.benchmarks import filling
from tests.benchmarks.measuring import Bench
from tests.cast import Firm


@pytest.mark.parametrize("count", [100, 10_000, 100_000], ids="{:,} applications".format)
def test_board(
    bench: Bench, app: Flask, postgres_url: str, acme: Firm, sign_in: Callable[[int], FlaskClient], count: int
) -> None:
    filling.fill(postgres_url, company=acme.id, job=acme.job, actor=acme.recruiter, count=count)
    client, job = sign_in(acme.recruiter), f"/jobs/{acme.job}"
    bench.begin(f"A job with {count:,} applications", client)

    version = client.get(f"{job}/changes").headers["ETag"]
    bench.reads("open the board", lambda: client.get(f"{job}/board"), budget=3)
    bench.reads("filter by text", lambda: client.get(f"{job}/board?q=bakery+17"))
    bench.reads("filter by source", lambda: client.get(f"{job}/board?source=Referral"))
    bench.reads("filter by mine", lambda: client.get(f"{job}/board?mine=1"))
    bench.reads("longest waiting first", lambda: client.get(f"{job}/board?sort=longest"))
    further = client.get(f"{job}/board/applied").text.partition("after=")[2].partition('"')[0].partition("&amp;")[0]
    bench.reads("scroll to more cards", lambda: client.get(f"{job}/board/applied?after={further}"))
    headers = {"If-None-Match": version, "HX-Request": "true"}
    bench.reads("poll, nothing new", lambda: client.get(f"{job}/changes", headers=headers), status=304, budget=2)

    waiting = iter(filling.waiting(postgres_url, acme.job))

    def move() -> object:
        data = {"stage": "screening", "seq": 1}
        return client.post(f"/applications/{next(waiting)}/stage", data=data, headers={"HX-Request": "true"})

    bench.writes("move a card", move, runs=25, budget=2)
