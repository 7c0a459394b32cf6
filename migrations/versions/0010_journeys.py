"""Journeys: when each application reached each stage, told by the history; and who wants the weekly mail."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0007"
branch_labels = None
depends_on = None

# A change that was taken back never happened, and neither did taking it back. What is left leads to each stage once at
# most, so that a whole history fits into one row.
TELL = """
INSERT INTO journey (application_id, company_id, job_id, source, applied_at, screening_at, interview_at, offer_at,
    hired_at, rejected_at, withdrawn, changed_at)
SELECT application.id, application.company_id, application.job_id, application.source,
    max(change.created_at) FILTER (WHERE change.to_stage = 'applied'),
    max(change.created_at) FILTER (WHERE change.to_stage = 'screening'),
    max(change.created_at) FILTER (WHERE change.to_stage = 'interview'),
    max(change.created_at) FILTER (WHERE change.to_stage = 'offer'),
    max(change.created_at) FILTER (WHERE change.to_stage = 'hired'),
    max(change.created_at) FILTER (WHERE change.to_stage = 'rejected'),
    coalesce(bool_or(change.to_stage = 'rejected' AND change.reason = 'withdrawn'), false),
    max(change.created_at)
FROM application JOIN stage_change AS change ON change.application_id = application.id
WHERE {which} change.undoes_seq IS NULL AND NOT EXISTS (
    SELECT FROM stage_change AS undo
    WHERE undo.application_id = change.application_id AND undo.seq = change.seq + 1 AND undo.undoes_seq = change.seq)
GROUP BY application.id
ON CONFLICT (application_id) DO UPDATE SET (screening_at, interview_at, offer_at, hired_at, rejected_at, withdrawn,
    changed_at) = (excluded.screening_at, excluded.interview_at, excluded.offer_at, excluded.hired_at,
    excluded.rejected_at, excluded.withdrawn, excluded.changed_at)
"""

# Candidates who withdraw see no journeys (0030), and yet theirs is told.
FOLLOW = f"""
CREATE FUNCTION tell_journeys() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    scope text := current_setting('foyer.scope', true);
BEGIN
    PERFORM set_config('foyer.scope', 'everything', true);
    {TELL.format(which="change.application_id IN (SELECT application_id FROM came) AND")};
    PERFORM set_config('foyer.scope', scope, true);
    RETURN NULL;
END $$;
CREATE TRIGGER tell_journeys AFTER INSERT ON stage_change REFERENCING NEW TABLE AS came
    FOR EACH STATEMENT EXECUTE FUNCTION tell_journeys();
CREATE FUNCTION copy_to_journey() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE journey SET source = NEW.source, job_id = NEW.job_id WHERE application_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER copy_to_journey AFTER UPDATE OF source, job_id ON application FOR EACH ROW
    WHEN (NEW.source <> OLD.source OR NEW.job_id <> OLD.job_id) EXECUTE FUNCTION copy_to_journey();
"""


def moment(name, nullable=True):
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade():
    op.create_table(
        "journey",
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        moment("applied_at", nullable=False),
        moment("screening_at"),
        moment("interview_at"),
        moment("offer_at"),
        moment("hired_at"),
        moment("rejected_at"),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        moment("changed_at", nullable=False),
        sa.Column(
            "ended_at", sa.DateTime(timezone=True), sa.Computed("coalesce(hired_at, rejected_at)", persisted=True)
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_journey_company_id"),
        sa.ForeignKeyConstraint(
            ["company_id", "application_id"],
            ["application.company_id", "application.id"],
            name="fk_journey_company_id_application_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"], ["job.company_id", "job.id"], name="fk_journey_company_id_job_id"
        ),
        sa.PrimaryKeyConstraint("application_id", name="pk_journey"),
    )
    op.execute(TELL.format(which=""))
    op.create_index("ix_journey_applied_at", "journey", ["company_id", "applied_at"])
    op.create_index("ix_journey_changed_at", "journey", ["company_id", "changed_at"])
    op.create_index("ix_journey_ended_at", "journey", ["company_id", "ended_at"])
    op.create_index("ix_journey_job_id", "journey", ["job_id", "changed_at"])
    op.execute(FOLLOW)
    op.create_index(
        "ix_application_waiting",
        "application",
        ["company_id", "stage", "stage_since"],
        postgresql_where=sa.text("stage IN ('applied', 'screening', 'interview', 'offer')"),
    )

    op.create_table(
        "weekly_mail",
        sa.Column("user_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_weekly_mail_user_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_weekly_mail_company_id"),
        sa.PrimaryKeyConstraint("user_id", name="pk_weekly_mail"),
    )


def downgrade():
    op.drop_table("weekly_mail")
    op.drop_index("ix_application_waiting", "application")
    op.execute("DROP TRIGGER tell_journeys ON stage_change")
    op.execute("DROP TRIGGER copy_to_journey ON application")
    op.execute("DROP FUNCTION tell_journeys()")
    op.execute("DROP FUNCTION copy_to_journey()")
    op.drop_table("journey")
