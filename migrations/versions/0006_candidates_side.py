"""The candidate's side: drafts, consent, links to follow an application, requests about data, and countries of jobs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def moment(name, nullable=False):
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=None if nullable else sa.text("now()"), nullable=nullable
    )


def company(table):
    key = sa.ForeignKeyConstraint(["company_id"], ["company.id"], name=f"fk_{table}_company_id")
    return sa.Column("company_id", sa.Integer(), nullable=False), key


def owned(table, parent, column=None):
    column = column or f"{parent}_id"
    return sa.ForeignKeyConstraint(
        ["company_id", column], [f"{parent}.company_id", f"{parent}.id"], name=f"fk_{table}_company_id_{column}"
    )


def upgrade():
    op.add_column("job", sa.Column("country", sa.Text(), nullable=False, server_default=""))
    op.alter_column("job", "country", server_default=None)
    op.create_check_constraint("ck_job_country", "job", "country ~ '^([A-Z]{2})?$'")

    op.alter_column("attachment", "candidate_id", nullable=True)
    op.add_column("candidate", moment("erased_at", nullable=True))
    op.add_column("message", sa.Column("reply_to", sa.Text()))

    op.add_column("application", sa.Column("submission_key", sa.Text()))
    op.add_column("application", sa.Column("consent_version", sa.Integer()))
    op.add_column("application", sa.Column("link_version", sa.Integer(), nullable=False, server_default="1"))
    op.create_unique_constraint(
        "uq_application_company_id_submission_key", "application", ["company_id", "submission_key"]
    )

    op.create_table(
        "draft",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("resume_id", sa.BigInteger(), nullable=True),
        sa.Column("typed", JSONB(), nullable=False),
        moment("created_at"),
        moment("saved_at"),
        *company("draft"),
        owned("draft", "job"),
        owned("draft", "attachment", "resume_id"),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("token_hash", name="uq_draft_token_hash"),
    )
    op.create_index("ix_draft_saved_at", "draft", ["saved_at"])

    op.create_table(
        "consent",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        moment("created_at"),
        *company("consent"),
        sa.PrimaryKeyConstraint("company_id", "version", name="pk_consent"),
    )

    op.create_table(
        "data_request",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        moment("created_at"),
        moment("fulfilled_at", nullable=True),
        sa.Column("fulfilled_by_id", sa.Integer(), nullable=True),
        *company("data_request"),
        owned("data_request", "candidate"),
        sa.CheckConstraint("kind IN ('copy', 'erasure')", name="ck_data_request_kind"),
        sa.ForeignKeyConstraint(["fulfilled_by_id"], ["user.id"], name="fk_data_request_fulfilled_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_data_request"),
    )
    op.create_index(
        "uq_data_request_open",
        "data_request",
        ["company_id", "candidate_id", "kind"],
        unique=True,
        postgresql_where=sa.text("fulfilled_at IS NULL"),
    )
    op.create_index("ix_data_request_candidate_id", "data_request", ["candidate_id"])


def downgrade():
    for table in ("data_request", "consent", "draft"):
        op.drop_table(table)
    op.drop_constraint("uq_application_company_id_submission_key", "application")
    for name in ("submission_key", "consent_version", "link_version"):
        op.drop_column("application", name)
    op.drop_column("message", "reply_to")
    op.drop_column("candidate", "erased_at")
    op.execute("DELETE FROM attachment WHERE candidate_id IS NULL")
    op.alter_column("attachment", "candidate_id", nullable=False)
    op.drop_constraint("ck_job_country", "job")
    op.drop_column("job", "country")
