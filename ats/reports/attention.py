"""Who needs attention, and why: applications that wait for the team."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from ats.candidates.models import Candidate
from ats.collaboration.models import Scorecard
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.pipeline.models import Application, Opening, StageChange
from ats.pipeline.stages import OPEN_STAGES
from ats.reports.periods import Selection, of_jobs

Limits = Mapping[str, tuple[int, int]]
"""For each open stage the days after which one is late, and far too late (pipeline.board.limits_of)."""

SHOWN = 4
"""Of each kind; the number beside it leads to them all."""
TODAY_SHOWN = 6
SCORECARD_DAYS = 2
"""Days in Interview after which somebody should have handed in a scorecard."""
NEW_DAYS = 14
"""An application is new to a recruiter for so long at most."""
YOURS_DAYS = 90
"""Who has waited longer since a colleague moved them is no matter of one colleague's day any more."""


@dataclass(frozen=True)
class Kind:
    """A reason to need attention: how it reads, what may be done about it, and by whom."""

    title: str
    sentence: str
    action: str
    by_all_staff: bool
    conditions: Callable[[Limits], list[sa.ColumnElement[bool]]]

    def criteria(self, limits: Limits) -> list[sa.ColumnElement[bool]]:
        """What an application, joined with its job, must fulfil. Nobody waits for an archived job."""
        return [Job.status != Status.ARCHIVED.value, *self.conditions(limits)]


def _late(limits: Limits, *stages: str) -> list[sa.ColumnElement[bool]]:
    """In one of the stages for longer than its first limit."""
    return [
        sa.or_(
            *(
                sa.and_(Application.stage == stage, Application.stage_since < _days_ago(limits[stage][0] + 1))
                for stage in stages
            )
        )
    ]


def _without_scorecard(limits: Limits) -> list[sa.ColumnElement[bool]]:
    handed_in = sa.exists().where(Scorecard.application_id == Application.id)
    return [Application.stage == "interview", Application.stage_since < _days_ago(SCORECARD_DAYS + 1), ~handed_in]


KINDS: dict[str, Kind] = {
    "unanswered": Kind(
        "No answer yet",
        "Still in Applied after the days that your company allows there: nobody has told them anything.",
        "Answer",
        False,
        lambda limits: _late(limits, "applied"),
    ),
    "overdue": Kind(
        "Too long in their stage",
        "In Screening or Interview for longer than your company allows.",
        "Decide",
        False,
        lambda limits: _late(limits, "screening", "interview"),
    ),
    "scorecard": Kind(
        "Interview without a scorecard",
        f"In Interview for more than {SCORECARD_DAYS} days, and nobody has handed in a scorecard.",
        "Score",
        True,
        _without_scorecard,
    ),
    "offer": Kind(
        "Offers waiting",
        "In Offer: the candidate has not accepted or declined yet.",
        "Follow up",
        False,
        lambda limits: [Application.stage == "offer"],
    ),
}


@dataclass(frozen=True)
class Waiting:
    """An application that needs attention."""

    application_id: int
    name: str
    job_title: str
    stage: str
    since: datetime
    tone: str
    """`late`, or `bad` past the second limit of the stage; nothing while it is within both."""


@dataclass(frozen=True)
class Group:
    """All of one kind: how many they are, and those who wait longest."""

    id: str
    kind: Kind
    count: int
    longest: list[Waiting]


def groups(selection: Selection, limits: Limits) -> list[Group]:
    """The kinds that there is anything of. Two statements: how many, and who."""
    in_reach = _with_jobs(*of_jobs(Job.id, selection.job, selection.department))
    numbers = [
        in_reach.add_columns(sa.func.count()).where(*kind.criteria(limits)).scalar_subquery().label(id)
        for id, kind in KINDS.items()
    ]
    counts = db.session.execute(sa.select(*numbers)).one()
    longest = _longest(in_reach, limits)
    return [Group(id, KINDS[id], count, longest[id]) for id, count in zip(KINDS, counts, strict=True) if count]


def _with_jobs(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    return sa.select().select_from(Application).join(Job, Job.id == Application.job_id).where(*conditions)


def _longest(in_reach: sa.Select[Any], limits: Limits) -> dict[str, list[Waiting]]:
    """The SHOWN of each kind that wait longest; one statement."""
    since = Application.stage_since
    rows = _named(_first(in_reach.where(*kind.criteria(limits)), id, since, SHOWN) for id, kind in KINDS.items())
    found: dict[str, list[Waiting]] = {id: [] for id in KINDS}
    for row in rows:
        found[row.why].append(_waiting(row, limits))
    return found


def today(user_id: int, limits: Limits) -> list[tuple[str, Waiting]]:
    """What a recruiter has to do, as (why, who): one statement.

    New applications for the jobs that they created and that they have not opened; people whom they moved last, within
    YOURS_DAYS, and who are late since; people in Interview whom colleagues have scored and they have not.
    """
    moved = aliased(StageChange)
    opened = sa.exists().where(Opening.application_id == Application.id, Opening.user_id == user_id)
    own = sa.exists().where(Scorecard.application_id == Application.id, Scorecard.author_id == user_id)
    others = sa.exists().where(Scorecard.application_id == Application.id, Scorecard.author_id != user_id)
    reasons = {
        "new": [
            Job.created_by_id == user_id,
            Application.stage == "applied",
            Application.created_at >= _days_ago(NEW_DAYS),
            ~opened,
        ],
        "yours": [
            sa.or_(*_late(limits, *OPEN_STAGES)),
            Application.stage_since >= _days_ago(YOURS_DAYS),
            sa.exists().where(
                moved.application_id == Application.id,
                moved.seq == Application.stage_seq,
                moved.actor_id == user_id,
                moved.seq > 1,
            ),
        ],
        "score": [Application.stage == "interview", others, ~own],
    }
    # In the order of an expression: in that of an index PostgreSQL would look at everybody who waits, one by one, until
    # it has found enough, and perhaps there are none.
    since = sa.func.date_part("epoch", Application.stage_since)
    waiting = _with_jobs(Job.status != Status.ARCHIVED.value)
    rows = _named(_first(waiting.where(*conditions), why, since, TODAY_SHOWN) for why, conditions in reasons.items())
    once = {row.id: row for row in reversed(rows)}  # One may be there for two reasons.
    return [(row.why, _waiting(row, limits)) for row in list(reversed(once.values()))[:TODAY_SHOWN]]


def _first(waiting: sa.Select[Any], why: str, order: Any, most: int) -> sa.Subquery:
    """The first of these applications in that order, each with the reason that it is looked for."""
    return (
        waiting.add_columns(
            sa.literal(why).label("why"),
            Application.id.label("id"),
            Application.candidate_id.label("candidate_id"),
            Job.title.label("title"),
            Application.stage.label("stage"),
            Application.stage_since.label("since"),
        )
        .order_by(order, Application.id)
        .limit(most)
        .subquery()
    )


def _named(picked: Iterable[sa.Subquery]) -> Sequence[sa.Row[Any]]:
    """Those of all the reasons, longest waiting first, with the names of the candidates: one statement."""
    together = sa.union_all(*(sa.select(one) for one in picked)).subquery("together")
    named = sa.select(together, Candidate.name).join(Candidate, Candidate.id == together.c.candidate_id)
    return db.session.execute(named.order_by(together.c.since, together.c.id)).all()


def _waiting(row: Any, limits: Limits) -> Waiting:
    days = (datetime.now(UTC) - row.since).days
    late, far_too_late = limits[row.stage]
    return Waiting(
        application_id=row.id,
        name=row.name,
        job_title=row.title,
        stage=row.stage,
        since=row.since,
        tone="bad" if days > far_too_late else "late" if days > late else "",
    )


def _days_ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
