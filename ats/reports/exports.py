"""Exports: a company's applications and changes of stage as rows, read in pieces so that any number of them goes."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask import Flask

from ats import tenancy
from ats.accounts.models import User
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import WITHDRAWN, Application, StageChange
from ats.pipeline.stages import STAGE_NAMES
from ats.reports.models import Journey
from ats.reports.periods import Selection, of_jobs

Read = Callable[[Any], list[Any]]
"""What runs a statement and returns its rows."""
PIECE = 2_000
"""Rows that are read at once. Between two pieces no connection is held, however slowly somebody downloads."""

APPLICATIONS = [
    "Application",
    "Candidate",
    "Email",
    "Phone",
    "Job",
    "Title",
    "Department",
    "Source",
    "Applied",
    "Stage",
    "In stage since",
    "Withdrew",
]
CHANGES = ["Application", "Number", "At", "From", "To", "By", "Reason", "Undoes", "Job", "Title", "Department"]


def applications(selection: Selection, read: Read) -> Iterator[list[Any]]:
    """Those that arrived in the period, in the order of their ids, under a line of headings. Times are ISO 8601."""
    zone = selection.period.zone
    yield APPLICATIONS
    columns = (
        sa.select(
            Application.id,
            Candidate.name,
            Candidate.email,
            Candidate.phone,
            Job.id.label("job_id"),
            Job.title,
            Job.department,
            Application.source,
            Application.created_at,
            Application.stage,
            Application.stage_since,
            sa.func.coalesce(StageChange.reason == WITHDRAWN, False).label("withdrew"),
        )
        .join(Candidate, Candidate.id == Application.candidate_id)
        .join(Job, Job.id == Application.job_id)
        .join(Journey, Journey.application_id == Application.id)
        .join(
            StageChange,
            sa.and_(StageChange.application_id == Application.id, StageChange.seq == Application.stage_seq),
        )
        .where(
            selection.period.holds(Journey.applied_at),
            *of_jobs(Application.job_id, selection.job, selection.department),
        )
        .order_by(Application.id)
        .limit(PIECE)
    )
    last = 0
    while rows := read(columns.where(Application.id > last)):
        last = rows[-1].id
        for row in rows:
            yield [
                *row[:8],
                _time(row.created_at, zone),
                STAGE_NAMES[row.stage],
                _time(row.stage_since, zone),
                "yes" if row.withdrew else "no",
            ]


def stage_changes(selection: Selection, read: Read) -> Iterator[list[Any]]:
    """The changes made in the period, undone ones and undos included, application by application."""
    zone = selection.period.zone
    yield CHANGES
    columns = (
        sa.select(
            StageChange.application_id,
            StageChange.seq,
            StageChange.created_at,
            StageChange.from_stage,
            StageChange.to_stage,
            User.name.label("actor"),
            StageChange.reason,
            StageChange.undoes_seq,
            Job.id.label("job_id"),
            Job.title,
            Job.department,
        )
        .join(Application, Application.id == StageChange.application_id)
        .join(Job, Job.id == Application.job_id)
        .outerjoin(User, User.id == StageChange.actor_id)
        .where(
            selection.period.holds(StageChange.created_at),
            *of_jobs(Application.job_id, selection.job, selection.department),
        )
        .order_by(StageChange.application_id, StageChange.seq)
        .limit(PIECE)
    )
    place = sa.tuple_(StageChange.application_id, StageChange.seq)
    last = (0, 0)
    while rows := read(columns.where(place > sa.tuple_(*map(sa.literal, last)))):
        last = (rows[-1].application_id, rows[-1].seq)
        for row in rows:
            yield [
                row.application_id,
                row.seq,
                _time(row.created_at, zone),
                STAGE_NAMES.get(row.from_stage, ""),
                STAGE_NAMES[row.to_stage],
                row.actor or "the candidate",
                row.reason or "",
                row.undoes_seq or "",
                row.job_id,
                row.title,
                row.department,
            ]


KINDS = {
    "applications": (
        applications,
        "Applications",
        "Everybody who applied in these days: who, for which job, from where, and where they stand now.",
    ),
    "stage-changes": (
        stage_changes,
        "Changes of stage",
        "The history: every move made in these days, with its time and who made it, undone ones included.",
    ),
}
"""By the name in the address: the rows, a title, and what is in them."""


def rows(kind: str, selection: Selection, *, app: Flask, company_id: int) -> Iterator[list[Any]]:
    """The lines of one of KINDS, read while they are sent: that is after the request, whose scope has ended by then."""

    def read(statement: Any) -> list[Any]:
        with app.app_context():
            tenancy.enter_company(company_id)
            return list(db.session.execute(statement))

    return KINDS[kind][0](selection, read)


def told(selection: Selection) -> dict[str, str]:
    """What was exported, for the audit trail."""
    return {name: str(value) for name, value in selection.people().items()}


def _time(moment: datetime, zone: ZoneInfo) -> str:
    return moment.astimezone(zone).isoformat(timespec="seconds")
