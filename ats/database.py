"""The connection to PostgreSQL: as a role that owns nothing, beside the one that owns the tables and migrates them."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.engine import make_url

from ats import tenancy
from ats.extensions import Model, db, migrate

LOCK_TIMEOUT = "2s"
"""How long a statement waits for a row that somebody else holds; then it fails, and the answer is 503."""
SESSION_OPTIONS = {
    "lock_timeout": LOCK_TIMEOUT,
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "120s",  # Longer than the longest job holds a mail while sending it.
}

GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE ALL ON alembic_version FROM {role}",
    # What is only ever written.
    "REVOKE UPDATE, DELETE ON audit_event FROM {role}",
    "REVOKE UPDATE, DELETE ON stage_change FROM {role}",
    "GRANT UPDATE (reason, actor_id) ON stage_change TO {role}",  # Erasing a person blanks them.
    # The wall of this table is for the application; its owner looks for words in it, by the function candidates_with.
    "ALTER POLICY scope_is_entered ON candidate TO {role}",
    "ALTER POLICY rows_of_scope ON candidate TO {role}",
    "DROP POLICY IF EXISTS search_of_the_owner ON candidate",
    "CREATE POLICY search_of_the_owner ON candidate TO CURRENT_USER USING (true)",
)
RISKS = """
SELECT current_user, rolsuper, rolbypassrls, EXISTS (
    SELECT FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        AND pg_has_role(current_user, relowner, 'MEMBER'))
FROM pg_roles WHERE rolname = current_user
"""


def url(address: str) -> str:
    """The address as SQLAlchemy needs it: a bare postgresql:// would mean another driver to it.

    Raises ValueError, with a sentence, for an address that is none of PostgreSQL.
    """
    scheme, separator, rest = address.partition("://")
    if not separator or scheme not in ("postgres", "postgresql", "postgresql+psycopg2"):
        raise ValueError("DATABASE_URL must look like postgresql://user:password@host/database.")
    return f"postgresql+psycopg2://{rest}"


def init_app(app: Flask) -> None:
    app.config["SQLALCHEMY_DATABASE_URI"] = url(app.config["DATABASE_URL"])
    options = " ".join(f"-c {name}={value}" for name, value in SESSION_OPTIONS.items())
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {
        "pool_pre_ping": True,
        "pool_size": 8,
        "connect_args": {"options": options, "connect_timeout": 5, "application_name": "foyer"},
        **app.config.get("SQLALCHEMY_ENGINE_OPTIONS", {}),
    }
    db.init_app(app)
    migrate.init_app(app, db)
    with app.app_context():
        tenancy.watch(db.engine)


def owners_engine() -> sa.Engine:
    """For migrations: connects as the owner of the tables. Raises ValueError where production names none."""
    config = current_app.config
    if config["FOYER_ENV"] == "production" and not config["MIGRATIONS_DATABASE_URL"]:
        raise ValueError(
            "MIGRATIONS_DATABASE_URL must name the role that owns the tables: in production the role of DATABASE_URL "
            "owns none."
        )
    return sa.create_engine(url(config["MIGRATIONS_DATABASE_URL"] or config["DATABASE_URL"]), poolclass=sa.NullPool)


def grant(connection: sa.Connection) -> None:
    """Let the role of DATABASE_URL use the tables that the migrations have made, as far as it needs to.

    Nothing is granted to a role that migrates for itself, as on a developer's own server.
    """
    role = make_url(url(current_app.config["DATABASE_URL"])).username
    if role is None or role == connection.scalar(sa.text("SELECT current_user")):
        return
    to = connection.dialect.identifier_preparer.quote_identifier(role)
    for statement in GRANTS:
        connection.execute(sa.text(statement.format(role=to)))


def standing(connection: Any) -> tuple[str, bool, bool, bool]:
    """The role of a psycopg2 connection: its name, is it a superuser, may it bypass row-level security, does it own a
    table or is it a member of a role that does."""
    with connection.cursor() as cursor:
        cursor.execute(RISKS)
        return cursor.fetchone()


def risk(connection: Any) -> str | None:
    """What is wrong with the role of a psycopg2 connection, as a sentence; None if row-level security binds it."""
    role, is_super, may_bypass, owns_tables = standing(connection)
    if is_super or may_bypass:
        what = "is a superuser" if is_super else "may bypass row-level security"
    elif owns_tables:
        what = "owns the tables, or is a member of the role that does"
    else:
        return None
    return (
        f"DATABASE_URL connects as {role}, which {what}: PostgreSQL would not keep companies apart for it. "
        "Give it a role of its own, and put the owner's address into MIGRATIONS_DATABASE_URL."
    )


def lock(row: Model, *, against_references: bool = False) -> None:
    """Hold a row until the transaction ends, and read its columns afresh: what was read before may have changed.

    Other rows may go on to refer to it, unless the lock is `against_references` too (for deleting it). Raises
    sqlalchemy's OperationalError if the row is not free within LOCK_TIMEOUT.
    """
    columns = [attribute.key for attribute in type(row).__mapper__.column_attrs]
    db.session.flush()  # To refresh a row is to forget what was changed and not flushed.
    db.session.refresh(row, columns, with_for_update={"key_share": not against_references, "of": type(row)})
