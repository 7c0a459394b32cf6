"""Message: one mail, from the moment its cause is committed; queue and record in one row."""

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ats.extensions import Model
from ats.tenancy import TenantOwned

PENDING, SENT, DEAD, CANCELLED = "pending", "sent", "dead", "cancelled"


def _new_message_id() -> str:
    return f"<{uuid.uuid4()}@foyer>"


class Message(TenantOwned, Model):
    """A mail to one person. `context` holds what the template needs, as it was when the mail's cause happened.

    Mails about an account that belongs to no company (a candidate's) have no company_id.
    """

    may_lack_company = True

    __table_args__ = (
        sa.CheckConstraint("status IN ('pending', 'sent', 'dead', 'cancelled')", name="status"),
        sa.Index("ix_message_due", "due_at", postgresql_where=sa.text("status = 'pending'")),
        sa.Index("ix_message_page", "company_id", sa.text("id DESC")),
        # Who writes a mail may not be one who may read it: nothing is asked back.
        {"implicit_returning": False},
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"))  # type: ignore[assignment]
    template: Mapped[str]
    recipient: Mapped[str]
    sender_name: Mapped[str]
    reply_to: Mapped[str | None]
    """The address that answers reach, if another than ours."""
    context: Mapped[dict[str, Any]]
    dedupe_key: Mapped[str] = mapped_column(unique=True)
    """One mail per event, whatever is retried: `stage:<application>:<seq>`, say."""
    status: Mapped[str] = mapped_column(default=PENDING)
    due_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    attempts: Mapped[int] = mapped_column(default=0)
    nudges: Mapped[int] = mapped_column(default=0)
    """How often a worker was asked to send the mail; part of the RQ job's id, for a dead job's is never free."""
    nudged_at: Mapped[datetime | None]
    last_error: Mapped[str | None]
    message_id: Mapped[str] = mapped_column(default=_new_message_id)
    """The Message-ID header, the same at every attempt."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    sent_at: Mapped[datetime | None]

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        """The mails about a person's applications. By the tables' names: mail knows nothing of what stands on it."""
        applications, changes = (cls.metadata.tables[name].c for name in ("application", "stage_change"))
        key = sa.func.concat("stage:", changes.application_id, ":", changes.seq)
        own = sa.select(applications.id).where(applications.user_id == user_id)
        return cls.dedupe_key.in_(sa.select(key).where(changes.application_id.in_(own)))

    @property
    def is_held(self) -> bool:
        """Whether it waits for its time, so that it can be cancelled."""
        return self.status == PENDING and self.due_at > datetime.now(UTC)
