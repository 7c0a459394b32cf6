"""Every company's rows are its own: no statement sees or touches another's, and none runs without a scope."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import joinedload, selectinload, subqueryload

from ats import tenancy
from ats.access import Role
from ats.candidates.models import Attachment, Candidate
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.notifications.models import Message
from ats.pipeline.models import Application, StageChange
from ats.privacy.models import DataRequest
from ats.tenancy import OutsideScope, tenant_models
from tests.cast import Firm, open_job
from tests.sitemap import Ids


@pytest.fixture
def nowhere(app: Flask, own: Ids, strange: Ids) -> Iterator[None]:
    """An application context in which no scope is entered."""
    with app.app_context():
        yield


@pytest.fixture
def within_acme(nowhere: None, acme: Firm) -> None:
    tenancy.enter_company(acme.id)


def test_no_row_of_any_table_is_found_without_a_scope(app: Flask, subtests: pytest.Subtests) -> None:
    with app.app_context():
        for model in tenant_models():
            columns = sa.inspect(model).primary_key
            key = {column.name: 1 for column in columns}
            for statement in (sa.select(model), sa.select(sa.func.count()).select_from(model), sa.delete(model)):
                with subtests.test(f"{model.__name__}: {statement}"), pytest.raises(OutsideScope):
                    db.session.execute(statement)
            with subtests.test(f"{model.__name__} by its key"), pytest.raises(OutsideScope):
                db.session.get(model, key)


def test_no_relationship_is_followed_after_the_scope_was_left(nowhere: None, acme: Firm) -> None:
    with tenancy.company(acme.id):
        application = db.session.get_one(Application, acme.application)
    db.session.add(application)
    with pytest.raises(OutsideScope):
        _ = application.job


def test_each_table_shows_a_company_its_own_rows_alone(
    within_acme: None, acme: Firm, globex: Firm, subtests: pytest.Subtests
) -> None:
    for model in tenant_models():
        with subtests.test(model.__name__):
            assert {row.company_id for row in db.session.scalars(sa.select(model))} == {acme.id}, (
                "If it found no row at all, let `furnish` in tests/sitemap.py make one."
            )
            of_globex = sa.select(sa.func.count()).select_from(model).where(model.company_id == globex.id)
            assert db.session.scalar(of_globex) == 0


def test_a_row_of_another_company_is_not_got_by_its_id(within_acme: None, strange: Ids) -> None:
    assert db.session.get(Job, strange["job_id"]) is None
    assert db.session.get(Application, strange["application_id"]) is None
    assert db.session.get(StageChange, (strange["application_id"], 1)) is None


@pytest.mark.parametrize("load", [joinedload, selectinload, subqueryload])
def test_a_relationship_leads_to_rows_of_the_company(within_acme: None, acme: Firm, load: Callable[..., Any]) -> None:
    statement = sa.select(Application).options(load(Application.job), load(Application.candidate))
    found = db.session.scalars(statement).all()
    assert {(row.job.company_id, row.candidate.company_id) for row in found} == {(acme.id, acme.id)}


def test_a_new_row_is_the_companys_own(within_acme: None, acme: Firm) -> None:
    job = Job(title="Baker")
    db.session.add(job)
    db.session.commit()
    assert job.company_id == acme.id


def test_no_row_is_made_for_another_company_nor_given_to_it(within_acme: None, globex: Firm, acme: Firm) -> None:
    db.session.add(Job(title="Spy", company_id=globex.id))
    with pytest.raises(OutsideScope, match="belongs to another company"):
        db.session.flush()
    db.session.rollback()
    db.session.get_one(Job, acme.job).company_id = globex.id
    with pytest.raises(OutsideScope, match="belongs to another company"):
        db.session.flush()


def test_no_row_is_written_without_a_scope(app: Flask, acme: Firm) -> None:
    with app.app_context():
        db.session.add(Job(title="Baker", company_id=acme.id))
        with pytest.raises(OutsideScope, match="written while no scope"):
            db.session.flush()


def test_the_database_lets_no_row_point_into_another_company(postgres_url: str, own: Ids, strange: Ids) -> None:
    """Not even for code that goes round all of this."""
    move = "UPDATE note SET application_id = %(application_id)s WHERE company_id <> "
    move += "(SELECT company_id FROM application WHERE id = %(application_id)s)"
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:  # noqa: SIM117
        with pytest.raises(psycopg2.errors.ForeignKeyViolation):
            cursor.execute(move, strange)


def test_the_database_holds_every_key_that_ties_rows_to_a_company(app: Flask) -> None:
    with app.app_context():
        tables = sa.inspect(db.engine)
        for model in tenant_models():
            table = sa.inspect(model).local_table
            stored = {key["name"]: key for key in tables.get_foreign_keys(table.name)}
            for key in table.foreign_key_constraints:
                columns = [element.column.name for element in key.elements]
                assert stored[key.name]["constrained_columns"] == list(key.column_keys), (
                    f"Write a migration for {key.name}."
                )
                assert stored[key.name]["referred_columns"] == columns, f"Write a migration for {key.name}."


def test_a_candidate_sees_their_own_rows_alone(
    app: Flask, own: Ids, strange: Ids, acme: Firm, jane: int, subtests: pytest.Subtests
) -> None:
    """Their applications with the history, the jobs, and the entries about them, file and mails; no note."""
    mine = own[Role.CANDIDATE]["application_id"]
    with app.app_context():
        tenancy.enter_person(jane)
        found: dict[Any, list[Any]] = {model: list(db.session.scalars(sa.select(model))) for model in tenant_models()}
        assert [row.id for row in found.pop(Application)] == [mine]
        assert [row.application_id for row in found.pop(StageChange)] == [mine]
        assert [row.id for row in found.pop(Job)] == [acme.job]
        assert [row.email for row in found.pop(Candidate)] == ["jane.doe@mail.example"]
        about_me = [row.candidate_id for model in (Attachment, DataRequest) for row in found.pop(model)]
        assert set(about_me) == {db.session.get_one(Application, mine).candidate_id}
        assert {row.recipient for row in found.pop(Message)} == {"jane.doe@mail.example"}
        assert not any(found.values()), (
            "A person's scope shows more than their applications: see TenantOwned.of_person."
        )
        assert db.session.get(Application, own["application_id"]) is None
        assert db.session.get(Application, strange[Role.CANDIDATE]["application_id"]) is None


def test_a_candidate_writes_into_no_other_application(app: Flask, own: Ids, acme: Firm, jane: int) -> None:
    with app.app_context():
        tenancy.enter_person(jane)
        changed = db.session.execute(sa.update(Application).values(source="Mine"))
        assert changed.rowcount == 1  # type: ignore[attr-defined]


def test_the_public_sees_open_jobs_alone(app: Flask, own: Ids, strange: Ids, acme: Firm, globex: Firm) -> None:
    with app.app_context():
        with tenancy.company(acme.id):
            open_job(title="Past its last day", closes_on=date.today() - timedelta(days=3))
            for status in set(Status) - {Status.OPEN}:
                db.session.add(Job(title="Not open", status=status))
            db.session.commit()
        tenancy.enter_public()
        found: dict[Any, list[Any]] = {model: list(db.session.scalars(sa.select(model))) for model in tenant_models()}
        titles = sorted(job.title for job in found.pop(Job))
        assert titles == ["Acme Baker", "Acme Cook", "Globex Baker", "Globex Cook"]
        assert not any(found.values()), "The public scope shows more than open jobs: see TenantOwned.open_to_public."


def test_a_scope_is_entered_once(app: Flask, acme: Firm, globex: Firm, jane: int) -> None:
    with app.app_context():
        tenancy.enter_company(acme.id)
        tenancy.enter_company(acme.id)
        for change in (
            lambda: tenancy.enter_company(globex.id),
            lambda: tenancy.enter_person(jane),
            tenancy.enter_public,
            tenancy.enter_everything,
        ):
            with pytest.raises(OutsideScope, match="is current"):
                change()


def test_each_request_has_a_scope_of_its_own(sign_in: Callable[[int], FlaskClient], acme: Firm, globex: Firm) -> None:
    """In turns, so that nothing of one request is left for the next."""
    of_acme, of_globex = sign_in(acme.recruiter), sign_in(globex.recruiter)
    for _ in range(2):
        assert [of_acme.get(f"/jobs/{job}").status_code for job in (acme.job, globex.job)] == [200, 404]
        assert [of_globex.get(f"/jobs/{job}").status_code for job in (acme.job, globex.job)] == [404, 200]
