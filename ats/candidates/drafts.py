"""Draft: an application that is being written. It keeps the resume and what was typed until it is sent, or 48 hours.

The browser holds its token in a cookie of the form's own address; only the hash of it is stored.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship, undefer

from ats import tenancy
from ats.candidates import files
from ats.candidates.models import Attachment
from ats.extensions import Model, db
from ats.tenancy import TenantOwned, owned_by
from ats.text import is_storable

LIFE = timedelta(hours=48)
LONGEST = 20_000
"""Characters of one value: more than any field takes, so that what is too long comes back to be shortened."""
MOST_FIELDS = 60
SWEEP_BATCH = 500


class Draft(TenantOwned, Model):
    """What somebody has filled in so far. Nobody reads it before it is sent."""

    __table_args__ = (owned_by("job"), owned_by("attachment", "resume_id"), sa.Index("ix_draft_saved_at", "saved_at"))

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    job_id: Mapped[int]
    token_hash: Mapped[str] = mapped_column(unique=True)
    resume_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """By the names of the form's fields."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    saved_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    resume: Mapped[Attachment | None] = relationship(
        lazy="raise", primaryjoin="Draft.resume_id == Attachment.id", foreign_keys="Draft.resume_id"
    )

    @classmethod
    def begin(cls, job_id: int) -> "tuple[Draft, str]":
        """A new draft, and the token to find it by."""
        token = secrets.token_urlsafe(24)
        draft = cls(job_id=job_id, token_hash=_hashed(token), resume=None, typed={})
        db.session.add(draft)
        return draft, token

    @classmethod
    def of(cls, token: str | None, job_id: int, *, lock: bool = False) -> "Draft | None":
        """The draft for that job, with its resume and the text of it; None if there is none (any more).

        Who changes it locks it: of two requests of one browser, the second finds what the first has left.
        """
        if not token:
            return None
        wanted = sa.select(cls).filter_by(token_hash=_hashed(token), job_id=job_id).where(cls.saved_at > _too_old())
        wanted = wanted.options(joinedload(cls.resume).options(undefer(Attachment.text)))
        if lock:
            wanted = wanted.with_for_update(of=cls)
        return db.session.scalar(wanted.execution_options(populate_existing=True))

    def save(self, typed: dict[str, str]) -> None:
        """Keep these values, by the names of their fields. What cannot be stored, or is far too long, is left out."""
        self.typed = {
            name: value
            for name, value in list(typed.items())[:MOST_FIELDS]
            if len(value) <= LONGEST and len(name) <= 100 and is_storable(name + value)
        }
        self.saved_at = sa.func.now()  # type: ignore[assignment]

    def keep_resume(self, resume: Attachment) -> None:
        """In the place of the one before, whose file is deleted by the hourly sweep."""
        self.drop_resume()
        self.resume = resume
        self.saved_at = sa.func.now()  # type: ignore[assignment]

    def drop_resume(self) -> None:
        if self.resume is not None:
            dropped, self.resume = self.resume, None
            db.session.flush()  # The row of the draft lets go of the attachment before that is deleted.
            db.session.delete(dropped)

    def hand_over(self) -> Attachment | None:
        """Its resume, which outlives it; the draft itself is deleted."""
        resume = self.resume
        db.session.delete(self)
        return resume

    def discard(self) -> None:
        self.drop_resume()
        db.session.delete(self)


def sweep_drafts() -> int:
    """RQ job, run by the schedule: delete drafts that nobody has touched for 48 hours, and return how many."""
    with current_app.app_context():
        tenancy.enter_everything()
        old = sa.select(Draft).where(Draft.saved_at <= _too_old()).order_by(Draft.id).limit(SWEEP_BATCH)
        drafts = db.session.scalars(old.options(joinedload(Draft.resume)).with_for_update(of=Draft)).all()
        keys = [draft.resume.key for draft in drafts if draft.resume]
        for draft in drafts:
            draft.discard()
        db.session.commit()
        for key in keys:
            files.delete(key)
        return len(drafts)


def _too_old() -> sa.ColumnElement[datetime]:
    return sa.func.now() - LIFE


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
