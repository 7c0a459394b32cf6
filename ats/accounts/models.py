"""Company (the tenant), User (a login) and UserSession (one signed-in browser)."""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from ats.access import Role
from ats.accounts import passwords
from ats.errors import Refusal
from ats.extensions import Model, db, login_manager
from ats.text import slug_of

SESSION_LIFE = timedelta(days=14)

REJECTION_MAILS = {
    "application": "After an application, short",
    "interview": "After an interview, personal",
    "filled": "Place filled, stay in touch",
    "none": "No mail",
}
"""The kinds of mail that a rejection can send."""
REASONS = (
    {"id": "experience", "label": "Not enough experience", "mail": "application"},
    {"id": "better-fit", "label": "Someone else fit better", "mail": "interview"},
    {"id": "salary", "label": "Salary above range", "mail": "application"},
    {"id": "permit", "label": "No work permit", "mail": "application"},
    {"id": "filled", "label": "Place filled", "mail": "filled"},
    {"id": "other", "label": "Other", "mail": "application"},
)
"""The reasons that a company begins with."""


class Company(Model):
    """The tenant. Its slug is its address on the careers site; `accent_hue` and `accent_chroma` its colour (OKLCH)."""

    __table_args__ = (
        sa.CheckConstraint("accent_hue BETWEEN 0 AND 360", name="accent_hue"),
        sa.CheckConstraint("mail_hold_seconds BETWEEN 0 AND 600", name="mail_hold"),
        sa.CheckConstraint("retention_months BETWEEN 1 AND 120", name="retention"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    slug: Mapped[str] = mapped_column(unique=True)
    about: Mapped[str] = mapped_column(default="")
    time_zone: Mapped[str] = mapped_column(default="UTC")
    accent_hue: Mapped[int] = mapped_column(default=264)
    accent_chroma: Mapped[float] = mapped_column(default=0.2)
    mail_hold_seconds: Mapped[int] = mapped_column(default=30)
    """How long the mail about a stage change waits, and so for how long the change can be undone."""
    stage_limits: Mapped[dict[str, list[int]]] = mapped_column(JSONB, default=dict)
    """For a stage the days after which a card counts as late, and as far too late; without an entry the stage's own."""
    rejection_reasons: Mapped[list[dict[str, Any]]] = mapped_column(default=lambda: [dict(r) for r in REASONS])
    """As {id, label, mail}: what recruiters choose from, and the kind of mail (a key of REJECTION_MAILS) it suggests."""
    consent_text: Mapped[str] = mapped_column(default="")
    """What applicants agree to, in Markdown; empty for the product's own sentence."""
    consent_version: Mapped[int] = mapped_column(default=1)
    """Goes up when the consent text changes; kept with each application."""
    retention_months: Mapped[int | None]
    """After how many months without change an application is erased; None: never by itself."""
    logo_key: Mapped[str | None]
    """The logo's key in the storage of files."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @classmethod
    def found(cls, name: str) -> "Company":
        """A new company under the first free slug made of its name."""
        base = slug_of(name) or "company"
        taken = set(db.session.scalars(sa.select(cls.slug).where(cls.slug.startswith(base, autoescape=True))))
        slug = next(s for s in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)
        return cls(name=name, slug=slug)


class EmailTaken(Refusal):
    """An account with that address exists. Never shown: the owner of the address gets a mail instead."""


class User(UserMixin, Model):
    """A login. Staff belong to exactly one company, candidates to none."""

    __tablename__ = "user"
    __table_args__ = (
        sa.CheckConstraint("(role = 'candidate') = (company_id IS NULL)", name="staff_have_a_company"),
        sa.CheckConstraint(f"role IN ({', '.join(repr(str(role)) for role in Role)})", name="role"),
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        sa.Index("ix_user_company_id", "company_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int | None] = mapped_column(sa.ForeignKey("company.id"))
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[Role] = mapped_column(
        sa.Enum(
            Role,
            native_enum=False,
            create_constraint=False,
            length=20,
            values_callable=lambda roles: [str(role) for role in roles],
        )
    )
    confirmed_at: Mapped[datetime | None]
    """When the owner proved to read mail at `email`."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    company: Mapped[Company | None] = relationship()

    @classmethod
    def register(cls, *, name: str, email: str, password: str, company: Company | None = None) -> "User":
        """A candidate's account, or with a new `company` that of its first admin.

        Raises EmailTaken if the address has an account.
        """
        email = email.strip().lower()
        password_hash = passwords.hashed(password)  # First, so that a taken address takes as long as a free one.
        if db.session.scalar(sa.select(cls.id).filter_by(email=email)):
            raise EmailTaken(email)
        user = cls(
            name=name,
            email=email,
            password_hash=password_hash,
            role=Role.ADMIN if company else Role.CANDIDATE,
            company=company,
        )
        db.session.add(user)
        return user

    @classmethod
    def with_password(cls, email: str, password: str) -> "User | None":
        """The user with that address and password. Takes as long for an unknown address as for a wrong password."""
        user = db.session.scalar(sa.select(cls).filter_by(email=email.strip().lower()))
        if passwords.match(user and user.password_hash, password):
            return user
        return None

    @property
    def is_staff(self) -> bool:
        return self.role.is_staff

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the token of a new session, not the user's id, so that it can be ended."""
        token = secrets.token_urlsafe(32)
        db.session.add(UserSession(token_hash=_hash(token), user_id=self.id))
        return token


class UserSession(Model):
    """One signed-in browser. Its cookie holds the token, the row only the token's SHA-256; without the row, no entry."""

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    user: Mapped[User] = relationship(lazy="raise")

    @classmethod
    def end(cls, token: str) -> None:
        db.session.execute(sa.delete(cls).where(cls.token_hash == _hash(token)))


@login_manager.user_loader
def user_of_session(token: str) -> User | None:
    """The user whose browser holds the token, with the company, in one statement."""
    return db.session.scalar(
        sa.select(User)
        .join(UserSession, UserSession.user_id == User.id)
        .outerjoin(User.company)
        .where(UserSession.token_hash == _hash(token), UserSession.created_at > sa.func.now() - SESSION_LIFE)
        .options(contains_eager(User.company))
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
