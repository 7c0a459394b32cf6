"""The audit trail: everything that an admin does to the company, for good. PostgreSQL refuses to change a row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ats.accounts.models import User
from ats.extensions import Model, db
from ats.tenancy import TenantOwned

ACTIONS = {
    "team.invited": "invited",
    "team.invited_again": "sent the invitation again to",
    "team.invitation_revoked": "took back the invitation of",
    "team.joined": "joined the team as",
    "team.role_changed": "changed the role of",
    "team.removed": "removed",
    "team.second_factor_reset": "switched off the second factor of",
    "settings.changed": "changed the settings",
    "mail.retried": "had a mail sent again to",
    "privacy.copy_sent": "sent a copy of their data to",
    "privacy.erased": "erased the data of",
    "export.made": "exported",
}
"""What is done, and how it reads between the name of who did it and of whom or what it was done to."""
AREAS = {"team": "Team", "settings": "Settings", "mail": "Mail", "privacy": "Privacy", "export": "Exports"}
"""The words before the dot."""
PAGE = 50
PERIODS = (7, 30, 90)
"""Days, to choose from."""


class AuditEvent(TenantOwned, Model):
    """One thing that was done: who, what, on whom or what, when, and what else is worth knowing."""

    __table_args__ = (sa.Index("ix_audit_event_page", "company_id", sa.text("id DESC")),)

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    actor_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    """The name of whom or what it was done to, as it was then."""
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    actor: Mapped[User] = relationship(lazy="raise")

    @property
    def phrase(self) -> str:
        return ACTIONS.get(self.action, self.action)


def record(action: str, subject: str = "", *, actor: User, **details: Any) -> None:
    """Write into the current transaction what the actor does. `action` is one of ACTIONS."""
    if action not in ACTIONS:
        raise KeyError(f"{action} is not one of ACTIONS")
    db.session.add(
        AuditEvent(company_id=actor.company_id, actor_id=actor.id, action=action, subject=subject, details=details)
    )


@dataclass(frozen=True)
class Found:
    """A page of the trail, the newest first, and what its filters offer and are set to."""

    events: Sequence[AuditEvent]
    next_id: int | None
    is_first: bool
    people: Sequence[User]
    given: dict[str, Any]


def found(args: Mapping[str, str], company_id: int) -> Found:
    """The page that the query string asks for; what makes no sense there asks for nothing."""
    people = db.session.scalars(
        sa.select(User).filter_by(company_id=company_id).order_by(sa.func.lower(User.name), User.id)
    ).all()
    given = {
        "who": next((user.id for user in people if str(user.id) == args.get("who")), None),
        "area": args["area"] if args.get("area") in AREAS else None,
        "days": next((days for days in PERIODS if str(days) == args.get("days")), None),
    }
    before = args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    statement = (
        sa.select(AuditEvent).options(joinedload(AuditEvent.actor)).order_by(AuditEvent.id.desc()).limit(PAGE + 1)
    )
    if given["who"]:
        statement = statement.where(AuditEvent.actor_id == given["who"])
    if given["area"]:
        statement = statement.where(AuditEvent.action.startswith(f"{given['area']}."))
    if given["days"]:
        statement = statement.where(AuditEvent.created_at > sa.func.now() - timedelta(days=int(given["days"])))
    if before_id is not None:
        statement = statement.where(AuditEvent.id < before_id)
    events = db.session.scalars(statement).all()
    return Found(
        events=events[:PAGE],
        next_id=events[PAGE - 1].id if len(events) > PAGE else None,
        is_first=before_id is None,
        people=people,
        given={name: value for name, value in given.items() if value},
    )
