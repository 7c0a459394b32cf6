"""Note and Scorecard: what colleagues write about an application. Candidates never see either."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ats.accounts.models import User
from ats.extensions import Model
from ats.tenancy import TenantOwned, owned_by


class Note(TenantOwned, Model):
    """A note in Markdown."""

    __table_args__ = (
        sa.UniqueConstraint("company_id", "id"),
        owned_by("application"),
        sa.Index("ix_note_application_id", "application_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    edited_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(lazy="raise")


class Scorecard(TenantOwned, Model):
    """One colleague's judgement of an application, from 1 (strong no) to 4 (strong yes). One per person."""

    __table_args__ = (
        owned_by("application"),
        sa.UniqueConstraint("application_id", "author_id"),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name="rating"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    rating: Mapped[int]
    comment: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    edited_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(lazy="raise")
