"""Doing the same to several applications: each in order of its id, each under its own rule, all in one transaction."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from ats.errors import Refusal
from ats.pipeline.models import Application, MoveConflict, UndoRefused

MOST = 500
"""Applications that one request may name."""


@dataclass
class Outcome:
    """What came of it: done, refused by the rules, or changed by somebody else in between; the last two with why."""

    done: list[Application] = field(default_factory=list)
    refused: list[tuple[Application, Refusal]] = field(default_factory=list)
    conflicts: list[tuple[Application, Refusal]] = field(default_factory=list)

    @property
    def not_done(self) -> list[tuple[Application, Refusal]]:
        return self.refused + self.conflicts

    @property
    def all(self) -> list[Application]:
        return self.done + [application for application, _ in self.not_done]

    @property
    def status(self) -> int:
        """Of the answer: 200 if anything was done, else what the first refusal says."""
        return 200 if self.done else self.not_done[0][1].status


def selected(keys: Iterable[str]) -> dict[int, int]:
    """The applications that a form names as `id:seq`, with the state of each that the person saw.

    Raises ValueError for anything else, for none, and for more than MOST.
    """
    pairs = [key.split(":") for key in keys]
    wanted = {int(number): int(seq) for number, seq in pairs}
    if not 0 < len(wanted) <= MOST or max(wanted) >= 2**63:
        raise ValueError(f"Choose between 1 and {MOST} candidates.")
    return wanted


def each(
    applications: Iterable[Application], seen: Mapping[int, int], act: Callable[[Application, int], None]
) -> Outcome:
    """Do `act(application, the state that was seen)` to each; what raises a Refusal is left as it is."""
    outcome = Outcome()
    for application in applications:
        try:
            act(application, seen[application.id])
        except (MoveConflict, UndoRefused) as refusal:
            outcome.conflicts.append((application, refusal))
        except Refusal as refusal:
            outcome.refused.append((application, refusal))
        else:
            outcome.done.append(application)
    return outcome
