"""Passwords: argon2id, verified exactly as typed."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

SHORTEST, LONGEST = 12, 256


def hashed(password: str) -> str:
    return _hasher().hash(password)


def match(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. None, an unknown account, costs the same time and is False."""
    hasher = _hasher()
    try:
        if password_hash is None:
            hasher.hash(password)
            return False
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _hasher() -> PasswordHasher:
    """Argon2-cffi's own choice of cost (RFC 9106, low memory), unless the configuration names another."""
    return PasswordHasher(**current_app.config["ARGON2"])
