"""What a request says about the htmx that sent it, and the answers that htmx alone understands."""

from urllib.parse import urlsplit

from flask import request


def is_htmx() -> bool:
    return request.headers.get("HX-Request") == "true"


def wants_fragment() -> bool:
    """htmx asks for the whole page when it picks its part out by `hx-select`; otherwise it wants the fragment alone."""
    return is_htmx() and request.headers.get("HX-Request-Type") != "full"


def current_path() -> str | None:
    """The path of the page that htmx runs on, to come back to after signing in."""
    try:
        url = urlsplit(request.headers.get("HX-Current-URL", ""))
    except ValueError:  # "http://[": whoever sends that runs on no page of ours.
        return None
    if not url.path.startswith("/") or url.path.startswith("//"):
        return None
    return url.path + (f"?{url.query}" if url.query else "")
