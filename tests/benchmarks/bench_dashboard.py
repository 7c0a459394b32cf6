"""The dashboard's budget: a company with 100,000 applications and 300,000 changes of stage opens it in 300 ms."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.benchmarks import filling, measuring
from tests.cast import Firm

STATEMENTS = 13


@pytest.mark.parametrize("count", [100, 100_000])
def test_dashboard(
    app: Flask, postgres_url: str, acme: Firm, sign_in: Callable[[int], FlaskClient], count: int
) -> None:
    applications, changes = filling.fill_a_year(postgres_url, company=acme.id, actor=acme.recruiter, count=count)
    client, bare = sign_in(acme.recruiter), measuring.connect(app)
    print(f"\n{applications:,} applications, {changes:,} changes of stage")
    for address in (
        "/dashboard?period=30",
        "/dashboard",
        "/dashboard?period=365",
        "/dashboard?period=365&department=Department+1",
        f"/jobs/{acme.job + 1}/report?period=365",
        "/applications?from=2020-01-01&to=2099-12-31&event=left-screening",
        "/exports",
    ):
        with measuring.statements(app) as executed:
            answer = client.get(address)
        assert answer.status_code == 200
        page = measuring.median(lambda address=address: client.get(address), runs=15)  # type: ignore[misc]
        single = [measuring.median(lambda one=one: measuring.replay(bare, [one]), runs=5) for one in executed]  # type: ignore[misc]
        print(
            f"{address:64} {page:6.1f} ms, {len(executed)} statements, SQL {sum(single):6.1f} ms "
            f"({', '.join(f'{one:.0f}' for one in single)}), {len(answer.data) / 1024:.0f} KB"
        )
        assert len(executed) <= STATEMENTS
    bare.close()
