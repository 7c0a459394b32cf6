"""What the worker does with files: read the text out of resumes, and remove files that belong to no row."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app

from ats import background, tenancy
from ats.accounts.models import Company
from ats.candidates import files, resumes
from ats.candidates.models import Attachment
from ats.extensions import db

READ = "ats.candidates.housekeeping.read_text"
UNREAD_AFTER = timedelta(minutes=5)
ORPHANED_AFTER = timedelta(hours=1)
"""A file is stored before the row that names it is committed; this is the longest that may take."""


def nudge(attachment: Attachment) -> None:
    """Have the text read, once the current transaction has committed."""
    background.after_commit(
        background.FILES, READ, attachment.company_id, attachment.id, job_id=f"text-{attachment.id}"
    )


def read_text(company_id: int, attachment_id: int) -> None:
    """RQ job: keep the text of a resume beside it; empty where there is none to read."""
    with current_app.app_context():
        tenancy.enter_company(company_id)
        attachment = db.session.get(Attachment, attachment_id)
        if attachment is None or attachment.text is not None:
            return
        key, media_type = attachment.key, attachment.media_type
        db.session.commit()  # No transaction stays open while a file is read.
        try:
            attachment.text = resumes.extract_text(files.read(key), media_type) or ""
        except files.FileMissing:
            attachment.text = ""  # Nothing to read, now or later.
        db.session.commit()


def read_unread() -> int:
    """RQ job, run by the schedule: ask again for texts whose nudge was lost, and return how many."""
    with current_app.app_context():
        tenancy.enter_everything()
        unread = sa.select(Attachment).where(
            Attachment.text.is_(None), Attachment.created_at < sa.func.now() - UNREAD_AFTER
        )
        attachments = db.session.scalars(unread.limit(500)).all()
        for attachment in attachments:
            nudge(attachment)
        db.session.commit()
        return len(attachments)


def sweep_files() -> int:
    """RQ job, run by the schedule: delete the files that no row names, and return how many."""
    with current_app.app_context():
        tenancy.enter_everything()
        return files.sweep(_known, older_than=ORPHANED_AFTER)


def _known(keys: Sequence[str]) -> set[str]:
    attachments = sa.select(Attachment.key).where(Attachment.key.in_(keys))
    logos = sa.select(Company.logo_key).where(Company.logo_key.in_(keys))
    return {*db.session.scalars(attachments), *db.session.scalars(logos)}
