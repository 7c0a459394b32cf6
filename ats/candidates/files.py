"""Uploaded files: kept under random keys in a folder or in S3, never under the name that a person gave."""

import contextlib
import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from urllib.parse import quote, unquote, urlsplit

from flask import current_app
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from ats.text import one_line

NAME_LENGTH = 120
CHUNK_BYTES = 256 * 1024
SWEEP_BATCH = 1000

_used_in_process: int | None = None


class FileMissing(LookupError):
    """The storage holds no file under this key."""


def store(content: bytes) -> str:
    """Write the content under a new random key, and return the key. A file without a row is swept later."""
    token = secrets.token_hex(16)
    key = f"{token[:2]}/{token}"
    _storage().put(key, content)
    return key


def read(key: str) -> bytes:
    """The whole file. Raises `FileMissing`."""
    try:
        return _storage().get(key).bytes().to_bytes()
    except FileNotFoundError:
        raise FileMissing(key) from None


def stream(key: str) -> Iterator[bytes]:
    """The file in pieces, for an answer that need not hold all of it. Raises `FileMissing` at once, not midway."""
    try:
        found = _storage().get(key)
    except FileNotFoundError:
        raise FileMissing(key) from None
    return iter(found.stream(min_chunk_size=CHUNK_BYTES))


def delete(key: str) -> None:
    """Remove the file. One that is gone already is no error: what is asked for is that it be gone."""
    with contextlib.suppress(FileNotFoundError):
        _storage().delete(key)


def sweep(known: Callable[[Sequence[str]], set[str]], older_than: timedelta) -> int:
    """Delete the files that no row names and return how many; `known` returns those of the keys that a row names.

    A file is written before its row is committed, so only files older than `older_than` are looked at.
    """
    before = datetime.now(UTC) - older_than
    swept = 0
    for batch in _storage().list(chunk_size=SWEEP_BATCH):
        keys = [found["path"] for found in batch if found["last_modified"] < before]
        for key in sorted(set(keys) - known(keys)) if keys else ():
            delete(key)
            swept += 1
    return swept


def download_name(name: str) -> str:
    """The name a person gave, fit to keep, show and offer for download: no path, nothing invisible, not too long."""
    name = one_line(name.replace("\0", "").encode("utf-8", "ignore").decode())
    name = re.split(r"[/\\]", name)[-1].strip(". ")
    if len(name) > NAME_LENGTH:
        ending = PurePosixPath(name).suffix if len(PurePosixPath(name).suffix) <= 10 else ""
        name = name[: NAME_LENGTH - len(ending)].rstrip(". ") + ending
    return name or "file"


def content_disposition(disposition: str, name: str) -> str:
    """The header of RFC 6266: an ASCII name for old clients, and the true one encoded as RFC 8187 says."""
    name = download_name(name)
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    header = f'{disposition}; filename="{plain}"'
    if plain != name:
        header += f"; filename*=UTF-8''{quote(name, safe='!#$&+-.^_`|~')}"
    return header


def _storage() -> ObjectStore:
    """The storage of this application, opened at its first use."""
    global _used_in_process
    # obstore runs threads of its own, which a fork does not take along: every call would then wait for ever.
    if _used_in_process not in (None, os.getpid()):
        raise RuntimeError("files were used before this process was forked; use them in the parent or the child only")
    _used_in_process = os.getpid()
    if "files" not in current_app.extensions:
        current_app.extensions["files"] = _open(current_app.config["UPLOADS_URL"])
    return current_app.extensions["files"]


def _open(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme == "file":
        folder = Path(unquote(parts.path))
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return LocalStore(folder)
    if parts.scheme == "s3":
        # A request waits for this: better an error soon than minutes of retries. Whether plain HTTP is spoken, to a
        # storage of one's own, is up to the endpoint that AWS_ENDPOINT names.
        return from_url(
            url,
            client_options={"connect_timeout": "3s", "timeout": "30s", "allow_http": True},
            retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        )
    if parts.scheme == "memory":
        return MemoryStore()
    raise ValueError(f"UPLOADS_URL must begin with file:// or s3://, not with {parts.scheme or 'nothing'!r}")
