"""The board's read model: what the columns show, in a fixed number of statements however much there is."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import aliased

from ats.accounts.models import Company, User
from ats.candidates.models import Candidate, Tag, Tagging
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.filters import Cursor, Filters
from ats.pipeline.models import WITHDRAWN, Application, Opening, StageChange, StageDay
from ats.pipeline.stages import LABELS, OPEN_STAGES, STAGE, STAGES, TARGETS, Stage

PAGE = 25
"""Cards of a column that are shown at first, and that each scroll to its end adds."""
COUNTED = 1000
"""Matches of a filter are counted up to here, and called "1,000+" beyond."""
CHANGES = 100
"""Changed cards that one poll fetches; the next one fetches the rest."""


@dataclass(frozen=True)
class Viewer:
    """Who looks at the board, and by which limits their company calls a card late."""

    id: int
    limits: dict[str, tuple[int, int]]

    @classmethod
    def of(cls, user: User, company: Company) -> "Viewer":
        return cls(user.id, limits_of(company))


def limits_of(company: Company) -> dict[str, tuple[int, int]]:
    """For each open stage the days after which a card is late, and far too late: the company's, else its own."""
    own = {stage.value: stage.days for stage in STAGES if stage.days}
    return own | {stage: (days[0], days[1]) for stage, days in company.stage_limits.items() if stage in own}


@dataclass(frozen=True)
class Card:
    """One application as the board shows it to one viewer."""

    id: int
    stage: str
    seq: int
    since: datetime
    source: str
    name: str
    headline: str
    rating: int
    """The average of the scorecards times 100; 0 without any, and for a viewer whose own is not in yet."""
    scorecards: int
    notes: int
    tags: list[str]
    is_new: bool
    """Whether the viewer has not opened it yet."""
    reason: str | None
    """Of a rejection."""
    lateness: str | None
    """The tone of the age: `late` or `bad` by the limits of the stage."""

    @property
    def moves(self) -> list[tuple[str, str]]:
        """The legal moves, as (stage, label of the button)."""
        return [(target, LABELS[self.stage, target]) for target in TARGETS[self.stage]]

    @property
    def is_withdrawn(self) -> bool:
        return self.reason == WITHDRAWN

    @property
    def key(self) -> str:
        """The card as a form names it: the application, and the state of it that the viewer saw."""
        return f"{self.id}:{self.seq}"


@dataclass(frozen=True)
class Column:
    stage: Stage
    total: int
    matching: str | None
    """How many of them the filters let through; None without filters."""
    median: int | None
    """Days in the stage."""
    overdue: int
    cards: list[Card]
    next_cursor: Cursor | None
    """Where the next page begins, if there is one."""


def columns(job: Job, filters: Filters, viewer: Viewer) -> list[Column]:
    """All six columns with their first cards."""
    pages: dict[str, list[tuple[Card, Cursor]]] = {stage.value: [] for stage in STAGES}
    for card, cursor in _cards(job, [stage.value for stage in STAGES], filters, viewer):
        pages[card.stage].append((card, cursor))
    numbers = _numbers(job, filters, viewer)
    return [_column(job, stage, pages[stage.value], numbers) for stage in STAGES]


def heads(job: Job, filters: Filters, viewer: Viewer, stages: Iterable[str]) -> list[Column]:
    """The columns of these stages without their cards."""
    numbers = _numbers(job, filters, viewer)
    return [_column(job, STAGE[stage], [], numbers) for stage in stages]


def column(job: Job, stage: str, filters: Filters, viewer: Viewer, after: Cursor | None) -> Column:
    """One column's cards after the cursor, without its figures."""
    return _column(job, STAGE[stage], list(_cards(job, [stage], filters, viewer, after)), {})


def cards(ids: Iterable[int], viewer: Viewer) -> list[Card]:
    """The cards of these applications as they are now, in order of id."""
    wanted = sa.select(Application.id).where(Application.id.in_(ids)).order_by(Application.id)
    return [_made(row, viewer) for row in db.session.execute(_with_what_is_shown(Application, wanted, viewer))]


def changed(job: Job, since: int, filters: Filters, viewer: Viewer) -> tuple[list[tuple[Card, bool, bool]], int]:
    """What changed after the version `since`: (card, has it moved, do the filters show it), and the new version.

    At most CHANGES cards; the version is that of the last one, so that asking for what came after it fetches the rest.
    """
    wanted = (
        sa.select(Application.id)
        .where(Application.job_id == job.id, Application.shown_version > since)
        .order_by(Application.shown_version)
        .limit(CHANGES)
    )
    matches = sa.and_(sa.true(), *filters.criteria(Application, viewer.id))
    shown = _with_what_is_shown(Application, wanted, viewer).add_columns(
        Application.moved_version > since, matches, Application.shown_version
    )
    rows = db.session.execute(shown).all()
    version = rows[-1][-1] if len(rows) == CHANGES else job.board_version
    return [(_made(row[:-3], viewer), row[-3], row[-2]) for row in rows], version


def neighbours(job: Job, application: Application, filters: Filters, viewer: Viewer) -> tuple[int | None, int | None]:
    """The ids of the applications before and after this one in its column, as the filters show and order it."""
    here = filters.cursor(application.stage_since, application.rating, application.id)
    column = (Application.job_id == job.id, Application.stage == application.stage)
    wanted = sa.select(Application.id).where(*column, *filters.criteria(Application, viewer.id)).limit(1)
    order = filters.order(Application)
    back = [part.element.asc() if part.modifier is sa.sql.operators.desc_op else part.element.desc() for part in order]
    previous = wanted.where(filters.before(Application, here)).order_by(*back).scalar_subquery()
    following = wanted.where(filters.after(Application, here)).order_by(*order).scalar_subquery()
    row = db.session.execute(sa.select(previous, following)).one()
    return row[0], row[1]


def tags() -> list[str]:
    """The company's tags, to filter by and to choose from."""
    return list(db.session.scalars(sa.select(Tag.name).order_by(sa.func.lower(Tag.name))))


def _column(job: Job, stage: Stage, page: list[tuple[Card, Cursor]], numbers: Mapping[str, sa.Row[Any]]) -> Column:
    row = numbers.get(stage.value)
    matching = row and row.matching
    since = row.median if row and stage.value in OPEN_STAGES else None
    return Column(
        stage=stage,
        total=job.count(stage.value),
        matching=None if matching is None else f"{COUNTED:,}+" if matching > COUNTED else f"{matching:,}",
        median=since and (datetime.now(UTC) - since).days,
        overdue=row.overdue if row and stage.value in OPEN_STAGES else 0,
        cards=[card for card, _ in page[:PAGE]],
        next_cursor=page[PAGE - 1][1] if len(page) > PAGE else None,
    )


def _cards(
    job: Job, stages: list[str], filters: Filters, viewer: Viewer, after: Cursor | None = None
) -> Iterable[tuple[Card, Cursor]]:
    """The first cards of each stage, one more than a page. Indexes give them in order, whatever the order is."""
    stage = _table(name=sa.literal(stages, ARRAY(sa.Text)))
    first = (
        sa.select(Application)
        .where(Application.job_id == job.id, Application.stage == stage.c.name)
        .where(*filters.criteria(Application, viewer.id))
        .order_by(*filters.order(Application))
        .limit(PAGE + 1)
    )
    if after:
        first = first.where(filters.after(Application, after))
    shown = aliased(Application, first.lateral("shown"))
    base = sa.select(shown.id).select_from(sa.join(stage, shown, sa.true()))
    statement = _with_what_is_shown(shown, base, viewer).add_columns(shown.rating)
    for row in db.session.execute(statement.order_by(*filters.order(shown))):
        yield _made(row[:-1], viewer), filters.cursor(row.stage_since, row[-1], row.id)


def _with_what_is_shown(application: Any, base: sa.Select[Any], viewer: Viewer) -> sa.Select[Any]:
    """The statement with the columns of `_made`, each found by an index for the few applications that it names."""

    def count(model: Any) -> sa.ScalarSelect[int]:
        return sa.select(sa.func.count()).where(model.application_id == application.id).scalar_subquery()

    own = sa.exists().where(Scorecard.application_id == application.id, Scorecard.author_id == viewer.id)
    names = sa.func.array_agg(aggregate_order_by(Tag.name, sa.func.lower(Tag.name)))
    tagged = sa.select(names).join(Tagging, Tagging.tag_id == Tag.id)
    opened = sa.exists().where(Opening.application_id == application.id, Opening.user_id == viewer.id)
    reason = sa.select(StageChange.reason).where(
        StageChange.application_id == application.id, StageChange.seq == application.stage_seq
    )
    return base.with_only_columns(
        application.id,
        application.stage,
        application.stage_seq,
        application.stage_since,
        application.source,
        Candidate.name,
        Candidate.headline,
        sa.case((own, application.rating), else_=0).label("shown_rating"),
        count(Scorecard),
        count(Note),
        tagged.where(Tagging.candidate_id == application.candidate_id).scalar_subquery(),
        ~opened,
        sa.case((application.stage == "rejected", reason.scalar_subquery())),
    ).join(Candidate, Candidate.id == application.candidate_id)


def _made(row: Any, viewer: Viewer) -> Card:
    (number, stage, seq, since, source, name, headline, rating, scorecards, notes, tagged, is_new, reason) = row
    limits = viewer.limits.get(stage)
    days = (datetime.now(UTC) - since).days
    lateness = None if limits is None or days <= limits[0] else "bad" if days > limits[1] else "late"
    return Card(
        id=number,
        stage=stage,
        seq=seq,
        since=since,
        source=source,
        name=name,
        headline=headline,
        rating=rating,
        scorecards=scorecards,
        notes=notes,
        tags=tagged or [],
        is_new=is_new and limits is not None,
        reason=reason,
        lateness=lateness,
    )


def _numbers(job: Job, filters: Filters, viewer: Viewer) -> dict[str, sa.Row[Any]]:
    """For each stage when its middle card came in, how many are overdue, and how many match, at most COUNTED + 1.

    The days of StageDay lead to the one day that must be looked into.
    """
    since, now = Application.stage_since, datetime.now(UTC)
    late_before = {name: now - timedelta(days=days[0] + 1) for name, days in viewer.limits.items()}
    stage = _table(
        name=sa.literal([stage.value for stage in STAGES], ARRAY(sa.Text)),
        late_before=sa.literal([late_before.get(stage.value) for stage in STAGES], ARRAY(sa.DateTime(timezone=True))),
    )
    here = (Application.job_id == job.id, Application.stage == stage.c.name)

    summed = sa.func.sum(StageDay.count)
    up_to = sa.cast(summed.over(partition_by=StageDay.stage, order_by=StageDay.day.desc()), sa.BigInteger)
    middle = (sa.cast(summed.over(partition_by=StageDay.stage), sa.BigInteger) - 1) // 2
    days = sa.select(StageDay.stage, StageDay.day, up_to.label("up_to"), middle.label("middle"), StageDay.count)
    day = days.where(StageDay.job_id == job.id, StageDay.count > 0).subquery("day")
    newer = day.c.up_to - day.c.count
    on_day = sa.select(since).where(*here, since >= day.c.day, since < day.c.day + timedelta(days=1))
    median = on_day.order_by(since.desc()).offset(day.c.middle - newer).limit(1).correlate(stage, day)
    has_middle = (day.c.stage == stage.c.name, newer <= day.c.middle, day.c.middle < day.c.up_to)

    boundary = sa.func.date_trunc("day", stage.c.late_before, "UTC")
    older = sa.select(sa.func.coalesce(sa.func.sum(StageDay.count), 0)).where(
        StageDay.job_id == job.id, StageDay.stage == stage.c.name, StageDay.day < boundary
    )
    rest = sa.select(sa.func.count()).where(*here, since >= boundary, since < stage.c.late_before)

    some = sa.select(Application.id).where(*here, *filters.criteria(Application, viewer.id)).limit(COUNTED + 1)
    matching = sa.select(sa.func.count()).select_from(some.subquery())
    numbers = sa.select(
        stage.c.name,
        sa.select(median.scalar_subquery()).where(*has_middle).scalar_subquery().label("median"),
        (older.scalar_subquery() + rest.scalar_subquery()).label("overdue"),
        (matching.scalar_subquery() if filters.is_narrowed else sa.null()).label("matching"),
    )
    return {row.name: row for row in db.session.execute(numbers)}


def _table(**arrays: sa.ColumnElement[Any]) -> sa.TableValuedAlias:
    """Arrays side by side as a table. Not VALUES, which SQLAlchemy would compile anew at each request."""
    return sa.func.unnest(*arrays.values()).table_valued(*arrays, name="stage").render_derived()
