"""All tables, the history that only grows, and the counts that follow the applications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Erasing a person blanks the free text of a reason; everything else stays for ever. The generated columns are left
    -- out: they follow from the others, and are not computed yet when this runs.
    IF TG_OP = 'UPDATE' AND NEW.reason IS NULL
        AND to_jsonb(NEW) - '{reason,prev_seq,undoable_from}'::text[]
            = to_jsonb(OLD) - '{reason,prev_seq,undoable_from}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the history of an application is append-only' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON stage_change
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_history();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON stage_change
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_history();
"""

# The foreign key of application says that it stands at a row of its history; these, that it is the last one.
LAST_ROW = """
CREATE FUNCTION refuse_to_fall_behind() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM application WHERE id = NEW.application_id AND stage_seq >= NEW.seq) THEN
        RAISE EXCEPTION 'an application stands where its history ends' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER application_follows AFTER INSERT ON stage_change DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_to_fall_behind();
CREATE FUNCTION refuse_to_step_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an application stands where its history ends' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER never_back BEFORE UPDATE OF stage_seq ON application
    FOR EACH ROW WHEN (NEW.stage_seq < OLD.stage_seq) EXECUTE FUNCTION refuse_to_step_back();
"""

# The jobs are locked before they are counted, in the order of their ids and after the applications: the order in which
# all code takes them. Counting in the statement that locks would count what was there before the wait.
COUNTS = """
CREATE FUNCTION follow_applications_{event}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM job WHERE id IN (SELECT job_id FROM ({moved}) AS moved) ORDER BY id FOR NO KEY UPDATE;
    WITH delta AS (
        SELECT job_id, stage, sum(n) AS n FROM ({moved}) AS moved GROUP BY job_id, stage HAVING sum(n) <> 0
    )
    UPDATE job
    SET board_version = board_version + 1,
        stage_counts = stage_counts || (
            SELECT jsonb_object_agg(stage, coalesce((stage_counts ->> stage)::int, 0) + n)
            FROM delta WHERE delta.job_id = job.id
        )
    WHERE id IN (SELECT job_id FROM delta);
    RETURN NULL;
END $$;
CREATE TRIGGER follow_applications_{event} AFTER {event} ON application REFERENCING {tables}
    FOR EACH STATEMENT EXECUTE FUNCTION follow_applications_{event}();
"""
CAME = "SELECT job_id, stage, 1 AS n FROM came"
WENT = "SELECT job_id, stage, -1 AS n FROM went"
EVENTS = {
    "insert": (CAME, "NEW TABLE AS came"),
    "update": (f"{CAME} UNION ALL {WENT}", "NEW TABLE AS came OLD TABLE AS went"),
    "delete": (WENT, "OLD TABLE AS went"),
}


def upgrade():
    op.create_table(
        "company",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("accent_hue", sa.Integer(), nullable=False),
        sa.Column("accent_chroma", sa.Double(), nullable=False),
        sa.Column("mail_hold_seconds", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("accent_hue BETWEEN 0 AND 360", name="ck_company_accent_hue"),
        sa.CheckConstraint("mail_hold_seconds BETWEEN 0 AND 600", name="ck_company_mail_hold"),
        sa.PrimaryKeyConstraint("id", name="pk_company"),
        sa.UniqueConstraint("slug", name="uq_company_slug"),
    )
    op.create_table(
        "candidate",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("phone", sa.Text(), nullable=False),
        sa.Column("headline", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("email = lower(email)", name="ck_candidate_email_is_lower_case"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_candidate_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_candidate"),
        sa.UniqueConstraint("company_id", "email", name="uq_candidate_company_id_email"),
        sa.UniqueConstraint("company_id", "id", name="uq_candidate_company_id_id"),
    )
    op.create_table(
        "message",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("context", JSONB(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("nudges", sa.Integer(), nullable=False),
        sa.Column("nudged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('pending', 'sent', 'dead', 'cancelled')", name="ck_message_status"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_message_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_message"),
        sa.UniqueConstraint("dedupe_key", name="uq_message_dedupe_key"),
    )
    op.create_index("ix_message_company_id", "message", ["company_id"])
    op.create_index("ix_message_due", "message", ["due_at"], postgresql_where=sa.text("status = 'pending'"))

    op.create_table(
        "user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=True),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("(role = 'candidate') = (company_id IS NULL)", name="ck_user_staff_have_a_company"),
        sa.CheckConstraint("role IN ('candidate', 'hiring_manager', 'recruiter', 'admin')", name="ck_user_role"),
        sa.CheckConstraint("email = lower(email)", name="ck_user_email_is_lower_case"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_user_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_user"),
        sa.UniqueConstraint("email", name="uq_user_email"),
    )
    op.create_index("ix_user_company_id", "user", ["company_id"])

    op.create_table(
        "attachment",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "candidate_id"],
            ["candidate.company_id", "candidate.id"],
            name="fk_attachment_company_id_candidate_id",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_attachment_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_attachment"),
        sa.UniqueConstraint("company_id", "id", name="uq_attachment_company_id_id"),
        sa.UniqueConstraint("key", name="uq_attachment_key"),
    )
    op.create_index("ix_attachment_candidate_id", "attachment", ["candidate_id"])

    op.create_table(
        "job",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("department", sa.Text(), nullable=False),
        sa.Column("location", sa.Text(), nullable=False),
        sa.Column("workplace", sa.Text(), nullable=False),
        sa.Column("employment_type", sa.Text(), nullable=False),
        sa.Column("salary_min", sa.Integer(), nullable=True),
        sa.Column("salary_max", sa.Integer(), nullable=True),
        sa.Column("salary_currency", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("questions", JSONB(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_by_id", sa.Integer(), nullable=True),
        sa.Column("board_version", sa.BigInteger(), nullable=False),
        sa.Column("stage_counts", JSONB(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "employment_type IN ('full_time', 'part_time', 'temporary', 'contract', 'internship')",
            name="ck_job_employment_type",
        ),
        sa.CheckConstraint("status IN ('draft', 'open', 'closed', 'archived')", name="ck_job_status"),
        sa.CheckConstraint("workplace IN ('on_site', 'hybrid', 'remote')", name="ck_job_workplace"),
        sa.CheckConstraint("salary_min <= salary_max", name="ck_job_salary_range"),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_job_company_id"),
        sa.ForeignKeyConstraint(["created_by_id"], ["user.id"], name="fk_job_created_by_id"),
        sa.PrimaryKeyConstraint("id", name="pk_job"),
        sa.UniqueConstraint("company_id", "id", name="uq_job_company_id_id"),
    )
    op.create_index("ix_job_company_id_status", "job", ["company_id", "status"])

    op.create_table(
        "user_session",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_user_session_user_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_user_session"),
    )
    op.create_index("ix_user_session_user_id", "user_session", ["user_id"])

    op.create_table(
        "application",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.Integer(), nullable=False),
        sa.Column("candidate_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("cover_letter", sa.Text(), nullable=False),
        sa.Column("answers", JSONB(), nullable=False),
        sa.Column("resume_id", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=False),
        sa.Column("stage_seq", sa.Integer(), nullable=False),
        sa.Column("stage_since", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "stage IN ('applied', 'screening', 'interview', 'offer', 'hired', 'rejected')", name="ck_application_stage"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "candidate_id"],
            ["candidate.company_id", "candidate.id"],
            name="fk_application_company_id_candidate_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "job_id"], ["job.company_id", "job.id"], name="fk_application_company_id_job_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "resume_id"],
            ["attachment.company_id", "attachment.id"],
            name="fk_application_company_id_resume_id",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_application_company_id"),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name="fk_application_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_application"),
        sa.UniqueConstraint("company_id", "id", name="uq_application_company_id_id"),
        sa.UniqueConstraint("job_id", "candidate_id", name="uq_application_job_id_candidate_id"),
    )
    op.create_index(
        "ix_application_board", "application", ["job_id", "stage", sa.text("stage_since DESC"), sa.text("id DESC")]
    )
    op.create_index("ix_application_candidate_id", "application", ["candidate_id"])
    op.create_index(
        "ix_application_list", "application", ["company_id", sa.text("created_at DESC"), sa.text("id DESC")]
    )
    op.create_index("ix_application_user_id", "application", ["user_id"])

    op.create_table(
        "note",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name="fk_note_author_id"),
        sa.ForeignKeyConstraint(
            ["company_id", "application_id"],
            ["application.company_id", "application.id"],
            name="fk_note_company_id_application_id",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_note_company_id"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    op.create_index("ix_note_application_id", "note", ["application_id", "id"])

    op.create_table(
        "stage_change",
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("prev_seq", sa.Integer(), sa.Computed("NULLIF(seq - 1, 0)", persisted=True), nullable=True),
        sa.Column("from_stage", sa.Text(), nullable=True),
        sa.Column("to_stage", sa.Text(), nullable=False),
        sa.Column("undoes_seq", sa.Integer(), nullable=True),
        sa.Column(
            "undoable_from",
            sa.Text(),
            sa.Computed("CASE WHEN undoes_seq IS NULL THEN from_stage END", persisted=True),
            nullable=True,
        ),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("company_id", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "seq = 1 OR undoes_seq IS NOT NULL OR (from_stage, to_stage) IN (('applied', 'screening'), "
            "('applied', 'rejected'), ('screening', 'interview'), ('screening', 'rejected'), ('interview', 'offer'), "
            "('interview', 'rejected'), ('offer', 'hired'), ('offer', 'rejected'))",
            name="ck_stage_change_legal_move",
        ),
        sa.CheckConstraint("seq > 1 OR to_stage = 'applied'", name="ck_stage_change_first_goes_to_the_first_stage"),
        sa.CheckConstraint(
            "to_stage IN ('applied', 'screening', 'interview', 'offer', 'hired', 'rejected')",
            name="ck_stage_change_to_stage",
        ),
        sa.CheckConstraint("(seq = 1) = (from_stage IS NULL)", name="ck_stage_change_first_comes_from_nowhere"),
        sa.CheckConstraint("seq >= 1", name="ck_stage_change_seq"),
        sa.CheckConstraint("undoes_seq = prev_seq", name="ck_stage_change_undoes_the_last"),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name="fk_stage_change_actor_id"),
        sa.ForeignKeyConstraint(
            ["application_id", "prev_seq", "from_stage"],
            ["stage_change.application_id", "stage_change.seq", "stage_change.to_stage"],
            name="fk_stage_change_starts_where_the_last_ended",
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "undoes_seq", "to_stage"],
            ["stage_change.application_id", "stage_change.seq", "stage_change.undoable_from"],
            name="fk_stage_change_undo_leads_back",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "application_id"],
            ["application.company_id", "application.id"],
            name="fk_stage_change_company_id_application_id",
        ),
        sa.ForeignKeyConstraint(["company_id"], ["company.id"], name="fk_stage_change_company_id"),
        sa.PrimaryKeyConstraint("application_id", "seq", name="pk_stage_change"),
        sa.UniqueConstraint("application_id", "seq", "to_stage", name="uq_stage_change_application_id_seq_to_stage"),
        sa.UniqueConstraint(
            "application_id", "seq", "undoable_from", name="uq_stage_change_application_id_seq_undoable_from"
        ),
    )
    op.create_index("ix_stage_change_company_id", "stage_change", ["company_id", "created_at"])
    op.create_foreign_key(
        "fk_application_last_stage_change",
        "application",
        "stage_change",
        ["id", "stage_seq", "stage"],
        ["application_id", "seq", "to_stage"],
        deferrable=True,
        initially="DEFERRED",
    )
    op.execute(APPEND_ONLY)
    op.execute(LAST_ROW)
    for event, (moved, tables) in EVENTS.items():
        op.execute(COUNTS.format(event=event, moved=moved, tables=tables))


def downgrade():
    op.drop_constraint("fk_application_last_stage_change", "application")
    for table in (
        "stage_change",
        "note",
        "application",
        "attachment",
        "candidate",
        "message",
        "user_session",
        "job",
        "user",
        "company",
    ):
        op.drop_table(table)
    guards = "refuse_change_of_history", "refuse_to_fall_behind", "refuse_to_step_back"
    for function in (*guards, *(f"follow_applications_{event}" for event in EVENTS)):
        op.execute(f"DROP FUNCTION {function}()")
