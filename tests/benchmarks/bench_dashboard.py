"""The dashboard's budget: a company with 100,000 applications and 300,000 changes of stage opens it in 300 ms."""

from collections.abc import Callable
from functools import partial

import pytest
from flask.testing import FlaskClient

from tests.benchmarks import filling
from tests.benchmarks.measuring import Bench
from tests.cast import Firm


@pytest.mark.parametrize("count", [100, 100_000], ids="{:,} applications".format)
def test_dashboard(
    bench: Bench, postgres_url: str, acme: Firm, sign_in: Callable[[int], FlaskClient], count: int
) -> None:
    applications, changes = filling.fill_a_year(postgres_url, company=acme.id, actor=acme.recruiter, count=count)
    client = sign_in(acme.recruiter)
    bench.begin(f"A company with {applications:,} applications and {changes:,} changes of stage", client)
    for name, address in {
        "dashboard, 30 days": "/dashboard?period=30",
        "dashboard, 90 days": "/dashboard",
        "dashboard, a year": "/dashboard?period=365",
        "a department, a year": "/dashboard?period=365&department=Department+1",
        "a job's report, a year": f"/jobs/{acme.job + 1}/report?period=365",
        "those behind a figure": "/applications?from=2020-01-01&to=2099-12-31&event=left-screening",
        "exports": "/exports",
    }.items():
        bench.reads(name, partial(client.get, address), at_most=300, runs=15)
