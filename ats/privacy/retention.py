"""Retention: who has not been heard of for as many months as the company says is erased by a nightly job."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app

from ats import background, tenancy
from ats.accounts.models import Company
from ats.candidates import files
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.pipeline.models import Application
from ats.privacy import erasure

ERASE_DUE_OF = "ats.privacy.retention.erase_due_of"
BATCH = 50
"""Candidates of one job, far below what a job may take."""
AHEAD = timedelta(days=30)
SHOWN = 50


@dataclass(frozen=True)
class Preview:
    """Who is erased within the next 30 days, the soonest first."""

    total: int
    tonight: int
    candidates: Sequence[sa.Row[int, str, str, datetime]]
    """As (id, name, email, erased_on), the first SHOWN of them."""


def preview(company: Company) -> Preview | None:
    """None where the company keeps everything until somebody asks."""
    if not company.retention_months:
        return None
    ending = _ending(company, sa.func.now() + AHEAD).subquery()
    counted = sa.select(sa.func.count(), sa.func.count().filter(ending.c.erased_on <= sa.func.now())).select_from(
        ending
    )
    total, tonight = db.session.execute(counted).one()
    soonest = sa.select(ending).order_by(ending.c.erased_on, ending.c.id).limit(SHOWN)
    return Preview(total, tonight, db.session.execute(soonest).all())


def erase_due() -> int:
    """RQ job, run by the schedule each night: begin with each company, and return how many there are."""
    with current_app.app_context():
        tenancy.enter_everything()
        erasure.blank_last_mails()
        companies = sa.select(Company.id).where(Company.retention_months.is_not(None)).order_by(Company.id)
        ids = db.session.scalars(companies).all()
        db.session.commit()
        for id in ids:
            background.enqueue(background.FILES, ERASE_DUE_OF, id, job_id=f"retention-{id}-{db_day()}")
        return len(ids)


def erase_due_of(company_id: int) -> int:
    """RQ job: erase those of one company whose time is over, each in a transaction of its own; returns how many."""
    with current_app.app_context():
        tenancy.enter_company(company_id)
        company = db.session.get_one(Company, company_id)
        if not company.retention_months:
            return 0
        due = _ending(company, sa.func.now()).order_by(Candidate.id).limit(BATCH)
        ids = [row.id for row in db.session.execute(due)]
        for id in ids:
            candidate = db.session.get_one(Candidate, id, populate_existing=True)
            keys = erasure.erase(candidate, company)
            db.session.commit()
            for key in keys:
                files.delete(key)
        if len(ids) == BATCH:
            background.enqueue(
                background.FILES, ERASE_DUE_OF, company_id, job_id=f"retention-{company_id}-from-{ids[-1]}"
            )
        return len(ids)


def db_day() -> str:
    return db.session.scalars(sa.select(sa.func.to_char(sa.func.now(), "YYYYMMDD"))).one()


def _ending(company: Company, until: sa.ColumnElement[datetime]) -> sa.Select[int, str, str, datetime]:
    """The candidates whose time is over at `until`, with when it was. The last change of any application counts."""
    last = sa.func.greatest(sa.func.max(Application.stage_since), Candidate.created_at)
    erased_on = last + sa.func.make_interval(0, company.retention_months)
    return (
        sa.select(Candidate.id, Candidate.name, Candidate.email, erased_on.label("erased_on"))
        .outerjoin(Application, Application.candidate_id == Candidate.id)
        .where(Candidate.erased_at.is_(None))
        .group_by(Candidate.id)
        .having(erased_on <= until)
    )
