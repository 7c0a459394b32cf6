"""How far an application has come, read off its history."""

from collections.abc import Sequence
from typing import Any

from ats.pipeline.models import StageChange
from ats.pipeline.stages import STAGES

WAY = [stage for stage in STAGES if stage.value != "rejected"]
"""The stages to the job, in order."""


def holding(history: Sequence[StageChange]) -> list[StageChange]:
    """The changes that were not undone, the first first, out of a whole history in that order."""
    kept: list[StageChange] = []
    for change in history:
        if change.undoes_seq is None:
            kept.append(change)
        elif kept and kept[-1].seq == change.undoes_seq:
            kept.pop()
    return kept


def steps(changes: Sequence[StageChange]) -> list[dict[str, Any]]:
    """The way to the job: each stage with its name, `done`, `now` or `todo`, and the time it was reached, if it was.

    A rejected application is shown where it stood before.
    """
    reached = {change.to_stage: change.created_at for change in changes}
    at = max(number for number, stage in enumerate(WAY) if stage.value in reached)
    return [
        {
            "stage": stage.value,
            "name": stage.name,
            "at": reached.get(stage.value),
            "state": "done" if number < at or WAY[at].final else "now" if number == at else "todo",
        }
        for number, stage in enumerate(WAY)
    ]
