"""Configuration, read from the environment. README.md lists every variable."""

import os
from collections.abc import Mapping
from typing import Any


def from_environment(environ: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Flask's settings as the environment gives them; what it leaves out has the default shown here.

    Raises ValueError, with a sentence fit to show, for a number that is none.
    """

    def number(name: str, default: int) -> int:
        value = environ.get(name, str(default))
        if not value.isdecimal():
            raise ValueError(f"{name} must be a whole number, not {value!r}.")
        return int(value)

    return {
        "FOYER_ENV": environ.get("FOYER_ENV", "production"),
        "SECRET_KEY": environ.get("SECRET_KEY", ""),
        "DATABASE_URL": environ.get("DATABASE_URL", ""),
        "MIGRATIONS_DATABASE_URL": environ.get("MIGRATIONS_DATABASE_URL", ""),
        "REDIS_URL": environ.get("REDIS_URL", "redis://127.0.0.1:6379/0"),
        "UPLOADS_URL": environ.get("UPLOADS_URL", ""),
        "PUBLIC_URL": environ.get("PUBLIC_URL", "http://127.0.0.1:5000"),
        "TRUSTED_HOSTS": environ.get("TRUSTED_HOSTS", "").split() or None,
        "TRUSTED_PROXIES": number("TRUSTED_PROXIES", 0),
        "SESSION_IDLE_HOURS": number("SESSION_IDLE_HOURS", 12),
        "SESSION_REMEMBERED_DAYS": number("SESSION_REMEMBERED_DAYS", 14),
        "SESSION_LONGEST_DAYS": number("SESSION_LONGEST_DAYS", 30),
        "MAIL_SERVER": environ.get("MAIL_SERVER", "127.0.0.1"),
        "MAIL_PORT": number("MAIL_PORT", 25),
        "MAIL_USERNAME": environ.get("MAIL_USERNAME"),
        "MAIL_PASSWORD": environ.get("MAIL_PASSWORD"),
        "MAIL_USE_TLS": environ.get("MAIL_USE_TLS", "") == "1",
        "MAIL_USE_SSL": environ.get("MAIL_USE_SSL", "") == "1",
        "MAIL_DEFAULT_SENDER": environ.get("MAIL_DEFAULT_SENDER", "jobs@foyer.example"),
        "DEV_MAILDIR": environ.get("DEV_MAILDIR", ""),
    }
