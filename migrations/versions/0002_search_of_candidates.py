"""An index that finds candidates by any part of their name or address."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade():
    # A trusted extension: the owner of the database may create it.
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.execute("CREATE INDEX ix_candidate_words ON candidate USING gin (lower(name) gin_trgm_ops, email gin_trgm_ops)")


def downgrade():
    op.drop_index("ix_candidate_words", "candidate")
