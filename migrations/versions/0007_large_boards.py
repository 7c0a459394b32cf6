"""What keeps a board as quick with 100,000 applications as with 100."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

COUNT_DAYS = """
CREATE FUNCTION count_stage_day(application application, n integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO stage_day (company_id, job_id, stage, day, count)
    VALUES (application.company_id, application.job_id, application.stage,
        date_trunc('day', application.stage_since, 'UTC'), n)
    ON CONFLICT (job_id, stage, day) DO UPDATE SET count = stage_day.count + n;
$$;
"""

# As before (0004), and counts by days under the lock of the job's row.
FOLLOW = """
CREATE OR REPLACE FUNCTION follow_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.stage = OLD.stage AND NEW.shown_version = OLD.shown_version
        AND NEW.stage_since = OLD.stage_since
    THEN
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
    IF TG_OP = 'INSERT' THEN
        PERFORM count_stage_day(NEW, 1);
    ELSIF NEW.stage <> OLD.stage OR NEW.stage_since <> OLD.stage_since THEN
        PERFORM count_stage_day(OLD, -1);
        PERFORM count_stage_day(NEW, 1);
    END IF;
    IF TG_OP = 'INSERT' OR NEW.stage <> OLD.stage THEN
        NEW.moved_version := NEW.shown_version;
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION forget_application() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE job SET
        board_version = board_version + 1,
        stage_counts = stage_counts || jsonb_build_object(OLD.stage, (stage_counts ->> OLD.stage)::int - 1)
        WHERE id = OLD.job_id;
    PERFORM count_stage_day(OLD, -1);
    RETURN OLD;
END $$;
"""


def upgrade():
    op.create_table(
        "stage_day",
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("day", sa.DateTime(timezone=True), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "stage", "day", name="pk_stage_day"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_stage_day_company_id"),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"],
            ["job.company_id", "job.id"],
            name="fk_stage_day_company_id_job_id",
            ondelete="CASCADE",
        ),
    )
    op.execute(
        "INSERT INTO stage_day (company_id, job_id, stage, day, count) SELECT company_id, job_id, stage, "
        "date_trunc('day', stage_since, 'UTC'), count(*) FROM application GROUP BY 1, 2, 3, 4"
    )
    op.execute(COUNT_DAYS)
    op.execute(FOLLOW)
    op.drop_index("ix_candidate_words", "candidate")
    words = sa.Computed("' ' || lower(name || ' ' || email || ' ' || headline)", persisted=True)
    op.add_column("candidate", sa.Column("words", sa.Text(), words, nullable=False))
    op.create_index(
        "ix_candidate_words", "candidate", ["words"], postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}
    )
    for table, column in (("stage_change", "actor_id"), ("note", "author_id"), ("scorecard", "author_id")):
        op.create_index(f"ix_{table}_{column}", table, [column])


def downgrade():
    raise NotImplementedError("Restore a backup instead.")
