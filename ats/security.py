"""The headers of every answer, and what no request may hold."""

from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, abort, request

from ats.text import is_storable

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors {frame_ancestors}"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",  # Flask-WTF wants a Referer on HTTPS posts.
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def init_app(app: Flask) -> None:
    app.wsgi_app = HeadAsGet(app.wsgi_app)  # type: ignore[method-assign]
    app.before_request(refuse_unstorable_address)
    app.after_request(set_headers)


class HeadAsGet:
    """Answers HEAD as GET without the body, so that no view takes what is not GET for a form that was sent."""

    def __init__(self, application: Any) -> None:
        self.application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] != "HEAD":
            return self.application(environ, start_response)
        body = self.application({**environ, "REQUEST_METHOD": "GET"}, start_response)
        if hasattr(body, "close"):
            body.close()
        return []


def refuse_unstorable_address() -> None:
    """Nothing is called by a NUL, and PostgreSQL would not take it. (Forms say which field has one.)"""
    if not all(is_storable(part) for part in (request.view_args or {}).values() if isinstance(part, str)):
        abort(404)
    if not all(is_storable(text) for pair in request.args.items(multi=True) for text in pair):
        abort(400)


def set_headers(response: Response) -> Response:
    """A view that lets our own pages frame its answer (a resume) says so by X-Frame-Options: SAMEORIGIN."""
    framed = response.headers.get("X-Frame-Options") == "SAMEORIGIN"
    policy = POLICY.format(frame_ancestors="'self'" if framed else "'none'")
    response.headers.setdefault("Content-Security-Policy", policy)
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    return response
