"""The weekly mail: on Monday morning in the company's zone, six figures, who is stuck, and links, for who asked."""

from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app

from ats import background, formatting, tenancy
from ats.accounts.models import Company, User
from ats.extensions import db
from ats.notifications import outbox
from ats.notifications.models import Message
from ats.pipeline.board import limits_of
from ats.pipeline.stages import STAGE_NAMES
from ats.reports import attention, figures
from ats.reports.models import WeeklyMail
from ats.reports.periods import CUSTOM, Period, Selection
from ats.reports.report import tiles

POST_OF = "ats.reports.weekly.post_of"
MORNING = 7
"""O'clock on Monday. Who was missed then, while the schedule stood still, gets it later on the same day."""
STUCK_SHOWN = 6


def post_due() -> int:
    """RQ job, run by the schedule: begin with each company where somebody wants the mail and it is Monday morning.

    Returns how many companies there are.
    """
    with current_app.app_context():
        tenancy.enter_everything()
        wanted = sa.select(WeeklyMail.company_id)
        companies = db.session.scalars(sa.select(Company).where(Company.id.in_(wanted)).order_by(Company.id)).all()
        due = [company for company in companies if is_monday_morning(datetime.now(company.zone))]
        for company in due:
            monday = datetime.now(company.zone).date()
            # Again each quarter of an hour: who asks for it on Monday at noon gets it at noon.
            quarter = datetime.now(company.zone).strftime("%H%M")
            background.enqueue(background.MAIL, POST_OF, company.id, job_id=f"weekly-{company.id}-{monday}-{quarter}")
        return len(due)


def is_monday_morning(now: datetime) -> bool:
    """By the clock of the company; the rest of that Monday counts as well."""
    return now.weekday() == 0 and now.hour >= MORNING


def post_of(company_id: int) -> int:
    """RQ job: write the mails of one company into the outbox, each once; returns how many they were."""
    with current_app.app_context():
        tenancy.enter_company(company_id)
        company = db.session.get_one(Company, company_id)
        now = datetime.now(company.zone)
        if not is_monday_morning(now):
            return 0
        formatting.use_zone(company.time_zone)
        posted = post(company, now.date())
        db.session.commit()
        return posted


def post(company: Company, monday: date) -> int:
    """Write the mails about the week that ended on the day before into the current transaction."""
    readers = _readers(company, monday)
    if not readers:
        return 0
    content = about(company, monday)
    for reader in readers:
        outbox.post(
            "weekly-report",
            reader.email,
            dedupe_key=_key(reader, monday),
            sender_name=company.name,
            company_id=company.id,
            name=reader.name,
            **content,
        )
    return len(readers)


def about(company: Company, monday: date) -> dict[str, Any]:
    """What the mail says, as JSON takes it."""
    week = Period(monday - timedelta(days=7), monday - timedelta(days=1), company.zone)
    selection = Selection(week, CUSTOM)
    now, before = figures.key_figures(selection)
    groups = attention.groups(selection, limits_of(company))
    stuck = [(group, one) for group in groups for one in group.longest]
    stuck.sort(key=lambda pair: pair[1].since)
    return {
        "company": company.name,
        "days": f"{formatting.day(week.first)} to {formatting.day(week.last)}",
        "figures": [
            [tile.name, f"{tile.value} {tile.unit}".replace(" %", "\N{NO-BREAK SPACE}%").strip(), tile.note]
            for tile in tiles(selection, now, before)
        ],
        "stuck": [
            {
                "name": one.name,
                "why": f"{group.kind.title}, in {STAGE_NAMES[one.stage]} for {_days(one.since)}",
                "job": one.job_title,
                "url": outbox.link("pipeline.application", application_id=one.application_id),
            }
            for group, one in stuck[:STUCK_SHOWN]
        ],
        "waiting": sum(group.count for group in groups),
        "dashboard_url": outbox.link("reports.dashboard", **selection.query),
        "stop_url": outbox.link("reports.dashboard", _anchor="weekly-mail"),
    }


def _readers(company: Company, monday: date) -> list[User]:
    """Those who want the mail, are still on the team, and have not got this one yet. Locked: of two jobs at once the
    second one finds the first one's mails."""
    wanting = (
        sa.select(User)
        .join(WeeklyMail, WeeklyMail.user_id == User.id)
        .where(User.company_id == company.id, User.removed_at.is_(None))
        .order_by(User.id)
        .with_for_update(of=WeeklyMail)
    )
    readers = list(db.session.scalars(wanting))
    keys = [_key(reader, monday) for reader in readers]
    sent = set(db.session.scalars(sa.select(Message.dedupe_key).where(Message.dedupe_key.in_(keys))))
    return [reader for reader in readers if _key(reader, monday) not in sent]


def _key(reader: User, monday: date) -> str:
    return f"weekly:{reader.id}:{monday.isoformat()}"


def _days(since: datetime) -> str:
    days = formatting.days_since(since)
    return f"{days:,} day{'s' * (days != 1)}"
