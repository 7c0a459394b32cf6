"""Changing the address of an account: the new one has to prove itself, and the old one hears of it."""

import secrets
from typing import Any

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ats.accounts import notices
from ats.accounts.models import User
from ats.errors import Refusal
from ats.extensions import db
from ats.notifications import outbox

DAYS = 1


class AddressTaken(Refusal):
    """Told to the one person who has proved that the address is theirs."""


def post_change(user: User, email: str) -> None:
    """Send the link to the new address, and word of it to the old one.

    Whether the new address has an account already is told to its owner alone, when the link is opened.
    """
    email = email.strip().lower()
    seed = [user.id, user.email, email, user.password_changed_at.timestamp()]
    outbox.post(
        "new-address",
        email,
        dedupe_key=f"new-address:{user.id}:{secrets.token_hex(8)}",
        name=user.name,
        confirm_url=outbox.link("accounts.confirm_new_email", token=_serializer().dumps(seed)),
        days=DAYS,
    )
    notices.post(user, f"Somebody who knows your password asked to change the address of your account to {email}. "
                       "It changes as soon as that address has confirmed.")  # fmt: skip


def change_of(token: str, *, to_change: bool = False) -> tuple[User, str]:
    """The user and the new address that the link proves, with the user locked `to_change`.

    Raises itsdangerous.BadSignature if the link is forged, too old, or older than the password or the address.
    """
    user_id, old, new, password_changed_at = _serializer().loads(token, max_age=DAYS * 86400)
    statement = sa.select(User).filter_by(id=user_id, removed_at=None).execution_options(populate_existing=True)
    user = db.session.scalar(statement.with_for_update() if to_change else statement)
    if user is None or user.email not in (old, new) or user.password_changed_at.timestamp() != password_changed_at:
        raise BadSignature("outdated")
    return user, new


def change(user: User, email: str) -> None:
    """Give the user the address that was proved. Raises AddressTaken if another account has it."""
    if user.email == email:  # The button was pressed twice.
        return
    if db.session.scalar(sa.select(User.id).filter_by(email=email)):
        raise AddressTaken(taken(email))
    old, user.email = user.email, email
    user.confirmed_at = sa.func.now()  # type: ignore[assignment]
    notices.post(user, f"The address of your account is {email} now. Mails no longer come here.", to=old)


def taken(email: str) -> str:
    return f"There is another account with the address {email}. Sign in to that one, or choose another address."


def _serializer() -> Any:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="new-address")
