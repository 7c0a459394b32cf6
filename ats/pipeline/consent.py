"""What applicants agree to: the company's text, kept in each version that somebody agreed to."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ats.accounts.models import Company
from ats.extensions import Model, db
from ats.tenancy import TenantOwned


class Consent(TenantOwned, Model):
    """One version of the text, word for word."""

    company_id: Mapped[int] = mapped_column(sa.ForeignKey("company.id"), primary_key=True)  # type: ignore[assignment]
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    @classmethod
    def keep(cls, company: Company) -> None:
        """Keep the current text, unless it is kept already. Two requests at once do no harm."""
        if db.session.get(cls, (company.id, company.consent_version)):
            return
        try:
            with db.session.begin_nested():
                db.session.add(cls(company_id=company.id, version=company.consent_version, text=text(company)))
        except sa.exc.IntegrityError:  # Another request was first.
            pass


def text(company: Company) -> str:
    """What the form asks to agree to, in Markdown."""
    return company.consent_text or f"{company.name} may store this application to decide about it."


def retention(company: Company) -> str:
    """For how long the application is kept, as a sentence."""
    months = company.retention_months
    if not months:
        return "It is kept until you ask for its erasure, which you can do at any time."
    length = "a month" if months == 1 else f"{months} months"
    return f"It is erased by itself {length} after the last change; you can ask for that earlier at any time."
