"""Addresses of static files: each carries a hash of the content, so that a browser may keep the answer for ever."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, current_app, request, url_for

SHARED = [
    "tokens",
    "font",
    "reset",
    "base",
    "arrangement",
    "page",
    "icon",
    "topbar",
    "tabs",
    "button",
    "notice",
    "field",
    "fact",
    "menu",
    "toast",
    "prose",
]

STYLESHEETS = {
    "app": [
        *SHARED,
        "stepper",
        "dialog",
        "table",
        "board",
        "card",
        "panel",
        "record",
        "chart",
        "job",
        "list",
        "settings",
        "utilities",
        "print",
    ],
    "public": [*SHARED, "stepper", "careers", "apply", "settings", "utilities", "mail"],
    "account": [*SHARED, "account", "utilities"],
}
"""The stylesheets of each layout. Their order matters only within one `@layer`; css/tokens.css declares the layers."""

YEAR = 365 * 24 * 3600
WEEK = 7 * 24 * 3600


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(asset=asset, stylesheets=stylesheets)
    app.after_request(keep_in_browser)


def asset(path: str) -> str:
    """The URL of a file below static/. A file that is missing raises: run the set-up if it is below static/vendor/."""
    addresses: dict[str, str] = current_app.extensions.setdefault("assets", {})
    if path not in addresses or current_app.config.get("FOYER_ENV") == "development":
        addresses[path] = url_for("static", filename=path, v=_fingerprint(path))
    return addresses[path]


def stylesheets(layout: str) -> list[str]:
    return [asset(f"css/{name}.css") for name in STYLESHEETS[layout]]


def keep_in_browser(response: Response) -> Response:
    """A hashed address never changes its content. An old hash, or none, is asked for again each time."""
    if request.endpoint != "static" or response.status_code not in (200, 304):
        return response
    path = (request.view_args or {}).get("filename", "")
    if request.args.get("v") == _fingerprint(path):
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif path.endswith(".woff2"):  # A stylesheet names its fonts without a hash.
        response.headers["Cache-Control"] = f"public, max-age={WEEK}"
    return response


def _fingerprint(path: str) -> str:
    file = Path(current_app.static_folder or "static", path)
    changed = file.stat().st_mtime_ns if current_app.config.get("FOYER_ENV") == "development" else 0
    return _hash(file, changed)


@lru_cache
def _hash(file: Path, changed: int) -> str:
    """Computed once per process; in development once per change of the file."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:8]
