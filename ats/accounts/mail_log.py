"""The mails of a company, for its admins: which left, which wait, and which did not get through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from ats.accounts import audit
from ats.accounts.models import User
from ats.errors import Refusal
from ats.extensions import db
from ats.notifications import outbox
from ats.notifications.models import CANCELLED, DEAD, PENDING, SENT, Message

PAGE = 50
STATUSES = {PENDING: "Waiting", SENT: "Sent", DEAD: "Not delivered", CANCELLED: "Cancelled"}
TONES = {PENDING: "accent", SENT: "ok", DEAD: "bad", CANCELLED: ""}
LONGEST_QUERY = 100


class NotDead(Refusal):
    """Only what was given up can be tried again."""


@dataclass(frozen=True)
class Found:
    """A page of the log, the newest first, and what its filters are set to."""

    messages: Sequence[Message]
    next_id: int | None
    is_first: bool
    given: dict[str, Any]


def found(args: Mapping[str, str]) -> Found:
    """The page that the query string asks for; what makes no sense there asks for nothing."""
    given = {
        "status": args["status"] if args.get("status") in STATUSES else None,
        "q": args.get("q", "").strip().lower()[:LONGEST_QUERY],
    }
    before = args.get("before", "")
    before_id = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else None
    statement = sa.select(Message).order_by(Message.id.desc()).limit(PAGE + 1)
    if given["status"]:
        statement = statement.where(Message.status == given["status"])
    if given["q"]:
        statement = statement.where(Message.recipient.contains(given["q"], autoescape=True))
    if before_id is not None:
        statement = statement.where(Message.id < before_id)
    messages = db.session.scalars(statement).all()
    return Found(
        messages=messages[:PAGE],
        next_id=messages[PAGE - 1].id if len(messages) > PAGE else None,
        is_first=before_id is None,
        given={name: value for name, value in given.items() if value},
    )


def retry(message: Message, *, actor: User) -> None:
    """Send once more what was given up, with all the tries of a new mail. Raises NotDead."""
    db.session.refresh(message, with_for_update=True)
    if message.status != DEAD:
        raise NotDead("This mail was not given up: it is sent, cancelled, or on its way.")
    message.status, message.attempts = PENDING, 0
    message.due_at = message.nudged_at = sa.func.now()  # type: ignore[assignment]
    message.nudges += 1
    outbox.nudge(message)
    # The trail is for good, so it holds no address of a candidate: theirs can be erased from the mail alone.
    audit.record("mail.retried", f"the recipient of mail {message.id}", actor=actor, mail=title(message.template))


def title(template: str) -> str:
    """The name of a kind of mail, as people read it: "Stage interview"."""
    return template.replace("-", " ").capitalize()
