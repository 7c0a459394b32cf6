"""Company (the tenant), the addresses it had, and User (a login)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_login import UserMixin
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ats.access import Role
from ats.accounts import passwords
from ats.errors import Refusal
from ats.extensions import Model, db
from ats.text import slug_of

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

ROLE = sa.Enum(
    Role,
    native_enum=False,
    create_constraint=False,
    length=20,
    values_callable=lambda roles: [str(role) for role in roles],
)
"""The type of a column that holds a role."""


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
    """As {id, label, mail}: what recruiters choose from, and the mail (a key of REJECTION_MAILS) it suggests."""
    consent_text: Mapped[str] = mapped_column(default="")
    """What applicants agree to, in Markdown; empty for the product's own sentence."""
    consent_version: Mapped[int] = mapped_column(default=1)
    """Goes up when the consent text changes; kept with each application."""
    retention_months: Mapped[int | None]
    """After how many months without change an application is erased; None: never by itself."""
    logo_key: Mapped[str | None]
    """The logo's key in the storage of files."""
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    """Whether staff without a second factor are led to set one up, and nowhere else."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @classmethod
    def found(cls, name: str) -> "Company":
        """A new company under the first free slug made of its name."""
        base = slug_of(name) or "company"
        known = CompanySlug.slug
        taken = set(db.session.scalars(sa.select(known).where(known.startswith(base, autoescape=True))))
        slug = next(s for s in (base, *(f"{base}-{n}" for n in range(2, len(taken) + 3))) if s not in taken)
        return cls(name=name, slug=slug)

    @classmethod
    def once_at(cls, slug: str) -> "Company | None":
        """The company that has, or once had, that slug."""
        return db.session.scalar(
            sa.select(cls).join(CompanySlug, CompanySlug.owner_id == cls.id).where(CompanySlug.slug == slug)
        )


class CompanySlug(Model):
    """Every slug that a company ever had, so that old links lead on and no other company takes them.

    Rows are written by a trigger on company. As public as the careers pages, and looked at before it is known which
    company is meant; hence `owner_id` and not the `company_id` of a tenant's rows.
    """

    slug: Mapped[str] = mapped_column(primary_key=True)
    owner_id: Mapped[int] = mapped_column(sa.ForeignKey("company.id"))


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
    role: Mapped[Role] = mapped_column(ROLE)
    confirmed_at: Mapped[datetime | None]
    """When the owner proved to read mail at `email`."""
    password_changed_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    """What was sent to reset an older password, or to prove an address under it, is worth nothing."""
    second_factor_at: Mapped[datetime | None]
    """Since when a second factor is asked for; its secret is ats.accounts.second_factor.SecondFactor."""
    removed_at: Mapped[datetime | None]
    """When an admin took the person off the team. The row stays, for the names in the history."""
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
        user = db.session.scalar(sa.select(cls).filter_by(email=email.strip().lower(), removed_at=None))
        if not passwords.match(user and user.password_hash, password) or user is None:
            return None
        if passwords.is_outdated(user.password_hash):
            user.password_hash = passwords.hashed(password)
        return user

    def has_password(self, password: str) -> bool:
        return passwords.match(self.password_hash, password)

    def set_password(self, password: str) -> None:
        """Takes one that `passwords.objection` has nothing against. What was sent to reset the old one is void."""
        self.password_hash = passwords.hashed(password)
        self.password_changed_at = sa.func.now()  # type: ignore[assignment]

    @property
    def is_staff(self) -> bool:
        return self.role.is_staff

    @property
    def lacks_second_factor(self) -> bool:
        """Whether the company wants one of its staff and this user has none yet."""
        return self.company is not None and self.company.second_factor_required and self.second_factor_at is None

    def get_id(self) -> str:
        """What Flask-Login keeps in the cookie: the token of a new session, not the user's id, so that it can end."""
        from ats.accounts.sessions import UserSession  # Which knows users.

        return UserSession.start(self)
