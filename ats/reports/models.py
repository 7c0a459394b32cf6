"""Journey: when an application reached each stage; WeeklyMail: who wants a mail about the week."""

import contextlib
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ats.extensions import Model, db
from ats.tenancy import TenantOwned, owned_by


class Journey(TenantOwned, Model):
    """One application's way, told by its StageChanges: a trigger writes the row anew with each of them.

    A change that was undone never happened. Nobody else writes here, and the figures read nothing but this: it holds
    no word about the person, so it stays as it is when they are erased.
    """

    __table_args__ = (
        owned_by("application"),
        owned_by("job"),
        sa.Index("ix_journey_applied_at", "company_id", "applied_at"),
        sa.Index("ix_journey_changed_at", "company_id", "changed_at"),
        sa.Index("ix_journey_ended_at", "company_id", "ended_at"),
        sa.Index("ix_journey_job_id", "job_id", "changed_at"),
    )

    application_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    job_id: Mapped[int]
    source: Mapped[str]
    applied_at: Mapped[datetime]
    screening_at: Mapped[datetime | None]
    interview_at: Mapped[datetime | None]
    offer_at: Mapped[datetime | None]
    hired_at: Mapped[datetime | None]
    rejected_at: Mapped[datetime | None]
    withdrawn: Mapped[bool]
    """Whether it was rejected because the candidate stepped back."""
    changed_at: Mapped[datetime]
    """When it last moved."""
    ended_at: Mapped[datetime | None] = mapped_column(sa.Computed("coalesce(hired_at, rejected_at)", persisted=True))

    @classmethod
    def reached_at(cls, stage: str) -> sa.orm.InstrumentedAttribute[datetime | None]:
        """The column that says when the stage was reached."""
        column: sa.orm.InstrumentedAttribute[datetime | None] = getattr(cls, f"{stage}_at")
        return column


class WeeklyMail(TenantOwned, Model):
    """That a user wants a mail each Monday morning."""

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    @classmethod
    def is_wanted_by(cls, user_id: int) -> bool:
        return db.session.get(cls, user_id) is not None

    @classmethod
    def want(cls, user_id: int, wanted: bool) -> None:
        """Begin or end it. Twice is as good as once."""
        if not wanted:
            db.session.execute(sa.delete(cls).where(cls.user_id == user_id))
        elif not cls.is_wanted_by(user_id):
            with contextlib.suppress(sa.exc.IntegrityError), db.session.begin_nested():  # Another window was first.
                db.session.add(cls(user_id=user_id))
