"""The pages: signing in, one's own account, and what admins do."""

from ats.accounts.views import (
    audit,
    company,
    entrance,
    joining,
    mail_log,
    own,
    recovery,
    registration,
    second_factor,
    sessions,
    team,
)
from ats.accounts.views.blueprint import bp

__all__ = [
    "audit",
    "bp",
    "company",
    "entrance",
    "joining",
    "mail_log",
    "own",
    "recovery",
    "registration",
    "second_factor",
    "sessions",
    "team",
]
