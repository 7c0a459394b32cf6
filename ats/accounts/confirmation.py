"""Proving that an address is one's own: a signed link, sent there."""

import secrets

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ats.accounts.models import User
from ats.extensions import db
from ats.notifications import outbox

DAYS = 7


def post(user: User) -> None:
    """Send the link that proves the address."""
    outbox.post(
        "confirm-address",
        user.email,
        dedupe_key=f"confirm:{user.id}:{secrets.token_hex(8)}",
        name=user.name,
        confirm_url=outbox.link("accounts.confirm", token=_serializer().dumps([user.id, user.email])),
        days=DAYS,
    )


def post_already_registered(email: str) -> None:
    """Somebody tried to register with an address that has an account: tell its owner."""
    outbox.post(
        "already-registered",
        email,
        dedupe_key=f"already-registered:{secrets.token_hex(8)}",
        sign_in_url=outbox.link("accounts.sign_in"),
    )


def user_of(token: str) -> User:
    """The user whose address the token proves. Raises itsdangerous.BadSignature if it is forged, too old, outdated."""
    user_id, email = _serializer().loads(token, max_age=DAYS * 86400)
    user = db.session.get(User, user_id)
    if user is None or user.email != email:
        raise BadSignature("outdated")
    return user


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="confirm-address")
