"""Mails that tell the owner of an account what was just done to it, so that nobody does it unnoticed."""

import secrets

from ats.accounts.models import User
from ats.notifications import outbox


def post(user: User, happened: str, *, to: str | None = None) -> None:
    """`happened` is a sentence: "Your password was changed." It goes to the user's address, or to the one given."""
    outbox.post(
        "account-notice",
        to or user.email,
        dedupe_key=f"notice:{user.id}:{secrets.token_hex(8)}",
        name=user.name,
        happened=happened,
        forgot_url=outbox.link("accounts.forgot_password"),
    )
