"""The secrets in the links of mails. The database never holds one: a row keeps its hash, and the mail, until a worker
writes it, only a random seed from which nobody makes the secret without the application's key."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from flask import current_app


@dataclass(frozen=True)
class Token:
    """`seed` goes into the mail's context, `hash` into the row that the link leads to."""

    seed: str
    hash: str


def new() -> Token:
    seed = secrets.token_urlsafe(24)
    return Token(seed=seed, hash=hashed(of_seed(seed)))


def of_seed(seed: str) -> str:
    """What stands in the link."""
    key = f"link of a mail:{current_app.config['SECRET_KEY']}".encode()
    return hmac.new(key, seed.encode(), hashlib.sha256).hexdigest()


def hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
