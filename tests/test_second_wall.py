"""The second wall: PostgreSQL keeps companies apart without ats.tenancy, and ats.tenancy without PostgreSQL.

Each is tried with the other taken away.
"""

import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from psycopg2 import errors
from sqlalchemy import event

from ats import create_app, database, tenancy
from ats.access import PUBLIC, Role
from ats.accounts.models import User
from ats.candidates.models import Candidate
from ats.dev.servers import OWNER, Postgres
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import Message
from ats.pipeline.models import Application, StageChange
from ats.tenancy import OutsideScope, TenantOwned, tenant_models
from tests.cast import Browser, Firm
from tests.sitemap import (
    HTMX,
    ROUTES,
    Ids,
    access_of,
    ask,
    for_role,
    never_was,
    rows_of,
)

TABLES: dict[str, type[TenantOwned]] = {model.__tablename__: model for model in tenant_models()}  # type: ignore[attr-defined]
# Not a tenant's, for who signs in has no company yet; it has one all the same.
WITH_COMPANY = {*TABLES, "user"}


@pytest.fixture
def connection(database_url: str) -> Iterator[psycopg2.extensions.connection]:
    """As the application signs in, with nothing of the application in between."""
    with closing(psycopg2.connect(database_url)) as connection:
        yield connection


@pytest.fixture
def behind_the_first_wall(settings: Mapping[str, Any], postgres_url: str) -> Flask:
    """An application whose role is above row-level security: ats.tenancy is all it has."""
    app = create_app({**settings, "DATABASE_URL": postgres_url})
    app.test_client_class = Browser
    return app


@contextmanager
def first_wall_down() -> Iterator[None]:
    """No statement gets any criteria of the scope, and no row is checked before it is written."""
    hooks = {"do_orm_execute": tenancy.keep_inside_scope, "before_flush": tenancy.stamp_and_check}
    for name, hook in hooks.items():
        event.remove(db.session, name, hook)
    event.listen(db.session, "before_flush", stamp)
    try:
        yield
    finally:
        event.remove(db.session, "before_flush", stamp)
        for name, hook in hooks.items():
            event.listen(db.session, name, hook)


def stamp(session: Any, *_: Any) -> None:
    scope = tenancy.current_scope()
    for row in session.new:
        if scope and isinstance(row, TenantOwned):
            row.company_id = row.company_id or scope.company_id


def keys(model: type[TenantOwned]) -> set[Any]:
    return {sa.inspect(row).identity for row in db.session.scalars(sa.select(model))}


def bind(cursor: Any, scope: str, company: Any = "", person: Any = "") -> None:
    cursor.execute(tenancy.BIND, [scope, str(company), str(person)])


def test_each_table_with_a_company_is_walled_off(postgres_url: str) -> None:
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'company_id'")
        assert {name for (name,) in cursor.fetchall()} == WITH_COMPANY
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        assert {name for (name,) in cursor.fetchall()} >= WITH_COMPANY, (
            "A table lacks row-level security: let its migration op.execute(\"SELECT wall_off('its_name')\")."
        )
        cursor.execute("SELECT tablename FROM pg_policies WHERE permissive = 'RESTRICTIVE'")
        assert {name for (name,) in cursor.fetchall()} == set(TABLES)


def test_a_forgotten_scope_is_an_error_and_no_empty_page(
    connection: psycopg2.extensions.connection, subtests: pytest.Subtests
) -> None:
    """All tables are empty here, and it is an error all the same."""
    with connection.cursor() as cursor:
        for attempt, table in itertools.product(("at first", "after a transaction that had one"), TABLES):
            for statement in (f"SELECT FROM {table}", f"DELETE FROM {table}", f"UPDATE {table} SET company_id = 1"):
                if table in ("audit_event", "stage_change") and not statement.startswith("SELECT"):
                    continue  # Not granted to begin with.
                with subtests.test(f"{statement}, {attempt}"):
                    if attempt != "at first":
                        bind(cursor, "company", 1)
                        cursor.execute(f"SELECT FROM {table}")
                        connection.commit()
                    with pytest.raises(errors.InsufficientPrivilege, match="no scope is bound"):
                        cursor.execute(statement)
                    connection.rollback()


def test_postgresql_alone_shows_a_company_its_own_rows(
    app: Flask, acme: Firm, globex: Firm, own: Ids, strange: Ids, subtests: pytest.Subtests
) -> None:
    with app.app_context(), first_wall_down():
        tenancy.enter_company(acme.id)
        for table, model in TABLES.items():
            with subtests.test(table):
                assert set(db.session.scalars(sa.select(model.company_id))) == {acme.id}
                assert set(db.session.scalars(sa.text(f"SELECT company_id FROM {table}"))) == {acme.id}
        assert set(db.session.scalars(sa.select(User.company_id))) == {acme.id, None}
        assert db.session.get(Job, globex.job) is None


def test_postgresql_alone_keeps_what_is_written_within_the_company(
    app: Flask, acme: Firm, globex: Firm, own: Ids, strange: Ids, subtests: pytest.Subtests
) -> None:
    with app.app_context(), first_wall_down():
        tenancy.enter_company(acme.id)
        for table in TABLES.keys() - {"audit_event", "stage_change"}:
            with subtests.test(table):
                own_rows = db.session.scalar(sa.text(f"SELECT count(*) FROM {table}"))
                changed = db.session.execute(sa.text(f"UPDATE {table} SET company_id = company_id"))
                assert changed.rowcount == own_rows  # type: ignore[attr-defined]
                with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
                    db.session.execute(sa.text(f"UPDATE {table} SET company_id = {globex.id}"))
                db.session.rollback()
        db.session.add(Job(title="Spy", company_id=globex.id))
        with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
            db.session.flush()


def test_postgresql_alone_shows_a_candidate_their_own_rows(
    app: Flask, acme: Firm, jane: int, own: Ids, strange: Ids, subtests: pytest.Subtests
) -> None:
    """What ats.tenancy shows them and no row more, their mails and files apart."""
    with app.app_context():
        tenancy.enter_person(jane)
        meant = {model: keys(model) for model in TABLES.values()}
        db.session.rollback()
        with first_wall_down():
            for model, rows in meant.items():
                with subtests.test(model.__name__):
                    assert keys(model) == rows
            assert set(db.session.scalars(sa.select(User.company_id))) == {None, acme.id}
            changed = db.session.execute(sa.update(Application).values(source="Mine"))
            assert changed.rowcount == 1  # type: ignore[attr-defined]
            application = strange[Role.CANDIDATE]["application_id"]
            statement = "INSERT INTO stage_change (company_id, application_id, seq, from_stage, to_stage) "
            statement += f"SELECT 1, {application}, 2, 'applied', 'rejected'"
            with pytest.raises(sa.exc.ProgrammingError, match="row-level security"):
                db.session.execute(sa.text(statement))


def test_postgresql_alone_shows_the_public_open_jobs(
    app: Flask, acme: Firm, globex: Firm, own: Ids, strange: Ids
) -> None:
    with app.app_context(), first_wall_down():
        tenancy.enter_public()
        titles = sorted(db.session.scalars(sa.select(Job.title)))
        assert titles == ["Acme Baker", "Acme Cook", "Globex Baker", "Globex Cook"]
        for model in TABLES.values():
            assert model is Job or not db.session.scalars(sa.select(model.company_id)).all()


def test_ats_alone_shows_a_company_its_own_rows(
    behind_the_first_wall: Flask, acme: Firm, globex: Firm, own: Ids, strange: Ids, subtests: pytest.Subtests
) -> None:
    with behind_the_first_wall.app_context():
        with closing(db.engine.raw_connection()) as raw:
            assert "is a superuser" in str(database.risk(raw))
        for model in TABLES.values():
            with subtests.test(model.__name__):
                with pytest.raises(OutsideScope):
                    db.session.execute(sa.select(model))
                with tenancy.company(acme.id):
                    assert {row.company_id for row in db.session.scalars(sa.select(model))} == {acme.id}
        with tenancy.company(acme.id):
            db.session.execute(sa.update(Job).values(title="Ours"))
            db.session.commit()
        with tenancy.company(globex.id):
            assert "Ours" not in db.session.scalars(sa.select(Job.title)).all()


@pytest.mark.parametrize("wall", ["postgresql", "ats"])
def test_behind_either_wall_alone_no_route_shows_what_is_a_strangers(
    app: Flask,
    behind_the_first_wall: Flask,
    sign_in: Callable[..., FlaskClient],
    acme: Firm,
    jane: int,
    own: Ids,
    strange: Ids,
    wall: str,
) -> None:
    """Every route, each id of its address and its form in turn, with and without htmx."""
    walled = app if wall == "postgresql" else behind_the_first_wall
    people = {Role.CANDIDATE: jane, Role.ADMIN: acme.admin}
    tried = 0
    for rule, method in ROUTES:
        access = access_of(rule)
        if len(rule.arguments) <= (access == PUBLIC) and not rows_of(rule, own, strange):
            continue
        role = Role.CANDIDATE if access is Role.CANDIDATE else None if access == PUBLIC else Role.ADMIN
        mine, theirs = for_role(own, role), for_role(strange, role)
        client = sign_in(people[role], walled) if role else walled.test_client()
        for argument, headers in itertools.product(rows_of(rule, mine, theirs), ({}, HTMX)):
            if argument in ("slug", "user_id") or argument.endswith("token"):
                continue  # Of tables that know no tenant: the routes' own tests are about these.
            foreign = {**mine, argument: theirs[argument]}
            if wall == "postgresql":
                with first_wall_down():
                    answer = ask(client, rule, method, foreign, headers=headers)
            else:
                answer = ask(client, rule, method, foreign, headers=headers)
            tried += 1
            assert answer.status_code == 404, f"{method} {rule.rule}: {argument} of strangers answers {answer.status}"
            absent = ask(client, rule, method, {**mine, argument: never_was(argument)}, headers=headers)
            assert absent.status_code == 404
    assert tried > 50


def test_the_search_by_the_owners_index_keeps_to_the_scope(
    app: Flask, acme: Firm, own: Ids, strange: Ids, jane: int
) -> None:
    found = sa.text("SELECT candidates_with('%.example%')")
    with app.app_context(), first_wall_down():
        with pytest.raises(sa.exc.ProgrammingError, match="no scope is bound"):
            db.session.scalars(found)
        db.session.rollback()
        tenancy.enter_company(acme.id)
        ids = set(db.session.scalars(found))
        assert ids == set(db.session.scalars(sa.select(Candidate.id)))
        tenancy.leave()
        for enter in (lambda: tenancy.enter_person(jane), tenancy.enter_public):
            enter()
            assert db.session.scalars(found).all() == []
            tenancy.leave()


def test_a_scope_holds_after_a_savepoint_was_rolled_back(app: Flask, acme: Firm, globex: Firm) -> None:
    with app.app_context(), first_wall_down():
        count = sa.text("SELECT array_agg(DISTINCT company_id) FROM job")
        savepoint = db.session.begin_nested()
        tenancy.enter_company(acme.id)
        assert db.session.scalar(count) == [acme.id]
        savepoint.rollback()  # And with it what was bound since.
        assert db.session.scalar(count) == [acme.id]
        tenancy.leave()
        with pytest.raises(sa.exc.ProgrammingError, match="no scope is bound"):
            db.session.scalar(count)
        db.session.rollback()
        tenancy.enter_company(globex.id)
        assert db.session.scalar(count) == [globex.id]


def test_the_role_of_the_application_can_take_down_no_wall(
    connection: psycopg2.extensions.connection, subtests: pytest.Subtests
) -> None:
    assert database.risk(connection) is None
    connection.rollback()
    for statement in (
        "ALTER TABLE job DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE job NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY rows_of_scope ON job",
        "TRUNCATE job",
        "SET ROLE foyer_owner",
        "SET SESSION AUTHORIZATION foyer",
        "SET session_replication_role = replica",
        "ALTER TABLE stage_change DISABLE TRIGGER ALL",
        "CREATE TABLE mine ()",
        "CREATE OR REPLACE FUNCTION scope_company() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "UPDATE audit_event SET action = ''",
        "DELETE FROM audit_event",
        "DELETE FROM stage_change",
        "UPDATE stage_change SET to_stage = 'hired'",
        "UPDATE alembic_version SET version_num = '0001'",
    ):
        with subtests.test(statement), connection.cursor() as cursor:
            with pytest.raises(errors.InsufficientPrivilege):
                cursor.execute(statement)
            connection.rollback()


def test_the_owner_is_held_by_it_too(postgres: Postgres, app: Flask, acme: Firm, globex: Firm) -> None:
    with closing(psycopg2.connect(postgres.url("test", role=OWNER))) as connection, connection.cursor() as cursor:
        assert "owns the tables" in str(database.risk(connection))
        bind(cursor, "company", acme.id)
        cursor.execute("SELECT DISTINCT company_id FROM job")
        assert cursor.fetchall() == [(acme.id,)]
        connection.rollback()
        with pytest.raises(errors.InsufficientPrivilege, match="no scope is bound"):
            cursor.execute("SELECT FROM job")


def test_the_books_of_a_job_are_kept_whoever_changes_it(app: Flask, acme: Firm, jane: int, own: Ids) -> None:
    """A candidate who withdraws sees nothing of the board, and it counts one card less all the same."""
    with app.app_context():
        with tenancy.company(acme.id):
            job = db.session.get_one(Job, acme.job)
            before, version = dict(job.stage_counts), job.board_version
        tenancy.enter_person(jane)
        application = db.session.get_one(Application, own[Role.CANDIDATE]["application_id"])
        application.withdraw(actor=db.session.get_one(User, jane))
        db.session.commit()
        tenancy.leave()
        with tenancy.company(acme.id):
            job = db.session.get_one(Job, acme.job)
            assert job.board_version > version
            assert job.stage_counts == {**before, "applied": before["applied"] - 1, "rejected": 1}


def test_a_mail_of_no_company_is_written_by_who_may_read_none(app: Flask, acme: Firm, own: Ids) -> None:
    with app.app_context():
        db.session.add(
            Message(template="no-account", recipient="a@x.example", sender_name="", context={}, dedupe_key="k")
        )
        db.session.flush()
        with first_wall_down(), pytest.raises(sa.exc.ProgrammingError, match="no scope is bound"):
            db.session.execute(sa.select(Message))
        db.session.rollback()
        with first_wall_down():
            tenancy.enter_company(acme.id)
            assert None not in db.session.scalars(sa.select(Message.company_id)).all()
            assert db.session.scalars(sa.select(StageChange.company_id)).first() == acme.id
