"""Every statement carries the criteria of the scope, whatever its shape; one that would not is never run."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import aliased

from ats import tenancy
from ats.accounts.models import Company
from ats.collaboration.models import Note
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application
from ats.tenancy import OutsideScope
from tests.cast import Firm
from tests.sitemap import Ids

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
    "a common table expression": sa.select(Application.company_id).where(
        Application.job_id.in_(sa.select(within.c.id))
    ),
    "a union": sa.union(sa.select(Application.company_id), sa.select(Job.company_id)),
    "a subquery of a union": sa.select(
        sa.union_all(sa.select(Application.company_id), sa.select(Job.company_id)).subquery().c.company_id
    ),
    "an aggregate": sa.select(sa.func.max(Application.company_id)),
    "a window": sa.select(sa.func.max(Application.company_id).over()).select_from(Application),
    "a filtered aggregate": sa.select(sa.func.max(Application.company_id).filter(Application.id > 0)).select_from(
        Application
    ),
    "a locking read": sa.select(Application.company_id).with_for_update(),
}
# SQLAlchemy would add criteria to none of these: it does not see that they are about a model.
BLIND_SPOTS: dict[str, Any] = {
    "a bare window": sa.select(sa.func.max(Application.company_id).over()),
    "a bare filter": sa.select(sa.func.max(Application.company_id).filter(Application.id > 0)),
    "a bare AND": sa.select(sa.and_(Application.id > 0, Application.company_id > 0)),
    "a bare EXTRACT": sa.select(sa.extract("year", Application.created_at)),
    "a join of Core": sa.select(sa.literal(1)).select_from(sa.join(Job, Application, sa.true())),
    "a window in a subquery": sa.select(sa.select(sa.func.max(Application.company_id).over()).scalar_subquery()),
    "a window in a common table expression": sa.select(sa.select(sa.func.max(Job.id).over().label("n")).cte().c.n),
    "a window in an EXISTS": sa.select(Company.id).where(sa.exists(sa.select(sa.func.max(Job.company_id).over()))),
    "a window in a union": sa.union(sa.select(Job.company_id), sa.select(sa.func.max(Job.company_id).over())),
    "a window in a lateral": sa.select(Company.id).join(sa.select(sa.func.max(Job.id).over()).lateral(), sa.true()),
    "UPDATE with a join": sa.update(Company).where(Company.id == Application.company_id).values(about="!"),
    "UPDATE of an alias": sa.update(other).values(source="Somewhere"),
    "UPDATE inside another statement": sa.select(
        sa.update(Application).values(source="Somewhere").returning(Application.id).cte().c.id
    ),
    "UPDATE of the table": sa.update(db.metadata.tables["application"]).values(source="Somewhere"),
    "SELECT of the table": sa.select(db.metadata.tables["application"]),
    "DELETE with a join": sa.delete(Company).where(Company.id == Application.company_id),
}
WRITES: dict[str, Any] = {
    "UPDATE": sa.update(Application).values(source="Somewhere"),
    "DELETE": sa.delete(Note),
    "UPDATE by a subquery": sa.update(Company)
    .values(about="!")
    .where(Company.id.in_(sa.select(Application.company_id))),
}


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
        for name, statement in (SELECTS | WRITES | BLIND_SPOTS).items():
            with subtests.test(name), pytest.raises(OutsideScope):
                db.session.execute(statement)


def test_a_company_finds_its_own_rows_alone(within_acme: None, acme: Firm, subtests: pytest.Subtests) -> None:
    for name, statement in SELECTS.items():
        with subtests.test(name):
            db.session.rollback()
            assert set(db.session.scalars(statement)) == {acme.id}


def test_what_would_get_no_criteria_is_not_run(within_acme: None, subtests: pytest.Subtests) -> None:
    for name, statement in BLIND_SPOTS.items():
        with subtests.test(name), pytest.raises(OutsideScope, match="would see every company's rows"):
            db.session.execute(statement)


def test_what_is_written_stays_within_the_company(within_acme: None, app: Flask, globex: Firm, acme: Firm) -> None:
    for statement in WRITES.values():
        db.session.execute(statement)
    db.session.commit()
    tenancy.leave()
    assert dict(db.session.execute(sa.select(Company.id, Company.about)).all()) == {acme.id: "!", globex.id: ""}
    for company, source, notes in ((acme.id, "Somewhere", 0), (globex.id, "Careers page", 5)):
        with tenancy.company(company):
            assert set(db.session.scalars(sa.select(Application.source))) == {source}
            assert db.session.scalar(sa.select(sa.func.count()).select_from(Note)) == notes
