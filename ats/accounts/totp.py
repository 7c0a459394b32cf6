"""Time-based one-time passwords: RFC 6238 with the values that all authenticator apps know (SHA-1, 6 digits, 30 s)."""

import base64
import hashlib
import hmac
import secrets
import struct
import time
from urllib.parse import quote, urlencode

STEP_SECONDS, DIGITS = 30, 6
SKEW = 1
"""Steps that a clock may be early or late."""


def new_secret() -> str:
    """160 random bits in base 32, as RFC 4226 recommends."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def code(secret: str, step: int, digits: int = DIGITS) -> str:
    """The code of a time step (RFC 4226, section 5.3)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**digits:0{digits}d}"


def step_of(secret: str, typed: str, *, after: int, now: float | None = None) -> int | None:
    """The time step whose code was typed, if it is about now and later than the step `after`; else None."""
    current = int(time.time() if now is None else now) // STEP_SECONDS
    typed = "".join(typed.split())
    found = None
    for step in range(current - SKEW, current + SKEW + 1):
        # Each one is compared, however early the right one comes.
        if hmac.compare_digest(code(secret, step).encode(), typed.encode()) and step > after:
            found = step
    return found


def address(secret: str, *, account: str, issuer: str) -> str:
    """The otpauth: address that apps read from the QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?" + urlencode({"secret": secret, "issuer": issuer})
