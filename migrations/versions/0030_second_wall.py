"""The second wall: PostgreSQL itself shows a transaction only the rows of the scope that was bound to it."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0020"
branch_labels = None
depends_on = None

# What ats.tenancy binds to the transaction. A setting that was local to an earlier transaction reads as '' and not as
# missing, so both are refused. Each function is asked in a scalar subselect: once per statement and not once per row.
SCOPE = """
CREATE FUNCTION scope_is_entered() RETURNS boolean LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    IF coalesce(current_setting('foyer.scope', true), '') = '' THEN
        RAISE EXCEPTION 'a company''s rows are used while no scope is bound to the transaction'
            USING ERRCODE = 'insufficient_privilege', HINT = 'See ats/tenancy.py.';
    END IF;
    RETURN true;
END $$;
CREATE FUNCTION no_company() RETURNS integer LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
BEGIN
    PERFORM scope_is_entered();
    RETURN -1;
END $$;
CREATE FUNCTION scope_is(kind text) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT current_setting('foyer.scope', true) = kind $$;
CREATE FUNCTION scope_company() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN scope_is('company') THEN current_setting('foyer.company_id')::integer END $$;
CREATE FUNCTION scope_person() RETURNS integer LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT CASE WHEN scope_is('person') THEN current_setting('foyer.user_id')::integer END $$;
"""

# What a signed-in candidate applied with: the policy of application itself lets that person's rows through.
OWN = """
CREATE FUNCTION own_{name}() RETURNS bigint[] LANGUAGE sql STABLE PARALLEL SAFE AS
    $$ SELECT coalesce(array_agg(DISTINCT {column}), '{{}}') FROM application WHERE user_id = scope_person() $$;
"""
OWN_ROWS = {"applications": "id", "candidates": "candidate_id", "jobs": "job_id", "companies": "company_id"}

# Asked at the commit, when another scope may be bound than that of the change, or none.
LAST_ROW = """
CREATE OR REPLACE FUNCTION refuse_to_fall_behind() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    scope text := current_setting('foyer.scope', true);
BEGIN
    PERFORM set_config('foyer.scope', 'everything', true);
    IF NOT EXISTS (SELECT FROM application WHERE id = NEW.application_id AND stage_seq >= NEW.seq) THEN
        RAISE EXCEPTION 'an application stands where its history ends' USING ERRCODE = 'restrict_violation';
    END IF;
    PERFORM set_config('foyer.scope', scope, true);
    RETURN NULL;
END $$;
"""
# The same for what a candidate's withdrawal counts and may not see.
COUNT_DAYS = """
CREATE OR REPLACE FUNCTION count_stage_day(application application, n integer) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    scope text := current_setting('foyer.scope', true);
BEGIN
    PERFORM set_config('foyer.scope', 'everything', true);
    INSERT INTO stage_day (company_id, job_id, stage, day, count)
    VALUES (application.company_id, application.job_id, application.stage,
        date_trunc('day', application.stage_since, 'UTC'), n)
    ON CONFLICT (job_id, stage, day) DO UPDATE SET count = stage_day.count + n;
    PERFORM set_config('foyer.scope', scope, true);
END $$;
"""

# For this table and those of later migrations: SELECT wall_off('interview'). `visible` and `written` say which rows a
# candidate or the public may see and write besides; `lacking` whether a row may be written that has no company.
WALL_OFF = """
CREATE FUNCTION wall_off(tenant regclass, visible text DEFAULT 'false', written text DEFAULT NULL,
    lacking boolean DEFAULT false) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    ours text := 'company_id = (SELECT scope_company()) OR (SELECT scope_is(''everything'')) OR ';
    nobodys text := CASE WHEN lacking THEN 'company_id IS NULL OR ' ELSE '' END;
BEGIN
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', tenant);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', tenant);
    -- A scalar subselect is first asked at the first row, so that a forgotten scope would go unseen on an empty table.
    -- The comparison beside it, which is never made, is what the planner asks when it estimates the number of rows.
    EXECUTE format('CREATE POLICY scope_is_entered ON %s AS RESTRICTIVE '
        'USING ((SELECT scope_is_entered()) OR company_id <> no_company()) '
        'WITH CHECK (%s (SELECT scope_is_entered()))', tenant, nobodys);
    EXECUTE format('CREATE POLICY rows_of_scope ON %s USING (%s %s) WITH CHECK (%s %s %s)',
        tenant, ours, visible, nobodys, ours, coalesce(written, visible));
END $$;
"""
OWN_APPLICATION = "application_id = ANY ((SELECT own_applications())::bigint[])"
OWN_CANDIDATE = "candidate_id = ANY ((SELECT own_candidates())::bigint[])"
VISIBLE = {
    "application": "user_id = (SELECT scope_person())",
    "stage_change": f"(SELECT scope_is('person')) AND {OWN_APPLICATION}",
    "candidate": "(SELECT scope_is('person')) AND id = ANY ((SELECT own_candidates())::bigint[])",
    "attachment": f"(SELECT scope_is('person')) AND {OWN_CANDIDATE}",
    "data_request": f"(SELECT scope_is('person')) AND {OWN_CANDIDATE}",
    "job": "(SELECT scope_is('public')) AND status = 'open' "
    "OR (SELECT scope_is('person')) AND id = ANY ((SELECT own_jobs())::bigint[])",
    "message": "(SELECT scope_is('person')) AND split_part(dedupe_key, ':', 1) = 'stage' "
    "AND split_part(dedupe_key, ':', 2) = ANY ((SELECT own_applications())::text[])",
}
WRITTEN = {
    # A withdrawal counts in the books of the job.
    "job": "(SELECT scope_is('person')) AND id = ANY ((SELECT own_jobs())::bigint[])",
    # A candidate who withdraws writes to the recruiters of the company.
    "message": "(SELECT scope_is('person')) AND company_id = ANY ((SELECT own_companies())::bigint[])",
}
LACKING = {"message"}

# Who signs in is looked for before there is a scope, by the address alone. Once there is one, a company sees its own
# people and the accounts of candidates, and a candidate the people of the companies they applied to.
USERS = """
ALTER TABLE "user" ENABLE ROW LEVEL SECURITY;
ALTER TABLE "user" FORCE ROW LEVEL SECURITY;
CREATE POLICY rows_of_scope ON "user" USING (
    (SELECT coalesce(current_setting('foyer.scope', true), '') IN ('', 'everything'))
    OR company_id = (SELECT scope_company())
    OR company_id IS NULL
    OR id = (SELECT scope_person())
    OR (SELECT scope_is('person')) AND company_id = ANY ((SELECT own_companies())::bigint[])
) WITH CHECK (
    (SELECT coalesce(current_setting('foyer.scope', true), '') IN ('', 'everything'))
    OR company_id = (SELECT scope_company())
    OR company_id IS NULL
    OR id = (SELECT scope_person())
);
"""

# LIKE is not leakproof, so that no index answers it under a policy. The owner looks instead (ats.database.grant lets
# it, once the application signs in as another role), and keeps to the scope by itself.
SEARCH = """
CREATE FUNCTION candidates_with(pattern text, further text[] DEFAULT '{}', most integer DEFAULT NULL)
    RETURNS SETOF bigint LANGUAGE sql STABLE ROWS 100 SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT id FROM candidate
    WHERE words LIKE pattern AND words LIKE ALL (further) AND scope_is_entered()
        AND (company_id = scope_company() OR scope_is('everything'))
    LIMIT most
$$;
"""


def upgrade():
    op.execute(SCOPE)
    for name, column in OWN_ROWS.items():
        op.execute(OWN.format(name=name, column=column))
    op.execute(WALL_OFF)
    tables = op.get_bind().execute(
        sa.text(
            "SELECT table_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name = 'company_id' AND table_name <> 'user' ORDER BY 1"
        )
    )
    for (name,) in tables.all():
        op.get_bind().execute(
            sa.text("SELECT wall_off(CAST(:name AS regclass), :visible, :written, :lacking)"),
            {
                "name": name,
                "visible": VISIBLE.get(name, "false"),
                "written": WRITTEN.get(name),
                "lacking": name in LACKING,
            },
        )
    op.execute(SEARCH)
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit()"
    )
    op.execute(USERS)
    op.execute(LAST_ROW)
    op.execute(COUNT_DAYS)


def downgrade():
    raise NotImplementedError("A wall is not taken down: restore a backup instead.")
