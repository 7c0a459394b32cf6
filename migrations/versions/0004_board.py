"""What the board shows beside the stage: ratings, tags, who has opened what, views, and which card changed when."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# Each change of a card takes the next version of its job's board, under the lock of the job's row: versions are
# committed in their order, so who has seen version 7 misses nothing by asking for what came after 7. To show a card
# anew for another reason than its stage, set its shown_version to 0: the trigger puts the true one in.
FOLLOW = """
CREATE FUNCTION follow_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.stage = OLD.stage AND NEW.shown_version = OLD.shown_version THEN
        RETURN NEW;
    END IF;
    UPDATE job SET
        board_version = board_version + 1,
        stage_counts = CASE
            WHEN TG_OP = 'UPDATE' AND NEW.stage = OLD.stage THEN stage_counts
            WHEN TG_OP = 'UPDATE' THEN stage_counts || jsonb_build_object(
                OLD.stage, coalesce((stage_counts ->> OLD.stage)::int, 0) - 1,
                NEW.stage, coalesce((stage_counts ->> NEW.stage)::int, 0) + 1)
            ELSE stage_counts || jsonb_build_object(NEW.stage, coalesce((stage_counts ->> NEW.stage)::int, 0) + 1)
        END
        WHERE id = NEW.job_id
        RETURNING board_version INTO NEW.shown_version;
    IF TG_OP = 'INSERT' OR NEW.stage <> OLD.stage THEN
        NEW.moved_version := NEW.shown_version;
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION forget_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE job SET
        board_version = board_version + 1,
        stage_counts = stage_counts || jsonb_build_object(OLD.stage, (stage_counts ->> OLD.stage)::int - 1)
        WHERE id = OLD.job_id;
    RETURN OLD;
END $$;
CREATE TRIGGER follow_application BEFORE INSERT OR UPDATE ON application
    FOR EACH ROW EXECUTE FUNCTION follow_application();
CREATE TRIGGER forget_application BEFORE DELETE ON application
    FOR EACH ROW EXECUTE FUNCTION forget_application();
"""


def upgrade():
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER follow_applications_{event} ON application")
        op.execute(f"DROP FUNCTION follow_applications_{event}()")
    for name in ("shown_version", "moved_version"):
        op.add_column("application", sa.Column(name, sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column("application", sa.Column("rating", sa.Integer(), nullable=False, server_default="0"))
    op.create_check_constraint("ck_application_rating", "application", "rating = 0 OR rating BETWEEN 100 AND 400")
    op.create_index("ix_application_shown", "application", ["job_id", "shown_version"])
    op.create_index(
        "ix_application_rating", "application", ["job_id", "stage", sa.text("rating DESC"), sa.text("id DESC")]
    )
    op.execute(FOLLOW)

    op.add_column("note", sa.Column("edited_at", sa.DateTime(timezone=True)))
    op.create_unique_constraint("uq_note_company_id_id", "note", ["company_id", "id"])

    op.create_table(
        "scorecard",
        sa.Column("id", sa.BigInteger(), primary_key=True),
        sa.Column(
            "company_id", sa.Integer(), sa.ForeignKey("company.id", name="fk_scorecard_company_id"), nullable=False
        ),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Integer(), sa.ForeignKey("user.id", name="fk_scorecard_author_id"), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name="ck_scorecard_rating"),
        sa.ForeignKeyConstraint(
            ["company_id", "application_id"],
            ["application.company_id", "application.id"],
            name="fk_scorecard_company_id_application_id",
        ),
        sa.UniqueConstraint("application_id", "author_id", name="uq_scorecard_application_id_author_id"),
    )
    op.create_table(
        "tag",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("company_id", sa.Integer(), sa.ForeignKey("company.id", name="fk_tag_company_id"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.UniqueConstraint("company_id", "id", name="uq_tag_company_id_id"),
    )
    op.create_index("uq_tag_name", "tag", ["company_id", sa.text("lower(name)")], unique=True)
    op.create_table(
        "tagging",
        sa.Column("candidate_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("tag_id", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column(
            "company_id", sa.Integer(), sa.ForeignKey("company.id", name="fk_tagging_company_id"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "candidate_id"],
            ["candidate.company_id", "candidate.id"],
            name="fk_tagging_company_id_candidate_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "tag_id"], ["tag.company_id", "tag.id"], name="fk_tagging_company_id_tag_id"
        ),
    )
    op.create_index("ix_tagging_tag_id", "tagging", ["tag_id", "candidate_id"])
    op.create_table(
        "opening",
        sa.Column("application_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column(
            "user_id",
            sa.Integer(),
            sa.ForeignKey("user.id", name="fk_opening_user_id", ondelete="CASCADE"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column(
            "company_id", sa.Integer(), sa.ForeignKey("company.id", name="fk_opening_company_id"), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "application_id"],
            ["application.company_id", "application.id"],
            name="fk_opening_company_id_application_id",
        ),
    )
    op.create_table(
        "saved_view",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column(
            "company_id", sa.Integer(), sa.ForeignKey("company.id", name="fk_saved_view_company_id"), nullable=False
        ),
        sa.Column(
            "user_id",
            sa.Integer(),
            sa.ForeignKey("user.id", name="fk_saved_view_user_id", ondelete="CASCADE"),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.UniqueConstraint("user_id", "name", name="uq_saved_view_user_id_name"),
    )


def downgrade():
    raise NotImplementedError("Ratings, tags and views would be lost: restore a backup instead.")
