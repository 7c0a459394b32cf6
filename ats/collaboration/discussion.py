"""What one colleague may read of what all of them wrote about an application."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from ats.accounts.models import User
from ats.collaboration import mentions
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db


@dataclass(frozen=True)
class Discussion:
    """The notes, and the scorecards: those of others only for a reader whose own is in, so that all judge unswayed.

    Until then the reader learns how many there are, and nothing of what they say: neither verdicts nor the average,
    nor who wrote them.
    """

    notes: Sequence[Note]
    """The newest first."""
    colleagues: Sequence[User]
    own: Scorecard | None
    others: Sequence[Scorecard]
    sealed: int
    """How many scorecards of others the reader does not see yet."""

    @classmethod
    def of(cls, application_id: int, reader: User) -> "Discussion":
        notes = sa.select(Note).filter_by(application_id=application_id).order_by(Note.id.desc())
        cards = sa.select(Scorecard).filter_by(application_id=application_id).order_by(Scorecard.id)
        written = db.session.scalars(cards.options(joinedload(Scorecard.author))).all()
        own = next((card for card in written if card.author_id == reader.id), None)
        others = [card for card in written if card is not own]
        assert reader.company_id
        return cls(
            notes=db.session.scalars(notes.options(joinedload(Note.author))).all(),
            colleagues=mentions.colleagues(reader.company_id),
            own=own,
            others=others if own else [],
            sealed=0 if own else len(others),
        )

    @property
    def names(self) -> list[str]:
        return [colleague.name for colleague in self.colleagues]

    @property
    def scorecards(self) -> list[Scorecard]:
        """What the reader sees, their own first."""
        return [self.own, *self.others] if self.own else []

    @property
    def average(self) -> float | None:
        """Of what the reader sees, which is all or nothing."""
        ratings = [card.rating for card in self.scorecards]
        return sum(ratings) / len(ratings) if ratings else None
