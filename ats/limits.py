"""How often the doors may be tried: from one network address, and for one account from wherever."""

import hashlib
from typing import Any

from flask import request, session
from flask_login import current_user

from ats.extensions import limiter

SECOND_STEP = "second_step"
"""The key in the session of who has typed the right password and has yet to type the code."""


def per_address(allowed: str) -> Any:
    return limiter.limit(allowed, methods=["POST"])


def per_typed_account(allowed: str) -> Any:
    """By the address typed into the form, whether it has an account or not."""
    return limiter.limit(allowed, methods=["POST"], key_func=_typed)


def per_user(allowed: str) -> Any:
    """By the person at the screen, one who has got half-way in included."""
    return limiter.limit(allowed, methods=["POST"], key_func=_user)


def _typed() -> str:
    email = request.form.get("email", "").strip().lower()
    return "account:" + hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()


def _user() -> str:
    pending = session.get(SECOND_STEP) or {}
    return f"user:{current_user.id if current_user.is_authenticated else pending.get('user_id')}"
