"""Alembic's entry: the owner's connection, the application's models, one transaction for all migrations."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

from ats import database

db = current_app.extensions["migrate"].db


def run() -> None:
    with database.owners_engine().connect() as connection:
        # A migration may take its time; what it must not do is wait long for a lock while others wait behind it.
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.execute(sa.text("SET lock_timeout = '10s'"))
        # Row-level security holds for the owner too, and a migration is about every company's rows.
        connection.execute(sa.text("SET foyer.scope = 'everything'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=db.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()
            database.grant(connection)


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: leave out --sql.")
run()
