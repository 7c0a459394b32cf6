"""Retention: who is erased by itself, when, and what the admin sees of it before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications import schedule
from ats.pipeline.models import Application
from ats.privacy import retention
from ats.privacy.models import DataRequest, Kind
from tests.cast import Firm
from tests.page import Page
from tests.reports.history import happened

MONTH = 31


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@pytest.fixture
def kept_for_six_months(acme: Firm, scope: None) -> Company:
    """Acme, with people whose last change was long ago, will soon be, and was lately."""
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    company.retention_months = 6
    happened(job, "Long Gone", {"applied": ago(300), "rejected": ago(250)})
    happened(job, "Nearly Gone", {"applied": ago(300), "rejected": ago(6 * MONTH - 10)})
    happened(job, "Moved Lately", {"applied": ago(300), "screening": ago(20)})
    for candidate in db.session.scalars(sa.select(Candidate)):
        candidate.created_at = ago(310)
    db.session.commit()
    return company


def names() -> set[str]:
    return set(db.session.scalars(sa.select(Candidate.name)))


def test_the_nightly_job_erases_those_whose_time_is_over(
    app: Flask, kept_for_six_months: Company, run_worker: Callable[[], None]
) -> None:
    with app.app_context():
        assert retention.erase_due() == 1
    run_worker()
    assert names() == {"Lukas Brandt", "Erased person", "Nearly Gone", "Moved Lately"}
    applications = db.session.scalars(sa.select(Application).order_by(Application.id)).all()
    assert len(applications) == 4, "The nameless history stays."


def test_twice_is_as_good_as_once(app: Flask, kept_for_six_months: Company, acme: Firm) -> None:
    for expected in (1, 0):
        with app.app_context():
            assert retention.erase_due_of(acme.id) == expected


def test_a_company_that_keeps_everything_erases_nobody(
    app: Flask, kept_for_six_months: Company, acme: Firm, run_worker: Callable[[], None]
) -> None:
    kept_for_six_months.retention_months = None
    db.session.commit()
    with app.app_context():
        assert retention.erase_due() == 0
        assert retention.erase_due_of(acme.id) == 0
    run_worker()
    assert "Long Gone" in names()


def test_each_company_has_its_own_time(
    app: Flask, kept_for_six_months: Company, acme: Firm, globex: Firm, run_worker: Callable[[], None]
) -> None:
    tenancy.leave()
    with tenancy.company(globex.id):
        happened(db.session.get_one(Job, globex.job), "Long Gone", {"applied": ago(300), "rejected": ago(250)})
        for candidate in db.session.scalars(sa.select(Candidate)):
            candidate.created_at = ago(310)
        db.session.commit()
    with app.app_context():
        retention.erase_due()
    run_worker()
    with tenancy.company(globex.id):
        assert "Long Gone" in names()


def test_who_was_added_without_applying_goes_too(app: Flask, acme: Firm, scope: None) -> None:
    db.session.get_one(Company, acme.id).retention_months = 1
    sourced = Candidate(name="Sourced Once", email="sourced@mail.example", created_at=ago(40))
    db.session.add_all([sourced, Candidate(name="Sourced Now", email="now@mail.example")])
    db.session.commit()
    with app.app_context():
        retention.erase_due_of(acme.id)
    assert names() == {"Lukas Brandt", "Erased person", "Sourced Now"}


def test_a_request_of_somebody_who_is_erased_by_itself_waits_no_longer(
    app: Flask, kept_for_six_months: Company, acme: Firm
) -> None:
    gone = db.session.scalars(sa.select(Candidate).filter_by(name="Long Gone")).one()
    DataRequest.ask(gone, Kind.COPY)
    db.session.commit()
    with app.app_context():
        retention.erase_due_of(acme.id)
    request = db.session.scalars(sa.select(DataRequest).execution_options(populate_existing=True)).one()
    assert (request.fulfilled_at is not None, request.fulfilled_by_id) == (True, None)


def test_many_are_erased_in_several_jobs(
    app: Flask,
    kept_for_six_months: Company,
    acme: Firm,
    monkeypatch: pytest.MonkeyPatch,
    run_worker: Callable[[], None],
) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    job = db.session.get_one(Job, acme.job)
    for number in range(5):
        happened(job, f"Gone {number}", {"applied": ago(300), "rejected": ago(250)})
    for candidate in db.session.scalars(sa.select(Candidate)):
        candidate.created_at = ago(310)
    db.session.commit()
    with app.app_context():
        retention.erase_due()
    run_worker()
    assert db.session.scalar(sa.select(sa.func.count()).where(Candidate.erased_at.is_not(None))) == 6


def test_the_admin_sees_beforehand_who_goes(admin: FlaskClient, kept_for_six_months: Company) -> None:
    page = Page.at(admin, "/settings/requests")
    rows = [cell.text for cell in page.all("tbody td:first-child")]
    assert rows == ["Long Gone", "Nearly Gone"]
    assert "1 person in the coming night, 2 people within 30 days" in page.text
    kept_for_six_months.retention_months = None
    db.session.commit()
    assert "Nothing is erased by itself" in Page.at(admin, "/settings/requests").text


def test_the_preview_names_whom_the_night_erases(app: Flask, kept_for_six_months: Company, acme: Firm) -> None:
    """One source for both: who is announced for tonight is who goes."""
    preview = retention.preview(kept_for_six_months)
    assert preview
    tonight = {row.name for row in preview.candidates if row.erased_on <= datetime.now(UTC)}
    before = names()
    with app.app_context():
        retention.erase_due_of(acme.id)
    assert before - names() == tonight == {"Long Gone"}


def test_the_form_says_for_how_long_an_application_is_kept(app: Flask, acme: Firm, scope: None) -> None:
    url, company = f"/careers/acme/jobs/{acme.job}/apply", db.session.get_one(Company, acme.id)
    for months, says in (
        (None, "It is kept until you ask for its erasure"),
        (1, "It is erased by itself a month after the last change"),
        (6, "It is erased by itself 6 months after the last change"),
    ):
        company.retention_months = months
        db.session.commit()
        assert says in Page.at(app.test_client(), url).text


def test_the_clock_starts_it_once_a_night() -> None:
    assert schedule.JOBS["ats.privacy.retention.erase_due"][1] == 24 * 3600
