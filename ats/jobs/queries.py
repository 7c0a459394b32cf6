"""What the list of jobs shows."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import defer

from ats.extensions import db
from ats.jobs.models import Job

SHOWN = 200
"""Jobs on the page; an archive may hold more, for the search to find."""


@dataclass(frozen=True)
class Listed:
    """The jobs of one status that match, and whether there are more than are shown."""

    jobs: list[Job]
    more: bool


def listed(status: str, query: str) -> Listed:
    """Every word of the query must be in the title, the department or the location."""
    statement = (
        sa.select(Job)
        .where(Job.status == status, *(_found(word) for word in query.split()))
        .order_by(Job.department == "", sa.func.lower(Job.department), sa.func.lower(Job.title), Job.id)
        .options(defer(Job.description), defer(Job.questions))
    )
    jobs = db.session.scalars(statement.limit(SHOWN + 1)).all()
    return Listed(list(jobs[:SHOWN]), more=len(jobs) > SHOWN)


def numbers() -> dict[str, int]:
    """How many jobs there are of each status."""
    rows = db.session.execute(sa.select(Job.status, sa.func.count().label("number")).group_by(Job.status))
    return {row.status: row.number for row in rows}


def _found(word: str) -> sa.ColumnElement[bool]:
    columns = (Job.title, Job.department, Job.location)
    return sa.or_(*(column.icontains(word, autoescape=True) for column in columns))
