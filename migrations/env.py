"""Alembic's entry: the application's database and models, one transaction for all migrations."""

import sqlalchemy as sa
from alembic import context
from flask import current_app

db = current_app.extensions["migrate"].db


def run() -> None:
    with db.engine.connect() as connection:
        # A migration may take its time; what it must not do is wait long for a lock while others wait behind it.
        connection.execute(sa.text("SET statement_timeout = 0"))
        connection.commit()
        context.configure(connection=connection, target_metadata=db.metadata, compare_type=True)
        with context.begin_transaction():
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations need a database: leave out --sql.")
run()
