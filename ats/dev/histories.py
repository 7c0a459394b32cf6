"""Invents how applications fared: moves that the pipeline knows, at hours when people work, some long awaited."""

from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ats.accounts.models import REASONS
from ats.pipeline.models import WITHDRAWN
from ats.pipeline.stages import FIRST, TARGETS

UNDO_SHARE = 0.03
FORGOTTEN_SHARE = 0.12

# For each stage the days one waits there as a rule, and how often each next stage follows.
_WAITS = {"applied": 4.0, "screening": 6.0, "interview": 9.0, "offer": 5.0}
_FOLLOWS = {
    "applied": {"screening": 60, "rejected": 40},
    "screening": {"interview": 52, "rejected": 48},
    "interview": {"offer": 32, "rejected": 68},
    "offer": {"hired": 60, "rejected": 40},
}
_WITHDRAWN_SHARE = {"applied": 0.06, "screening": 0.12, "interview": 0.2, "offer": 0.8}
_REASONS = {"experience": 5, "better-fit": 7, "salary": 3, "permit": 1, "other": 1}
_LABELS = {reason["id"]: reason["label"] for reason in REASONS}


class Move(NamedTuple):
    """One row of a history. `undoes` says that it takes the row before it back."""

    source: str | None
    target: str
    at: datetime
    by_candidate: bool = False
    undoes: bool = False
    reason: str | None = None


def invent(
    random: Random, *, applied_at: datetime, until: datetime, zone: ZoneInfo, to_the_end: bool = False
) -> list[Move]:
    """The history of one application up to the moment `until`; `to_the_end` if all was decided by then."""
    history = [Move(None, FIRST, applied_at, by_candidate=True)]
    while TARGETS[history[-1].target]:
        source, since = history[-1].target, history[-1].at
        wait = timedelta(days=_WAITS[source] * random.lognormvariate(0, 0.7))
        if random.random() < FORGOTTEN_SHARE:
            wait *= 4
        if to_the_end:
            wait = min(wait, (until - since) / 3)
        move = _next(random, source, since + wait, zone)
        if move.at <= since or move.at > until:
            if not to_the_end:
                break
            move = Move(source, "rejected", until, reason=_LABELS["filled"])
        if not move.by_candidate and random.random() < UNDO_SHARE and move.at > since + timedelta(minutes=5):
            history += _slip(random, move)
        history.append(move)
    return history


def along(random: Random, way: list[str], *, applied_at: datetime, until: datetime, zone: ZoneInfo) -> list[Move]:
    """The history of an application that went through these stages, at about even distances, and waits in the last."""
    history = [Move(None, FIRST, applied_at, by_candidate=True)]
    for number, target in enumerate(way, 1):
        at = at_work(random, applied_at + (until - applied_at) * number / (len(way) + 2), zone)
        if at <= history[-1].at:
            at = at_work(random, history[-1].at + timedelta(hours=3), zone)
        reason = _reason(random) if target == "rejected" else None
        history.append(Move(history[-1].target, target, at, reason=reason))
    return history


def at_work(random: Random, moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment itself if people are at work then, else some time on one of the next working days."""
    local = moment.astimezone(zone)
    if local.weekday() < 5 and 9 <= local.hour < 18:
        return moment
    later = random.randint(1, 3)  # Not all on Monday.
    while later:
        local += timedelta(days=1)
        later -= local.weekday() < 5
    opens = local.replace(hour=9, minute=0, second=0)
    return (opens + timedelta(seconds=random.randint(0, 8 * 3600))).astimezone(moment.tzinfo)


def _next(random: Random, source: str, at: datetime, zone: ZoneInfo) -> Move:
    [target] = random.choices(list(_FOLLOWS[source]), list(_FOLLOWS[source].values()))
    if target == "rejected" and random.random() < _WITHDRAWN_SHARE[source]:
        return Move(source, target, at, by_candidate=True, reason=WITHDRAWN)
    reason = _reason(random) if target == "rejected" else None
    return Move(source, target, at_work(random, at, zone), reason=reason)


def _reason(random: Random) -> str:
    [reason] = random.choices(list(_REASONS), list(_REASONS.values()))
    return _LABELS[reason]


def _slip(random: Random, right: Move) -> list[Move]:
    """A move made by mistake and taken back before its mail left; both come shortly before the right one."""
    source = right.source
    assert source is not None
    wrong = random.choice(TARGETS[source])
    at = right.at - timedelta(minutes=2)
    return [
        Move(source, wrong, at),
        Move(wrong, source, at + timedelta(seconds=random.randint(6, 25)), undoes=True),
    ]
