"""What of a board is shown, and in which order: read from the query string, so that a view can be bookmarked."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any

import sqlalchemy as sa

from ats.candidates.models import Candidate, Tag, Tagging
from ats.collaboration.models import Note, Scorecard
from ats.pipeline.models import SOURCES, StageChange

SORTS = {"newest": "Newest first", "longest": "Longest waiting", "rating": "Best rated"}
RATINGS = {"350": "3.5 and up", "300": "3.0 and up", "low": "Below 3.0", "none": "Not rated"}
WAITING = {3: "3 days", 7: "7 days", 14: "14 days", 30: "30 days"}
LONGEST_QUERY = 100


@dataclass(frozen=True)
class Cursor:
    """The last card of a page: what it is sorted by, as a whole number, and its id."""

    value: int
    id: int

    def __str__(self) -> str:
        return f"{self.value}-{self.id}"

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """None for no cursor, and for one that is none: the first page then."""
        value, separator, number = (text or "").partition("-")
        if not (separator and value.isdecimal() and number.isdecimal() and len(value) < 17 and len(number) < 18):
            return None
        return cls(int(value), int(number))


@dataclass(frozen=True)
class Filters:
    """Only what differs from these defaults narrows the board."""

    q: str = ""
    source: str = ""
    tag: str = ""
    rating: str = ""
    waiting: int = 0
    """Longer than so many days in the stage."""
    mine: bool = False
    """What the user has moved, noted or scored."""
    sort: str = "newest"

    @classmethod
    def parse(cls, args: Mapping[str, str]) -> "Filters":
        """The filters of a query string. What makes no sense in it is left out."""
        days = args.get("waiting", "")
        return cls(
            q=args.get("q", "").strip()[:LONGEST_QUERY],
            source=args.get("source", "") if args.get("source") in SOURCES else "",
            tag=args.get("tag", "").strip()[:LONGEST_QUERY],
            rating=args.get("rating", "") if args.get("rating") in RATINGS else "",
            waiting=int(days) if days.isdecimal() and int(days[:5]) in WAITING else 0,
            mine=bool(args.get("mine")),
            sort=args.get("sort", "") if args.get("sort") in SORTS else "newest",
        )

    @property
    def query(self) -> dict[str, str]:
        """The query string's values, as `parse` reads them."""
        differing = {field.name: getattr(self, field.name) for field in fields(self)}
        return {
            name: "1" if value is True else str(value)
            for name, value in differing.items()
            if value != type(self).__dataclass_fields__[name].default
        }

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query.keys() - {"sort"})

    @cached_property
    def _few(self) -> list[int] | None:
        return Candidate.few_with(self.q)

    def criteria(self, application: Any, user_id: int) -> list[sa.ColumnElement[bool]]:
        """What an application must fulfil to be shown to the user."""
        wanted: list[sa.ColumnElement[bool]] = []
        if self.q:
            wanted.append(Candidate.has_words(application.candidate_id, self.q, self._few))
        if self.source:
            wanted.append(application.source == self.source)
        if self.tag:
            tagged = sa.and_(Tagging.tag_id == Tag.id, sa.func.lower(Tag.name) == self.tag.lower())
            wanted.append(sa.exists().where(Tagging.candidate_id == application.candidate_id, tagged))
        if self.rating == "none":
            wanted.append(application.rating == 0)
        elif self.rating == "low":
            wanted.append(application.rating.between(1, 299))
        elif self.rating:
            wanted.append(application.rating >= int(self.rating))
        if self.waiting:
            wanted.append(application.stage_since < datetime.now(UTC) - timedelta(days=self.waiting))
        if self.mine:
            touched = sa.union(
                sa.select(StageChange.application_id).where(StageChange.actor_id == user_id),
                sa.select(Note.application_id).where(Note.author_id == user_id),
                sa.select(Scorecard.application_id).where(Scorecard.author_id == user_id),
            )
            wanted.append(application.id.in_(touched))
        return wanted

    def order(self, application: Any) -> list[sa.UnaryExpression[Any]]:
        if self.sort == "rating":
            return [application.rating.desc(), application.id.desc()]
        if self.sort == "longest":
            return [application.stage_since.asc(), application.id.asc()]
        return [application.stage_since.desc(), application.id.desc()]

    def after(self, application: Any, cursor: Cursor) -> sa.ColumnElement[bool]:
        """What comes after the cursor in that order."""
        key = application.rating if self.sort == "rating" else application.stage_since
        here, there = sa.tuple_(key, application.id), sa.tuple_(sa.literal(self._key(cursor)), sa.literal(cursor.id))
        return here > there if self.sort == "longest" else here < there

    def before(self, application: Any, cursor: Cursor) -> sa.ColumnElement[bool]:
        """What comes before the cursor in that order."""
        key = application.rating if self.sort == "rating" else application.stage_since
        here, there = sa.tuple_(key, application.id), sa.tuple_(sa.literal(self._key(cursor)), sa.literal(cursor.id))
        return here < there if self.sort == "longest" else here > there

    def cursor(self, since: datetime, rating: int, application_id: int) -> Cursor:
        """Where a card with these values stands in the order; times in whole microseconds, as PostgreSQL keeps them."""
        micros = int(since.timestamp()) * 1_000_000 + since.microsecond
        return Cursor(rating if self.sort == "rating" else micros, application_id)

    def _key(self, cursor: Cursor) -> Any:
        if self.sort == "rating":
            return min(cursor.value, 1000)
        seconds, micros = divmod(cursor.value, 1_000_000)
        return datetime.fromtimestamp(min(seconds, 2**33), UTC).replace(microsecond=micros)
