"""The outbox: mail is written in the transaction of its cause and leaves after the commit, or not at all."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from flask import current_app
from sqlalchemy import event
from sqlalchemy.orm import Session

from ats import background
from ats.extensions import db
from ats.notifications.models import CANCELLED, PENDING, Message

DELIVER = "ats.notifications.delivery.deliver"
PRODUCT = "Foyer"


def post(
    template: str,
    recipient: str,
    *,
    dedupe_key: str,
    sender_name: str = PRODUCT,
    company_id: int | None = None,
    hold_seconds: int = 0,
    reply_to: str | None = None,
    **context: Any,
) -> Message:
    """Write a mail into the current transaction. `template` is a folder of templates/emails/; `context` is JSON.

    It is due `hold_seconds` after the transaction began, and can be cancelled until it is sent.
    """
    message = Message(
        template=template,
        recipient=recipient,
        dedupe_key=dedupe_key,
        sender_name=sender_name,
        reply_to=reply_to,
        company_id=company_id,
        context=context,
    )
    if hold_seconds:
        message.due_at = sa.func.now() + timedelta(seconds=hold_seconds)  # type: ignore[assignment]
    else:
        message.nudges = 1
        message.nudged_at = sa.func.now()  # type: ignore[assignment]
    db.session.add(message)
    return message


def cancel(dedupe_key: str) -> bool:
    """Cancel the mail while it is held; False if its time has come, whether it has left yet or not."""
    message = _held(dedupe_key)
    if message is None:
        return False
    message.status = CANCELLED
    return True


def release(dedupe_key: str) -> bool:
    """Send the held mail once the current transaction has committed; False if it is not held (any more)."""
    message = _held(dedupe_key)
    if message is None:
        return False
    message.due_at = message.nudged_at = sa.func.now()  # type: ignore[assignment]
    message.nudges += 1
    nudge(message)
    return True


def _held(dedupe_key: str) -> Message | None:
    held = sa.select(Message).filter_by(dedupe_key=dedupe_key, status=PENDING).where(Message.due_at > sa.func.now())
    return db.session.scalar(held.with_for_update(skip_locked=True))


def link(endpoint: str, **values: Any) -> str:
    """The absolute address of a page, for a mail: made from PUBLIC_URL, never from the request's Host header."""
    path = current_app.url_map.bind("").build(endpoint, values)
    return current_app.config["PUBLIC_URL"].rstrip("/") + path


@event.listens_for(db.session, "after_flush")
def nudge_what_is_due(session: Session, flush_context: Any) -> None:
    for row in session.new:
        if isinstance(row, Message) and row.nudges:  # A held mail waits for the schedule.
            nudge(row)


def nudge(message: Message) -> None:
    """Ask a worker to send the mail, once the current transaction has committed."""
    background.after_commit(background.MAIL, DELIVER, message.id, job_id=f"mail-{message.id}-{message.nudges}")
