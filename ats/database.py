"""The connection to PostgreSQL."""

from flask import Flask

from ats.extensions import Model, db, migrate

LOCK_TIMEOUT = "2s"
"""How long a statement waits for a row that somebody else holds; then it fails, and the answer is 503."""
SESSION_OPTIONS = {
    "lock_timeout": LOCK_TIMEOUT,
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "120s",  # Longer than the longest job holds a mail while sending it.
}


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


def lock(row: Model, *, against_references: bool = False) -> None:
    """Hold a row until the transaction ends, and read its columns afresh: what was read before may have changed.

    Other rows may go on to refer to it, unless the lock is `against_references` too (for deleting it). Raises
    sqlalchemy's OperationalError if the row is not free within LOCK_TIMEOUT.
    """
    columns = [attribute.key for attribute in type(row).__mapper__.column_attrs]
    db.session.flush()  # To refresh a row is to forget what was changed and not flushed.
    db.session.refresh(row, columns, with_for_update={"key_share": not against_references, "of": type(row)})
