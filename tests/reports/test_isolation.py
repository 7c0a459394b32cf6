"""Another company's applications are in no figure, no list, no chart, no file and no mail."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company
from ats.collaboration.models import Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import SOURCES
from ats.pipeline.stages import OPEN_STAGES
from ats.reports import exports, weekly
from ats.reports.charts import CHARTS
from tests.cast import Firm, open_job
from tests.reports.history import happened

SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def client(sign_in: SignIn, acme: Firm) -> FlaskClient:
    return sign_in(acme.recruiter)


def addresses(acme: Firm, globex: Firm) -> list[str]:
    """Every report there is, asked for in ways that name what is the strangers' as well."""
    days = "period=custom&from=2020-01-01&to=2022-12-31"
    charts = [f"/dashboard.csv?chart={name}&period=365" for name in CHARTS]
    return [
        *charts,
        *(f"{chart}&job={globex.job}&department=Strange" for chart in charts),
        *(f"/jobs/{acme.job}/report.csv?chart={name}&period=365" for name in CHARTS),
        "/dashboard?period=365",
        f"/dashboard?period=365&job={globex.job}",
        f"/dashboard?{days}&department=Strange",
        f"/jobs/{acme.job}/report?period=365",
        f"/dashboard/comparison?job={acme.job}&job={globex.job}&period=365",
        "/exports",
        f"/applications?from=2020-01-01&to=2099-12-31&job={globex.job}",
        "/applications?from=2020-01-01&to=2099-12-31&event=active",
        *(f"/applications?reached={stage}" for stage in OPEN_STAGES),
        *(f"/applications?waits={kind}" for kind in ("unanswered", "overdue", "scorecard", "offer")),
    ]


def much_happens(globex: Firm) -> None:
    """At the strangers': applications of every kind, in two jobs, one of them in a department of its own."""
    now = datetime.now(UTC)
    with tenancy.company(globex.id):
        jobs = [db.session.get_one(Job, globex.job), open_job(title="Strange Job", department="Strange")]
        for job in jobs:
            job.created_by_id = globex.recruiter
        for number, source in enumerate(SOURCES * 3):
            stages = [*OPEN_STAGES, "hired"][: 1 + number % 5]
            times = {stage: now - timedelta(days=30 + number - place) for place, stage in enumerate(stages)}
            application = happened(jobs[number % 2], f"Stranger {number}", times, source=source)
            if number % 2:
                db.session.add(Scorecard(application_id=application.id, author_id=globex.manager, rating=3))
        db.session.commit()


def shown(text: str) -> str:
    """Without the token of the page."""
    return re.sub(r'(name="csrf_token" value=|"X-CSRFToken": )"[^"]+"', "", text)


def test_nothing_changes_for_one_company_whatever_happens_at_another(
    app: Flask, client: FlaskClient, acme: Firm, globex: Firm
) -> None:
    before = {address: shown(client.get(address).text) for address in addresses(acme, globex)}
    with app.app_context():
        much_happens(globex)
    for address, text in before.items():
        after = shown(client.get(address).text)
        assert "Strange" not in after.replace("department=Strange", ""), address
        assert after == text, address


def test_another_companys_job_has_no_report_here(client: FlaskClient, globex: Firm) -> None:
    assert client.get(f"/jobs/{globex.job}/report").status_code == 404
    assert client.get(f"/jobs/{globex.job}/report.csv").status_code == 404


def test_nor_do_files_and_mails_change(app: Flask, client: FlaskClient, acme: Firm, globex: Firm) -> None:
    def files() -> list[bytes]:
        data = {"from": "2024-01-01", "to": "2026-12-31", "job": str(globex.job)}
        return [client.post("/exports", data={"kind": kind, **data}).get_data() for kind in exports.KINDS]

    def mail() -> dict[str, object]:
        with app.app_context(), tenancy.company(acme.id):
            return weekly.about(db.session.get_one(Company, acme.id), date.today())

    before = files(), mail()
    with app.app_context():
        much_happens(globex)
    assert (files(), mail()) == before
