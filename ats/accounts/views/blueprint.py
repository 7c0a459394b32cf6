"""The blueprint of all account pages."""

from flask import Blueprint

from ats.accounts import sessions

bp = Blueprint("accounts", __name__)
bp.before_app_request(sessions.note_that_it_is_used)
