"""The one place that keeps rows inside their company: which rows a statement may see follows from the scope entered.

A request or a job enters one scope, once. Every SELECT, UPDATE and DELETE of the session then carries it, and a
statement that touches a tenant's table before a scope is entered raises `OutsideScope` instead of showing too much.

Under this stands a second wall that knows nothing of it: row-level security. `bind` tells PostgreSQL the scope of each
transaction, and the policies (migrations/versions/0030_second_wall.py) hold whatever the SQL says.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from flask import g, has_app_context
from sqlalchemy import event
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, declared_attr, mapped_column, with_loader_criteria
from sqlalchemy.sql import visitors
from sqlalchemy.util import LRUCache

from ats.extensions import Model, db


class OutsideScope(RuntimeError):
    """A tenant's rows were touched while no scope, or another company's, was entered: a mistake in the code."""


@dataclass(frozen=True)
class Scope:
    """Exactly one of these: a company's rows, a person's own rows, what is public, or (the schedule) everything."""

    company_id: int | None = None
    user_id: int | None = None
    public: bool = False
    everything: bool = False

    @property
    def settings(self) -> tuple[str, str, str]:
        """The kind of scope, the company and the person, as the policies of PostgreSQL read them."""
        if self.company_id is not None:
            return "company", str(self.company_id), ""
        if self.user_id is not None:
            return "person", "", str(self.user_id)
        return ("everything" if self.everything else "public"), "", ""


class TenantOwned:
    """A table whose rows belong to a company."""

    may_lack_company = False
    """Whether a row may belong to no company; then no company sees it."""

    @declared_attr
    def company_id(cls) -> Mapped[int]:  # noqa: N805  (SQLAlchemy calls it with the class)
        return mapped_column(sa.ForeignKey("company.id"))

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        """The rows that a signed-in candidate may see, across companies. None, unless the model says otherwise."""
        return sa.false()

    @classmethod
    def open_to_public(cls) -> sa.ColumnElement[bool]:
        """The rows that anybody may see, across companies. None, unless the model says otherwise."""
        return sa.false()


BIND = (
    "SELECT set_config('foyer.scope', %s, true), set_config('foyer.company_id', %s, true), "
    "set_config('foyer.user_id', %s, true)"
)


def owned_by(parent: str, column: str | None = None, **options: Any) -> sa.ForeignKeyConstraint:
    """A foreign key that ties a row to a parent of the same company."""
    return sa.ForeignKeyConstraint(
        ["company_id", column or f"{parent}_id"], [f"{parent}.company_id", f"{parent}.id"], **options
    )


def enter_company(company_id: int) -> None:
    _enter(Scope(company_id=company_id))


def enter_person(user_id: int) -> None:
    _enter(Scope(user_id=user_id))


def enter_public() -> None:
    _enter(Scope(public=True))


def enter_everything() -> None:
    """For the schedule, which looks through all companies' queues. A test lists who calls this."""
    _enter(Scope(everything=True))


@contextmanager
def company(company_id: int) -> Iterator[None]:
    """Work within one company for a while, where no request or job has entered a scope."""
    enter_company(company_id)
    try:
        yield
    finally:
        leave()


def leave() -> None:
    """Forget the scope, and every row that was loaded under it."""
    g.pop("scope", None)
    db.session.expunge_all()


def current_scope() -> Scope | None:
    return g.get("scope")


def _enter(scope: Scope) -> None:
    if g.get("scope", scope) != scope:
        raise OutsideScope(f"{scope} entered while {g.scope} is current")
    g.scope = scope


def watch(engine: sa.Engine) -> None:
    """Bind the scope to every transaction of the engine."""
    event.listen(engine, "before_cursor_execute", bind)
    # What set_config(…, true) said is gone with the transaction, and with the savepoint that it was said in.
    for ending in ("begin", "rollback_savepoint"):
        event.listen(engine, ending, _forget_what_is_bound)


def bind(connection: sa.Connection, cursor: Any, statement: str, *_: Any) -> None:
    """Tell PostgreSQL the scope, before the first statement of a transaction and wherever it is another one since."""
    scope = current_scope() if has_app_context() else None
    # A transaction that failed takes no other statement than the one that leads back to the savepoint.
    if connection.info.get("scope") != scope and not statement.startswith("ROLLBACK TO"):
        binding = connection.connection.cursor()
        binding.execute(BIND, scope.settings if scope else ("", "", ""))
        binding.close()
        connection.info["scope"] = scope


def _forget_what_is_bound(connection: sa.Connection, *_: Any) -> None:
    connection.info.pop("scope", None)


@event.listens_for(db.session, "do_orm_execute")
def keep_inside_scope(state: ORMExecuteState) -> None:
    if state.is_column_load:  # a refresh by primary key of a row that was already seen under the scope
        return
    scope = current_scope()
    if scope is None:
        if _touches_tenant_table(state.statement):
            raise OutsideScope("a tenant's table is used while no scope is entered")
        return
    if not scope.everything:
        if _has_blind_spot(state.statement):
            raise OutsideScope("part of the statement would see every company's rows: name the model in select_from()")
        state.statement = state.statement.options(*_criteria(scope))


@event.listens_for(db.session, "before_flush")
def stamp_and_check(session: Session, context: Any, instances: Any) -> None:
    for row in session.new | session.dirty:
        if not isinstance(row, TenantOwned) or (row.may_lack_company and row.company_id is None):
            continue
        scope = current_scope()
        if scope is None:
            raise OutsideScope(f"{type(row).__name__} written while no scope is entered")
        if scope.company_id is not None and row.company_id is None:
            row.company_id = scope.company_id  # type: ignore[unreachable]
        if row.company_id is None or (scope.company_id is not None and row.company_id != scope.company_id):
            raise OutsideScope(f"{type(row).__name__} belongs to another company than {scope}")


def _criteria(scope: Scope) -> list[Any]:
    if scope.company_id is not None:
        company_id = scope.company_id
        return [
            with_loader_criteria(
                TenantOwned,
                lambda cls: cls.company_id == company_id,  # type: ignore[arg-type, return-value]
                include_aliases=True,
            )
        ]
    return [with_loader_criteria(model, _rule(model, scope), include_aliases=True) for model in tenant_models()]


def _rule(model: type[TenantOwned], scope: Scope) -> sa.ColumnElement[bool]:
    return model.open_to_public() if scope.user_id is None else model.of_person(scope.user_id)


def _touches_tenant_table(statement: Any) -> bool:
    return any(_is_tenant_table(element) for element in visitors.iterate(statement))


def _has_blind_spot(statement: Any) -> bool:
    """Whether a part of the statement touches a tenant's table and would get no criteria.

    SQLAlchemy adds them to those SELECTs alone that it knows to be about models, and it forgets that a column belongs
    to one inside FILTER, OVER, EXTRACT, AND and the like: SELECT max(job.id) OVER () would look at every company's.
    Nor does it add any to an UPDATE or a DELETE of an alias or inside another statement, and to what they join.

    To look through a statement takes a millisecond, so what was found is kept by its cache key, by which SQLAlchemy
    itself tells statements apart.
    """
    key = statement._generate_cache_key()
    if key is None:
        return _sees_too_much(statement)
    found = _looked_through.get(key.key)
    if found is None:
        found = _looked_through[key.key] = _sees_too_much(statement)
    return found


_looked_through: LRUCache[Any, bool] = LRUCache(500)


def _sees_too_much(statement: Any) -> bool:
    for element in visitors.iterate(statement):
        if isinstance(element, sa.Select):
            seen = _is_about_models(element)
            if not seen and any(_is_tenant_table(table) for table in _tables_of(element)):
                return True
        elif isinstance(element, sa.Update | sa.Delete):
            seen = element is statement and isinstance(element.table, sa.Table) and _is_about_models(element)
            joined = {table for where in element._where_criteria for table in where._from_objects} - {element.table}
            if (not seen and _touches_tenant_table(element.table)) or any(map(_touches_tenant_table, joined)):
                return True
    return False


def _is_about_models(statement: Any) -> bool:
    return statement._propagate_attrs.get("compile_state_plugin") == "orm"


def _tables_of(element: Any) -> Iterator[Any]:
    """The tables of a SELECT's own FROM, without those of SELECTs within it."""
    for child in element.get_children():
        if not isinstance(child, sa.SelectBase):
            yield child
            yield from _tables_of(child)


def _is_tenant_table(element: Any) -> bool:
    return isinstance(element, sa.Table) and element.name in _tenant_tables()


@cache
def _tenant_tables() -> set[str]:
    return {model.__tablename__ for model in tenant_models()}  # type: ignore[attr-defined]


def tenant_models() -> list[type[TenantOwned]]:
    return [mapper.class_ for mapper in Model.registry.mappers if issubclass(mapper.class_, TenantOwned)]
