"""The worker's side of the outbox: claim a mail, render it, send it, mark it; try again later if that fails."""

import smtplib
from datetime import timedelta

import sqlalchemy as sa
from flask import current_app, render_template
from rq.timeouts import JobTimeoutException

from ats import background, smtp, tenancy
from ats.extensions import db, mail
from ats.notifications import outbox
from ats.notifications.models import DEAD, PENDING, SENT, Message
from ats.text import header_safe

ATTEMPTS = 8
"""After that many failures a mail is dead. With the waits between them (`retry_after`) that is a little over a day."""
LEASE = timedelta(seconds=2 * background.JOB_SECONDS)
"""How long the schedule leaves a mail alone that it has just nudged."""
SWEEP_LIMIT = 500


def deliver(message_id: int) -> None:
    """RQ job: send the mail if it waits to be sent; do nothing if it was sent, cancelled or is being sent.

    The row stays locked from the claim to the mark. A crash in between frees it, and the mail goes out again with the
    same Message-ID.
    """
    with current_app.app_context():
        tenancy.enter_everything()
        waiting = sa.select(Message).filter_by(id=message_id, status=PENDING).where(Message.due_at <= sa.func.now())
        message = db.session.scalar(waiting.with_for_update(skip_locked=True))
        if message is None:
            return
        try:
            mail.send(rendered(message))
        except (OSError, smtplib.SMTPException, JobTimeoutException) as error:
            message.attempts += 1
            message.last_error = f"{type(error).__name__}: {error}"[:500]
            message.due_at = sa.func.now() + retry_after(message.attempts)  # type: ignore[assignment]
            message.nudged_at = None
            if message.attempts >= ATTEMPTS:
                message.status = DEAD
        else:
            message.status = SENT
            message.sent_at = sa.func.now()  # type: ignore[assignment]
        db.session.commit()


def rendered(message: Message) -> smtp.Message:
    """The mail as Flask-Mail sends it: subject, text and HTML from the message's folder of templates."""

    def part(name: str) -> str:
        return render_template(f"emails/{message.template}/{name}", company_name=message.sender_name, **message.context)

    rendered = smtp.Message(
        subject=header_safe(part("subject.txt")),
        recipients=[message.recipient],
        sender=(header_safe(message.sender_name), current_app.config["MAIL_DEFAULT_SENDER"]),
        reply_to=(header_safe(message.sender_name), message.reply_to) if message.reply_to else None,
        body=part("body.txt").strip() + "\n",
        html=part("body.html"),
        # RFC 3834: no holiday reply to a machine's mail.
        extra_headers={"Auto-Submitted": "auto-generated"},
    )
    rendered.msgId = message.message_id
    return rendered


def retry_after(attempts: int) -> timedelta:
    """30 seconds after the first failure, then four times as long each time, at most 8 hours."""
    return min(timedelta(seconds=30 * 4 ** (attempts - 1)), timedelta(hours=8))


def sweep() -> int:
    """RQ job, run by the schedule: nudge again every mail that is due; how many they were. Two at once do no harm."""
    with current_app.app_context():
        tenancy.enter_everything()
        due = (
            sa.select(Message)
            .where(
                Message.status == PENDING,
                Message.due_at <= sa.func.now(),
                sa.func.coalesce(Message.nudged_at, Message.due_at - LEASE) <= sa.func.now() - LEASE,
            )
            .order_by(Message.due_at)
            .limit(SWEEP_LIMIT)
            .with_for_update(skip_locked=True)
        )
        messages = db.session.scalars(due).all()
        for message in messages:
            message.nudges += 1
            message.nudged_at = sa.func.now()  # type: ignore[assignment]
            outbox.nudge(message)
        db.session.commit()
        return len(messages)
