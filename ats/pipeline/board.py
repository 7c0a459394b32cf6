"""The board's read model: what the columns show, in one statement however many applications there are."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from ats.candidates.models import Candidate
from ats.collaboration.models import Note
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import WITHDRAWN, Application, StageChange
from ats.pipeline.stages import LABELS, STAGE, STAGES, TARGETS, Stage

PAGE = 25
"""Cards of a column that are shown at first, and that each scroll to its end adds."""


@dataclass(frozen=True)
class Card:
    """One application as the board shows it."""

    id: int
    stage: str
    seq: int
    since: datetime
    source: str
    name: str
    headline: str
    notes: int
    withdrawn: bool

    @property
    def moves(self) -> list[tuple[str, str]]:
        """The legal moves, as (stage, label of the button)."""
        return [(target, LABELS[self.stage, target]) for target in TARGETS[self.stage]]

    @property
    def lateness(self) -> str | None:
        """The tone of the age: `late` or `bad` by the limits of the stage."""
        limits = STAGE[self.stage].days
        days = (datetime.now(UTC) - self.since).days
        if limits is None or days <= limits[0]:
            return None
        return "bad" if days > limits[1] else "late"

    @property
    def cursor(self) -> str:
        """Where the next page begins, for `Cursor.parse`."""
        return f"{int(self.since.timestamp() * 1_000_000)}-{self.id}"


@dataclass(frozen=True)
class Cursor:
    """The last card of a page: `since` in microseconds since 1970, as whole as PostgreSQL keeps it."""

    since: datetime
    id: int

    @classmethod
    def parse(cls, text: str | None) -> "Cursor | None":
        """None for no cursor, and for one that is none: the first page then."""
        micros, separator, number = (text or "").partition("-")
        if not (separator and micros.isdecimal() and number.isdecimal() and len(micros) < 17 and len(number) < 19):
            return None
        seconds, rest = divmod(int(micros), 1_000_000)
        return cls(datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest), int(number))


@dataclass(frozen=True)
class Column:
    stage: Stage
    total: int
    cards: list[Card]
    more: bool
    """Whether there are cards behind the last one."""

    @property
    def next_cursor(self) -> str | None:
        return self.cards[-1].cursor if self.more else None


def columns(job: Job) -> list[Column]:
    """All six columns with their first cards."""
    cards: dict[str, list[Card]] = {stage.value: [] for stage in STAGES}
    for card in _cards(job, [stage.value for stage in STAGES]):
        cards[card.stage].append(card)
    return [_column(job, stage, cards[stage.value]) for stage in STAGES]


def column(job: Job, stage: str, after: Cursor | None) -> Column:
    """One column from the card after the cursor on."""
    return _column(job, STAGE[stage], _cards(job, [stage], after))


def card(application: Application) -> Card:
    """One card, as it is now."""
    statement = _with_what_is_shown(Application, sa.select(Application.id).where(Application.id == application.id))
    return _made(db.session.execute(statement).one())


def _column(job: Job, stage: Stage, cards: list[Card]) -> Column:
    return Column(stage, job.count(stage.value), cards[:PAGE], more=len(cards) > PAGE)


def _cards(job: Job, stages: list[str], after: Cursor | None = None) -> list[Card]:
    """The first cards of each stage, one more than a page. The index on (job, stage, since, id) gives them in order."""
    # Not VALUES, which SQLAlchemy would compile anew at each request.
    stage = sa.func.unnest(sa.literal(stages, ARRAY(sa.Text))).table_valued("name", name="stage")
    first = (
        sa.select(Application)
        .where(Application.job_id == job.id, Application.stage == stage.c.name)
        .order_by(Application.stage_since.desc(), Application.id.desc())
        .limit(PAGE + 1)
    )
    if after:
        first = first.where(sa.tuple_(Application.stage_since, Application.id) < sa.tuple_(after.since, after.id))
    shown = aliased(Application, first.lateral("shown"))
    base = sa.select(shown.id).select_from(sa.join(stage, shown, sa.true()))
    ordered = _with_what_is_shown(shown, base).order_by(shown.stage_since.desc(), shown.id.desc())
    return [_made(row) for row in db.session.execute(ordered)]


def _with_what_is_shown(application: Any, base: sa.Select[Any]) -> sa.Select[Any]:
    notes = sa.select(sa.func.count()).where(Note.application_id == application.id).scalar_subquery()
    withdrawn = sa.exists().where(
        StageChange.application_id == application.id,
        StageChange.seq == application.stage_seq,
        StageChange.reason == WITHDRAWN,
    )
    return base.with_only_columns(
        application.id,
        application.stage,
        application.stage_seq,
        application.stage_since,
        application.source,
        Candidate.name,
        Candidate.headline,
        notes,
        withdrawn,
    ).join(Candidate, Candidate.id == application.candidate_id)


def _made(row: sa.Row[Any]) -> Card:
    return Card(*row)
