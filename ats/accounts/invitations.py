"""Invitation: a place on the team, offered to one address."""

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ats import tenancy
from ats.access import Role
from ats.accounts import addresses, audit, passwords, team, tokens
from ats.accounts.models import ROLE, Company, User
from ats.errors import Refusal
from ats.extensions import Model, db
from ats.notifications import outbox
from ats.tenancy import TenantOwned

LIFE = timedelta(days=7)


class OnTheTeam(Refusal):
    """The address is a colleague's."""


class InvitationGone(Refusal):
    """It was accepted, or taken back, in the meantime."""


class Invitation(TenantOwned, Model):
    """A place on the team for whoever reads mail at `email`: good once, for a week, until it is taken back.

    An address has at most one that is open.
    """

    __table_args__ = (
        sa.CheckConstraint("role IN ('hiring_manager', 'recruiter', 'admin')", name="role"),
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        sa.UniqueConstraint("token_hash"),
        sa.Index(
            "uq_invitation_open",
            "company_id",
            "email",
            unique=True,
            postgresql_where=sa.text("accepted_at IS NULL AND revoked_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str]
    role: Mapped[Role] = mapped_column(ROLE)
    token_hash: Mapped[str]
    invited_by_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id"))
    sent_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    invited_by: Mapped[User] = relationship(lazy="raise")

    @classmethod
    def send(cls, email: str, role: Role, *, actor: User) -> "Invitation":
        """Invite somebody; one who has an open invitation gets it anew. Raises OnTheTeam and team.NotAdmin."""
        email = email.strip().lower()
        company = team.lock(actor)
        if db.session.scalar(sa.select(User.id).filter_by(company_id=company.id, email=email)):
            raise OnTheTeam(f"{email} is on the team already.")
        invitation = db.session.scalar(sa.select(cls).where(cls.email == email, cls.is_open()))
        again = invitation is not None
        if invitation is None:
            invitation = cls(email=email)
            db.session.add(invitation)
        invitation.role = role
        invitation._post(company, actor)
        audit.record("team.invited_again" if again else "team.invited", email, actor=actor, role=role.title)
        return invitation

    @property
    def company(self) -> Company:
        return db.session.get_one(Company, self.company_id)

    @classmethod
    def is_open(cls) -> sa.ColumnElement[bool]:
        """Whether it is neither accepted nor taken back. It may have expired, and can be sent again then."""
        return sa.and_(cls.accepted_at.is_(None), cls.revoked_at.is_(None))

    @property
    def expires_at(self) -> datetime:
        return self.sent_at + LIFE

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= datetime.now(UTC)

    def send_again(self, *, actor: User) -> None:
        """With a new link; the one of the former mail is void. Raises InvitationGone and team.NotAdmin."""
        company = team.lock(actor)
        self._must_be_open()
        self._post(company, actor)
        audit.record("team.invited_again", self.email, actor=actor, role=self.role.title)

    def revoke(self, *, actor: User) -> None:
        """Take it back. Raises InvitationGone and team.NotAdmin."""
        team.lock(actor)
        self._must_be_open()
        self.revoked_at = sa.func.now()  # type: ignore[assignment]
        audit.record("team.invitation_revoked", self.email, actor=actor, role=self.role.title)

    def accept(self, *, name: str, password: str) -> User:
        """The new colleague, whose address the link has proved. Raises addresses.AddressTaken.

        The invitation must have been found by `by_token(…, to_accept=True)`.
        """
        password_hash = passwords.hashed(password)
        if db.session.scalar(sa.select(User.id).filter_by(email=self.email)):
            raise addresses.AddressTaken(
                f"There is an account with {self.email} already, and it belongs to one company or to a candidate. "
                "Change the address of that account first, or ask for an invitation to another address."
            )
        user = User(
            name=name,
            email=self.email,
            password_hash=password_hash,
            role=self.role,
            company=self.company,
            confirmed_at=sa.func.now(),
        )
        db.session.add(user)
        db.session.flush()  # The trail names the user's id.
        self.accepted_at = sa.func.now()  # type: ignore[assignment]
        audit.record("team.joined", self.role.title, actor=user, email=self.email)
        return user

    def _must_be_open(self) -> None:
        db.session.refresh(self)
        if self.accepted_at is not None:
            raise InvitationGone(f"{self.email} has accepted the invitation already.")
        if self.revoked_at is not None:
            raise InvitationGone(f"The invitation of {self.email} was taken back already.")

    def _post(self, company: Company, actor: User) -> None:
        token = tokens.new()
        self.token_hash, self.invited_by_id = token.hash, actor.id
        self.sent_at = sa.func.now()  # type: ignore[assignment]
        outbox.post(
            "invitation",
            self.email,
            dedupe_key=f"invitation:{token.hash}",
            sender_name=company.name,
            company_id=company.id,
            inviter=actor.name,
            role=self.role.title.lower(),
            slug=company.slug,
            token_seed=token.seed,
            days=LIFE.days,
        )


def open_invitations() -> list[Invitation]:
    """Of the company whose scope is entered, the newest first."""
    statement = sa.select(Invitation).where(Invitation.is_open()).options(joinedload(Invitation.invited_by))
    return list(db.session.scalars(statement.order_by(Invitation.sent_at.desc(), Invitation.id.desc())))


def by_token(slug: str, token: str, *, to_accept: bool = False) -> Invitation | None:
    """The open invitation that the link of a mail leads to, in the company of the link, whose scope this enters.

    `to_accept` locks it, so that of two requests with one link the second finds it accepted.
    """
    company = Company.once_at(slug)
    if company is None:
        return None
    tenancy.enter_company(company.id)
    statement = sa.select(Invitation).where(
        Invitation.token_hash == tokens.hashed(token),
        Invitation.is_open(),
        Invitation.sent_at > sa.func.now() - LIFE,
    )
    return db.session.scalar(statement.with_for_update() if to_accept else statement)
