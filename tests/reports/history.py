"""Applications with a past: rows as they are after months of work, written in one go."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application, StageChange


class Step(NamedTuple):
    """One row of a history, which starts where the one before it ended."""

    stage: str
    at: datetime
    undoes: bool = False
    """Whether it takes the row before it back."""
    reason: str | None = None


def happened(job: Job, name: str, stages: Mapping[str, datetime], **fields: Any) -> Application:
    """An application that entered these stages at these times, the first by applying. Needs a company’s scope."""
    return told(job, name, [Step(stage, at) for stage, at in stages.items()], **fields)


def told(job: Job, name: str, steps: Sequence[Step], **fields: Any) -> Application:
    """An application with this history, undone moves and all."""
    candidate = Candidate(name=name, email=f"{name.lower().replace(' ', '.')}@mail.example")
    kept = [step for step in steps if not step.undoes and step.stage == steps[-1].stage]
    application = Application(
        job=job,
        candidate=candidate,
        stage=steps[-1].stage,
        stage_seq=len(steps),
        stage_since=kept[-1].at,
        created_at=steps[0].at,
        **fields,
    )
    db.session.add(application)
    db.session.flush()  # The history names the application's id.
    for number, step in enumerate(steps, 1):
        db.session.add(
            StageChange(
                application_id=application.id,
                seq=number,
                from_stage=steps[number - 2].stage if number > 1 else None,
                to_stage=step.stage,
                undoes_seq=number - 1 if step.undoes else None,
                reason=step.reason,
                created_at=step.at,
            )
        )
        db.session.flush()  # Each row stands on the one before it.
    db.session.refresh(job, ["stage_counts"])  # Counted by the database.
    return application
