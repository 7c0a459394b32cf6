"""Whether the servers that DATABASE_URL and REDIS_URL name answer, and a sentence about it if not.

No sentence may show a password. A password with an unescaped @, / or ? makes every parser take a part of it for the
host, so such an address is refused before anything of it is shown.
"""

import re
from urllib.parse import SplitResult, urlsplit

import psycopg2
import redis

from ats.dev.processes import CannotStart

PATIENCE = 5  # seconds


def check_database(url: str) -> None:
    parts = _split("DATABASE_URL", url, "postgresql", "postgres", "postgresql+psycopg2")
    # libpq knows nothing of SQLAlchemy's drivers.
    address = parts._replace(scheme="postgresql").geturl()
    try:
        psycopg2.connect(address, connect_timeout=PATIENCE).close()
    except psycopg2.ProgrammingError as error:
        raise _malformed("DATABASE_URL") from error
    except psycopg2.OperationalError as error:
        raise CannotStart(f"The database of DATABASE_URL cannot be used: {_first_line(error)}") from error


def check_redis(url: str) -> None:
    _split("REDIS_URL", url, "redis", "rediss", "unix")
    try:
        with redis.from_url(
            url, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE, retry=None, protocol=2
        ) as connection:
            connection.ping()
    except ValueError as error:
        raise _malformed("REDIS_URL") from error
    except redis.RedisError as error:
        raise CannotStart(f"The Redis of REDIS_URL cannot be used: {_first_line(error)}") from error


def _split(variable: str, url: str, *schemes: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 -- this is what looks whether the port is a number.
    except ValueError as error:
        raise _malformed(variable) from error
    if parts.scheme not in schemes or "://" not in url:
        raise CannotStart(f"{variable} must begin with {schemes[0]}://")
    after_login = url.partition("://")[2].partition("@")[2] if "@" in parts.netloc else url
    if "@" in after_login or parts.fragment or re.search(r"\s", url):
        raise _malformed(variable)
    return parts


def _malformed(variable: str) -> CannotStart:
    return CannotStart(
        f"{variable} is not a valid address; special characters in its password must be percent-encoded (@ is %40)."
    )


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
