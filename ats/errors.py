"""Errors that people see: what happened and what to do, as a page or, for htmx, as a notice on the page they are on."""

from typing import Any

import sqlalchemy.exc
from flask import Flask, Response, make_response, render_template, request, url_for
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from psycopg2 import errorcodes
from werkzeug.exceptions import HTTPException, SecurityError

from ats import htmx
from ats.extensions import db


class Refusal(Exception):
    """A rule of the product says no. The text is fit to show; `status` is the answer's HTTP status."""

    status = 409


TITLES = {
    400: "This request could not be read",
    401: "Please sign in",
    403: "This is not open to you",
    404: "There is nothing here",
    405: "This address takes no such request",
    409: "Something changed in the meantime",
    413: "That is too large",
    422: "That did not work",
    429: "Too many tries",
    500: "Something went wrong on our side",
    503: "Busy right now",
}
MESSAGES = {
    400: "Go back, reload the page and try once more.",
    403: "Your role does not include it. An admin of your company can change that.",
    404: "The page was moved or removed, or the address has a slip in it.",
    405: "Go back and use the buttons on the page.",
    409: "Reload the page to see how things stand now.",
    413: "A resume may have up to 10 MB, all else that a form sends up to 1 MB. Choose a smaller file and send again.",
    422: "Go back and check what you typed.",
    429: "Wait a minute, then try again. Nothing is lost.",
    500: "Nothing was changed. Try again; if it happens once more, tell us when it happened.",
    503: "Someone else is working on the same thing this very moment. Try again in a few seconds.",
}
RETRY_SECONDS = 2
FORM_EXPIRED = "The page was open for a long time, so its form has expired."


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, on_http_error)
    app.register_error_handler(SecurityError, on_foreign_host)
    app.register_error_handler(CSRFError, on_csrf_error)
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(sqlalchemy.exc.OperationalError, on_database_error)


def on_http_error(error: HTTPException) -> Response:
    if error.code is None or error.code < 400:
        return error.get_response()  # type: ignore[return-value]
    if error.code >= 500:
        db.session.rollback()
    answer = show(error.code)
    if error.code in (405, 429):  # Allow and Retry-After
        answer.headers.extend([header for header in error.get_headers() if header[0] in ("Allow", "Retry-After")])
    return answer


def on_foreign_host(error: SecurityError) -> Response:
    """Without the layout: no address of ours can be written for a host that is not ours."""
    answer = make_response("This server answers for other host names only. Check the address.\n", 400)
    answer.mimetype = "text/plain"
    return answer


def on_csrf_error(error: CSRFError) -> Response:
    return show(400, f"{FORM_EXPIRED} Reload the page and send it again.")


def on_refusal(error: Refusal) -> Response:
    db.session.rollback()
    return show(error.status, str(error))


def on_database_error(error: sqlalchemy.exc.OperationalError) -> Response:
    """A lock that was not free in time is answered with 503; anything else about the database is a 500."""
    if not is_busy(error):
        raise error
    db.session.rollback()
    answer = show(503)
    answer.headers["Retry-After"] = str(RETRY_SECONDS)
    return answer


def is_busy(error: sqlalchemy.exc.OperationalError) -> bool:
    """Whether somebody else held a row for too long, so that it is worth trying once more."""
    return getattr(error.orig, "pgcode", None) in (errorcodes.LOCK_NOT_AVAILABLE, errorcodes.DEADLOCK_DETECTED)


def show(status: int, message: str | None = None) -> Response:
    """The error as a page, or for htmx as a notice that leaves the rest of the page alone."""
    context: dict[str, Any] = {
        "code": status,
        "title": TITLES.get(status, TITLES[400]),
        "message": message or MESSAGES.get(status, MESSAGES[400]),
        "advice": advice(status),
    }
    if htmx.is_htmx():
        answer = make_response(render_template("errors/_fragment.html", **context), status)
        answer.headers["HX-Retarget"] = "#toast"
        answer.headers["HX-Reswap"] = "outerHTML"
        answer.headers["HX-Reselect"] = "#toast"  # Whatever the request would have picked out of the page.
        return answer
    return make_response(render_template("errors/page.html", **context), status)


def advice(status: int) -> list[tuple[str, str]]:
    """Where to go from here, as (label, URL)."""
    ways = [("To the start page", url_for("accounts.home"))]
    if request.method == "GET" and status in (429, 500, 503):
        ways.insert(0, ("Try again", request.full_path.rstrip("?")))
    if not current_user.is_authenticated and status in (401, 403, 404):
        ways.append(("Sign in", url_for("accounts.sign_in")))
    return ways
