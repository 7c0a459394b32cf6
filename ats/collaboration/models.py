"""Note and Scorecard: what colleagues write about an application. Candidates never see either."""

from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ats.accounts.models import User
from ats.extensions import Model, db
from ats.tenancy import TenantOwned, owned_by

VERDICTS = {1: "Strong no", 2: "No", 3: "Yes", 4: "Strong yes"}


class Discussed(Protocol):
    """An application, which knows of this package and not the other way round."""

    id: int
    rating: int

    def touch_card(self) -> None: ...


class Note(TenantOwned, Model):
    """A note in Markdown."""

    __table_args__ = (
        sa.UniqueConstraint("company_id", "id"),
        owned_by("application"),
        sa.Index("ix_note_application_id", "application_id", "id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    body: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    edited_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(lazy="raise")

    @classmethod
    def write(cls, application: Discussed, *, author: User, body: str) -> "Note":
        """A new note under the application, which its card counts."""
        note = cls(application_id=application.id, author_id=author.id, body=body)
        db.session.add(note)
        application.touch_card()
        db.session.flush()  # Mails to those whom it mentions name the note's id.
        return note

    def edit(self, body: str) -> None:
        if body != self.body:
            self.body = body
            self.edited_at = sa.func.now()  # type: ignore[assignment]

    def delete(self, application: Discussed) -> None:
        db.session.delete(self)
        application.touch_card()


class Scorecard(TenantOwned, Model):
    """One colleague's judgement of an application, from 1 (strong no) to 4 (strong yes). One per person."""

    __table_args__ = (
        owned_by("application"),
        sa.UniqueConstraint("application_id", "author_id"),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name="rating"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    application_id: Mapped[int] = mapped_column(sa.BigInteger)
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"), index=True)
    rating: Mapped[int]
    comment: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    edited_at: Mapped[datetime | None]

    author: Mapped[User] = relationship(lazy="raise")

    @property
    def verdict(self) -> str:
        return VERDICTS[self.rating]

    @classmethod
    def hand_in(cls, application: Discussed, *, author: User, rating: int, comment: str) -> "Scorecard":
        """The author's scorecard, new or in place of the earlier one, and the application's new average.

        The application must be locked: of two who hand in at once, the second counts the first.
        """
        card = db.session.scalar(sa.select(cls).filter_by(application_id=application.id, author_id=author.id))
        if card is None:
            card = cls(application_id=application.id, author_id=author.id)
            db.session.add(card)
        elif (card.rating, card.comment) != (rating, comment):
            card.edited_at = sa.func.now()  # type: ignore[assignment]
        card.rating, card.comment = rating, comment
        ratings = db.session.scalars(sa.select(cls.rating).filter_by(application_id=application.id)).all()
        application.rating = round(100 * sum(ratings) / len(ratings))
        application.touch_card()
        return card
