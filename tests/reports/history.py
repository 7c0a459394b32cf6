"""Applications with a past: rows as they are after months of work, written in one go."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application, StageChange


def happened(job: Job, name: str, stages: Mapping[str, datetime], **fields: Any) -> Application:
    """An application that entered these stages at these times, the first by applying. Needs a company’s scope."""
    candidate = Candidate(name=name, email=f"{name.lower().replace(' ', '.')}@mail.example")
    way = list(stages)
    application = Application(
        job=job,
        candidate=candidate,
        stage=way[-1],
        stage_seq=len(way),
        stage_since=stages[way[-1]],
        created_at=stages[way[0]],
        **fields,
    )
    db.session.add(application)
    db.session.flush()  # The history names the application's id.
    for number, (source, target) in enumerate(zip([None, *way], way, strict=False), 1):
        db.session.add(
            StageChange(
                application_id=application.id,
                seq=number,
                from_stage=source,
                to_stage=target,
                created_at=stages[target],
            )
        )
        db.session.flush()  # Each row stands on the one before it.
    db.session.refresh(job, ["stage_counts"])  # Counted by the database.
    return application
