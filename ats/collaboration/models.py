"""Note: what a colleague writes about an application. Candidates never see it."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ats.accounts.models import User
from ats.extensions import Model
from ats.tenancy import TenantOwned, owned_by


class Note(TenantOwned, Model):
    """A note in Markdown."""

    __table_args__ = (
        owned_by("application"),
        sa.Index("ix_note_application_id", "application_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    author: Mapped[User] = relationship(lazy="raise")
