"""Sessions with limits, password resets, second factors, invitations, former slugs, and the trail of what admins do."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Every slug that a company ever had leads to it, and to no other company.
KEEP_SLUGS = """
CREATE FUNCTION keep_slug() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO company_slug (slug, owner_id) VALUES (NEW.slug, NEW.id) ON CONFLICT (slug) DO NOTHING;
    IF NOT EXISTS (SELECT 1 FROM company_slug WHERE slug = NEW.slug AND owner_id = NEW.id) THEN
        RAISE EXCEPTION 'the slug % leads to another company', NEW.slug
            USING ERRCODE = 'unique_violation', CONSTRAINT = 'pk_company_slug';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_slug AFTER INSERT OR UPDATE OF slug ON company FOR EACH ROW EXECUTE FUNCTION keep_slug();
INSERT INTO company_slug (slug, owner_id) SELECT slug, id FROM company;
"""
APPEND_ONLY = """
CREATE FUNCTION refuse_change_of_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit trail is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_audit();
"""


def moment(name, nullable=False):
    return sa.Column(
        name, sa.DateTime(timezone=True), server_default=None if nullable else sa.text("now()"), nullable=nullable
    )


def upgrade():
    op.add_column("user", moment("password_changed_at"))
    op.add_column("user", moment("second_factor_at", nullable=True))
    op.add_column("user", moment("removed_at", nullable=True))
    op.add_column("company", sa.Column("second_factor_required", sa.Boolean(), nullable=False, server_default="false"))
    op.alter_column("company", "second_factor_required", server_default=None)

    op.add_column("user_session", sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False))
    op.add_column("user_session", moment("seen_at"))
    op.add_column("user_session", sa.Column("remembered", sa.Boolean(), nullable=False, server_default="false"))
    op.add_column("user_session", sa.Column("agent", sa.Text(), nullable=False, server_default=""))
    for column in ("remembered", "agent"):
        op.alter_column("user_session", column, server_default=None)
    op.create_unique_constraint("uq_user_session_id", "user_session", ["id"])

    op.create_table(
        "company_slug",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["owner_id"], ["company.id"], name="fk_company_slug_owner_id"),
        sa.PrimaryKeyConstraint("slug", name="pk_company_slug"),
    )
    op.execute(KEEP_SLUGS)

    op.create_table(
        "password_reset",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("password_changed_at", sa.DateTime(timezone=True), nullable=True),
        moment("created_at"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_password_reset_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_password_reset"),
    )
    op.create_index("ix_password_reset_user_id", "password_reset", ["user_id"])
    op.create_index("ix_password_reset_created_at", "password_reset", ["created_at"])

    op.create_table(
        "second_factor",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_second_factor_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factor"),
    )
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_recovery_code_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "code_hash", name="pk_recovery_code"),
    )

    op.create_table(
        "invitation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("invited_by_id", sa.Integer(), nullable=False),
        moment("sent_at"),
        moment("accepted_at", nullable=True),
        moment("revoked_at", nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('hiring_manager', 'recruiter', 'admin')", name="ck_invitation_role"),
        sa.CheckConstraint("email = lower(email)", name="ck_invitation_email_is_lower_case"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_invitation_company_id"),
        sa.ForeignKeyConstraint(["invited_by_id"], ["user.id"], name="fk_invitation_invited_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_invitation"),
        sa.UniqueConstraint("token_hash", name="uq_invitation_token_hash"),
    )
    op.create_index(
        "uq_invitation_open",
        "invitation",
        ["company_id", "email"],
        unique=True,
        postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
    )

    op.create_table(
        "audit_event",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        moment("created_at"),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name="fk_audit_event_actor_id"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_audit_event_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_event"),
    )
    op.create_index("ix_audit_event_page", "audit_event", ["company_id", sa.text("id DESC")])
    op.create_index("ix_message_page", "message", ["company_id", sa.text("id DESC")])
    op.drop_index("ix_message_company_id", "message")
    op.execute(APPEND_ONLY)


def downgrade():
    raise NotImplementedError("The audit trail would be lost: restore a backup instead.")
