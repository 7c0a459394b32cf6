"""The blueprint of all account pages."""

from typing import Any

from flask import Blueprint

from ats.accounts import sessions, tokens
from ats.notifications import outbox

bp = Blueprint("accounts", __name__)
bp.before_app_request(sessions.note_that_it_is_used)


@bp.app_template_global()
def mail_link(endpoint: str, *, token: str, **values: Any) -> str:
    """For mails: the address with the secret that is made of the seed `token`, which is in no database."""
    return outbox.link(endpoint, token=tokens.of_seed(token), **values)
