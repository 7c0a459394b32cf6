"""Every company's rows are its own: no statement sees or touches another's, and none runs without a scope."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask, g
from flask.testing import FlaskClient
from sqlalchemy.orm import aliased, joinedload, selectinload, subqueryload, undefer

from ats import tenancy
from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates.models import Attachment, Candidate
from ats.collaboration.models import Note
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.notifications.models import Message
from ats.pipeline.models import Application, StageChange
from ats.tenancy import OutsideScope, TenantOwned, tenant_models
from tests.cast import PASSWORD, Firm, apply, open_job
from tests.sitemap import Ids, furnish

other = aliased(Application)
newest = sa.select(Application).where(Application.job_id == Job.id).order_by(Application.id).limit(1).lateral()
within = sa.select(Job.id).cte("within")

# Each asks for the companies of the applications that it finds.
SELECTS: dict[str, sa.Executable] = {
    "a model": sa.select(Application).with_only_columns(Application.company_id),
    "a column": sa.select(Application.company_id),
    "an alias": sa.select(other.company_id),
    "an alias beside the model": sa.select(other.company_id).join(Application, Application.id == other.id),
    "a self-join without a condition": sa.select(other.company_id).join(Application, sa.true()),
    "a cross join": sa.select(Application.company_id).select_from(Job).join(Application, sa.true()),
    "the far side of a cross join": sa.select(Job.company_id).select_from(Application).join(Job, sa.true()),
    "an outer join": sa.select(Application.company_id).select_from(Job).outerjoin(Application, sa.true()),
    "a table without a tenant": sa.select(Company.id).join(Application, Application.company_id == Company.id),
    "a subquery in FROM": sa.select(sa.select(Application.company_id).subquery().c.company_id),
    "a subquery of a model in FROM": sa.select(aliased(Application, sa.select(Application).subquery()).company_id),
    "a subquery in IN": sa.select(Company.id).where(Company.id.in_(sa.select(Application.company_id))),
    "a subquery in a column": sa.select(sa.select(sa.func.max(Application.company_id)).scalar_subquery()),
    "an EXISTS": sa.select(Company.id).where(sa.exists().where(Application.company_id == Company.id)),
    "an EXISTS of a select": sa.select(Company.id).where(
        sa.select(Application.id).where(Application.company_id == Company.id).exists()
    ),
    "a lateral": sa.select(newest.c.company_id).select_from(sa.join(Job, newest, sa.true())),
    "a common table expression": sa.select(Application.company_id).where(Application.job_id.in_(sa.select(within.c.id))),
    "a union": sa.union(sa.select(Application.company_id), sa.select(Job.company_id)),
    "a subquery of a union": sa.select(
        sa.union_all(sa.select(Application.company_id), sa.select(Job.company_id)).subquery().c.company_id
    ),
    "an aggregate": sa.select(sa.func.max(Application.company_id)),
    "a window": sa.select(sa.func.max(Application.company_id).over()),
    "a locking read": sa.select(Application.company_id).with_for_update(),
}
WRITES: dict[str, Any] = {
    "UPDATE": sa.update(Application).values(source="Somewhere"),
    "DELETE": sa.delete(Note),
    "UPDATE of an alias": sa.update(other).values(source="Somewhere"),
    "UPDATE by a subquery": sa.update(Company).values(about="!").where(Company.id.in_(sa.select(Application.company_id))),
}


@pytest.fixture
def own(app: Flask, acme: Firm, jane: int) -> Ids:
    return furnish(app, acme, jane)


@pytest.fixture
def otto(app: Flask) -> int:
    with app.app_context():
        user = User.register(name="Otto Krug", email="otto@mail.example", password=PASSWORD)
        db.session.commit()
        return user.id


@pytest.fixture
def strange(app: Flask, globex: Firm, otto: int) -> Ids:
    return furnish(app, globex, otto)


@pytest.fixture
def nowhere(app: Flask, own: Ids, strange: Ids) -> Iterator[None]:
    """An application context in which no scope is entered."""
    with app.app_context():
        yield


@pytest.fixture
def within_acme(nowhere: None, acme: Firm) -> None:
    tenancy.enter_company(acme.id)


def test_nothing_runs_without_a_scope(app: Flask, subtests: pytest.Subtests) -> None:
    with app.app_context():
        for name, statement in (SELECTS | WRITES).items():
            with subtests.test(name), pytest.raises(OutsideScope):
                db.session.execute(statement)


def test_no_row_of_any_table_is_found_without_a_scope(app: Flask, subtests: pytest.Subtests) -> None:
    with app.app_context():
        for model in tenant_models():
            mapper: sa.orm.Mapper[Any] = sa.inspect(model)
            for name, ask in {
                "select": lambda: db.session.scalars(sa.select(model)).all(),
                "count": lambda: db.session.scalar(sa.select(sa.func.count()).select_from(model)),
                "query": lambda: db.session.query(model).count(),
                "get": lambda: db.session.get(model, [1 for _ in mapper.primary_key]),
                "update": lambda: db.session.execute(sa.update(model).values(company_id=1)),
                "delete": lambda: db.session.execute(sa.delete(model)),
            }.items():
                with subtests.test(f"{name} {model.__name__}"), pytest.raises(OutsideScope):
                    ask()


def test_no_relationship_is_followed_after_the_scope_was_left(nowhere: None, acme: Firm) -> None:
    with tenancy.company(acme.id):
        application = db.session.get_one(Application, acme.application)
    db.session.add(application)
    with pytest.raises(OutsideScope):
        _ = application.job


def test_a_company_finds_its_own_rows_alone(within_acme: None, acme: Firm, subtests: pytest.Subtests) -> None:
    for name, statement in SELECTS.items():
        with subtests.test(name):
            db.session.rollback()
            assert set(db.session.scalars(statement)) == {acme.id}  # type: ignore[arg-type]


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


def test_what_is_written_stays_within_the_company(within_acme: None, app: Flask, globex: Firm, acme: Firm) -> None:
    db.session.execute(sa.update(Application).values(source="Somewhere"))
    db.session.execute(sa.delete(Note))
    db.session.commit()
    tenancy.leave()
    with tenancy.company(globex.id):
        assert set(db.session.scalars(sa.select(Application.source))) == {"Careers page"}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Note)) == 2
    with tenancy.company(acme.id):
        assert set(db.session.scalars(sa.select(Application.source))) == {"Somewhere"}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Note)) == 0
