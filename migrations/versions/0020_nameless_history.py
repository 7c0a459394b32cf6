"""Erasing a person also takes out of the history which account of theirs made a change."""

from alembic import op

revision = "0020"
down_revision = "0010"
branch_labels = None
depends_on = None

# The generated columns are left out of what is compared: they follow from the others, and are not computed yet.
REFUSE = """
CREATE OR REPLACE FUNCTION refuse_change_of_history() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND {admitted}
        AND to_jsonb(NEW) - '{{{left_out},prev_seq,undoable_from}}'::text[]
            = to_jsonb(OLD) - '{{{left_out},prev_seq,undoable_from}}'::text[]
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the history of an application is append-only' USING ERRCODE = 'restrict_violation';
END $$;
"""
# Of a person who is erased goes the free text of a reason, and the candidate's own account as the one who acted.
BLANKED = """NEW.actor_id IS NULL AND EXISTS (SELECT FROM "user" WHERE id = OLD.actor_id AND company_id IS NULL)"""
ADMITTED = f"""(
        (NEW.reason IS NULL AND NEW.actor_id IS NOT DISTINCT FROM OLD.actor_id)
        OR ((NEW.reason IS NULL OR NEW.reason = OLD.reason) AND {BLANKED}))"""


def upgrade():
    op.execute(REFUSE.format(admitted=ADMITTED, left_out="reason,actor_id"))


def downgrade():
    op.execute(REFUSE.format(admitted="NEW.reason IS NULL", left_out="reason"))
