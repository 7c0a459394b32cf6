"""How often the doors may be tried: from one network address, and for one account from wherever."""

import hashlib
from typing import Any

from flask import request, session
from flask_limiter.util import get_remote_address
from flask_login import current_user

from ats.extensions import limiter

SEARCHES, UPLOADS, EXPORTS = "120 per minute", "60 per hour", "30 per hour"

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


def searching(view: Any) -> Any:
    """For a page that is a search as soon as it is asked for words, by person or, where nobody signed in, address."""
    return limiter.limit(SEARCHES, methods=["GET"], key_func=_who, exempt_when=lambda: not request.args.get("q"))(view)


def uploading(view: Any) -> Any:
    """For a form that takes a file."""
    return limiter.limit(UPLOADS, methods=["POST"], key_func=_who)(view)


def exporting(view: Any) -> Any:
    """For an answer that is a file of people's data."""
    return limiter.limit(EXPORTS, key_func=_who)(view)


def _who() -> str:
    return _user() if current_user.is_authenticated else f"address:{get_remote_address()}"


def _typed() -> str:
    email = request.form.get("email", "").strip().lower()
    return "account:" + hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()


def _user() -> str:
    pending = session.get(SECOND_STEP) or {}
    return f"user:{current_user.id if current_user.is_authenticated else pending.get('user_id')}"
