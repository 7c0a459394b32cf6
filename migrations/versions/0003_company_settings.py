"""What a company decides for itself: limits per stage, reasons of rejection, consent, retention, logo."""

import json

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

REASONS = [
    {"id": "experience", "label": "Not enough experience", "mail": "application"},
    {"id": "better-fit", "label": "Someone else fit better", "mail": "interview"},
    {"id": "salary", "label": "Salary above range", "mail": "application"},
    {"id": "permit", "label": "No work permit", "mail": "application"},
    {"id": "filled", "label": "Place filled", "mail": "filled"},
    {"id": "other", "label": "Other", "mail": "application"},
]
COLUMNS = {
    "stage_limits": (JSONB(), "{}"),
    "rejection_reasons": (JSONB(), json.dumps(REASONS)),
    "consent_text": (sa.Text(), ""),
    "consent_version": (sa.Integer(), "1"),
}


def upgrade():
    for name, (kind, value) in COLUMNS.items():
        op.add_column("company", sa.Column(name, kind, nullable=False, server_default=value))
        op.alter_column("company", name, server_default=None)
    op.add_column("company", sa.Column("retention_months", sa.Integer()))
    op.add_column("company", sa.Column("logo_key", sa.Text()))
    op.create_check_constraint("ck_company_retention", "company", "retention_months BETWEEN 1 AND 120")


def downgrade():
    for name in (*COLUMNS, "retention_months", "logo_key"):
        op.drop_column("company", name)
