"""The development mail viewer: what the mail catcher of `make run` has caught."""

import email
import email.policy
import mailbox
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from flask import Blueprint, Response, abort, current_app, render_template

from ats.access import public

bp = Blueprint("mails", __name__, url_prefix="/dev/mails")

SHOWN = 200


@dataclass(frozen=True)
class Mail:
    key: str
    message: EmailMessage

    @property
    def sent_at(self) -> datetime:
        return parsedate_to_datetime(self.message["Date"])

    def body(self, kind: str) -> str:
        """The text of the `plain` or `html` part, empty if there is none."""
        part = self.message.get_body((kind,))
        return part.get_content() if part else ""


@bp.get("")
@public
def index() -> str:
    return render_template("dev/mails.html", mails=caught())


@bp.get("/<key>")
@public
def show(key: str) -> str:
    return render_template("dev/mail.html", mail=found(key))


@bp.get("/<key>/html")
@public
def html(key: str) -> Response:
    """The HTML part as a mail program would show it: its own styles, no script, no origin, links in a new tab."""
    answer = Response(found(key).body("html").replace("<head>", '<head><base target="_blank">', 1))
    answer.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; "
        "sandbox allow-popups allow-popups-to-escape-sandbox"
    )
    return answer


def caught() -> list[Mail]:
    """The newest first."""
    folder = Path(current_app.config["DEV_MAILDIR"])
    if not folder.is_dir():
        return []
    box = mailbox.Maildir(folder, factory=None)
    mails = [Mail(key, _parsed(box.get_bytes(key))) for key in _newest(folder)]
    return sorted(mails, key=lambda mail: mail.sent_at, reverse=True)


def found(key: str) -> Mail:
    return next((mail for mail in caught() if mail.key == key), None) or abort(404)


def _newest(folder: Path) -> list[str]:
    files = [file for part in ("new", "cur") for file in (folder / part).iterdir()]
    files.sort(key=lambda file: file.stat().st_mtime, reverse=True)
    return [file.name.split(":")[0] for file in files[:SHOWN]]


def _parsed(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=email.policy.default)
