"""What an admin decides for the company, and the trail that each change leaves."""

from typing import Any

import sqlalchemy as sa

from ats.accounts import audit, team
from ats.accounts.models import Company, CompanySlug, User
from ats.errors import Refusal
from ats.extensions import db

LONG = {"about", "consent_text", "rejection_reasons", "stage_limits"}
"""Of these the trail says that they changed, and not what they were."""
LABELS = {
    "name": "Name",
    "slug": "Address",
    "about": "About the company",
    "time_zone": "Time zone",
    "accent_hue": "Hue",
    "accent_chroma": "Strength of the colour",
    "logo_key": "Logo",
    "mail_hold_seconds": "Mail hold in seconds",
    "stage_limits": "Limits of the stages",
    "rejection_reasons": "Reasons for a rejection",
    "consent_text": "Consent text",
    "retention_months": "Months until an application is erased",
    "second_factor_required": "Second factor required",
}


class SlugTaken(Refusal):
    """Another company's pages have, or had, that address."""


def change(values: dict[str, Any], *, actor: User) -> Company:
    """Set columns of the actor's company, and write down those that are new. Raises SlugTaken and team.NotAdmin.

    A changed consent text is a new version of it; our own text, which holds where there is none, names the company.
    """
    company = team.lock(actor)
    changed = {name: value for name, value in values.items() if getattr(company, name) != value}
    if "slug" in changed:
        owner = db.session.scalar(sa.select(CompanySlug.owner_id).filter_by(slug=changed["slug"]))
        if owner not in (None, company.id):
            raise SlugTaken("Another company has this address, or had it once. Choose another one.")
    if "consent_text" in changed or ("name" in changed and not company.consent_text):
        company.consent_version += 1
    for name, value in changed.items():
        details = (
            {}
            if name in LONG | {"logo_key"}
            else {"before": _readable(getattr(company, name)), "after": _readable(value)}
        )
        audit.record("settings.changed", LABELS[name], actor=actor, **details)
        setattr(company, name, value)
    return company


def _readable(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "never" if value is None else str(value)
