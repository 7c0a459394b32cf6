"""DataRequest: a candidate asks one company for a copy of their data, or for erasure."""

from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from flask import current_app
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates.models import Candidate
from ats.extensions import Model, db
from ats.notifications import outbox
from ats.tenancy import TenantOwned, owned_by

DAYS_TO_ANSWER = 30
"""A month is what the General Data Protection Regulation gives (Article 12)."""
COPY_DAYS = 14
"""For so long the link to a copy works."""


class Kind(StrEnum):
    COPY = "copy"
    ERASURE = "erasure"


class DataRequest(TenantOwned, Model):
    """Open until an admin fulfils it. A candidate has one open request of each kind at most."""

    __table_args__ = (
        owned_by("candidate"),
        sa.CheckConstraint("kind IN ('copy', 'erasure')", name="kind"),
        sa.Index(
            "uq_data_request_open",
            "company_id",
            "candidate_id",
            "kind",
            unique=True,
            postgresql_where=sa.text("fulfilled_at IS NULL"),
        ),
        sa.Index("ix_data_request_candidate_id", "candidate_id"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    candidate_id: Mapped[int] = mapped_column(sa.BigInteger)
    kind: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    fulfilled_at: Mapped[datetime | None]
    fulfilled_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    candidate: Mapped[Candidate] = relationship(
        lazy="raise", primaryjoin="DataRequest.candidate_id == Candidate.id", foreign_keys="DataRequest.candidate_id"
    )

    @classmethod
    def ask(cls, candidate: Candidate, kind: Kind) -> "DataRequest":
        """The open request of that kind, made if there is none; the company's admins hear of a new one."""
        found = sa.select(cls).filter_by(candidate_id=candidate.id, kind=kind.value, fulfilled_at=None)
        request = db.session.scalar(found)
        if request is not None:
            return request
        try:
            with db.session.begin_nested():
                request = cls(company_id=candidate.company_id, candidate_id=candidate.id, kind=kind.value)
                db.session.add(request)
        except sa.exc.IntegrityError:  # Another click was first.
            return db.session.scalars(found).one()
        request._tell_admins(candidate)
        return request

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        return cls.candidate_id.in_(sa.select(Candidate.id).where(Candidate.of_person(user_id)))

    @property
    def answer_by(self) -> datetime:
        return self.created_at + timedelta(days=DAYS_TO_ANSWER)

    def fulfil(self, *, actor: User | None) -> None:
        self.fulfilled_at = sa.func.now()  # type: ignore[assignment]
        self.fulfilled_by_id = actor and actor.id

    def post_copy(self, company: Company, *, actor: User) -> None:
        """The mail with the link to the copy: to the address that the company knows, whoever asked."""
        outbox.post(
            "data-copy",
            self.candidate.email,
            dedupe_key=f"data-copy:{self.id}",
            sender_name=company.name,
            reply_to=actor.email,
            company_id=company.id,
            name=self.candidate.name,
            copy_url=outbox.link("privacy.download_copy", token=self.token),
            days=COPY_DAYS,
        )

    @property
    def token(self) -> str:
        """Of the link to the copy."""
        return copy_serializer().dumps([self.company_id, self.id])

    def _tell_admins(self, candidate: Candidate) -> None:
        admins = sa.select(User.id, User.email).where(
            User.company_id == candidate.company_id, User.role == Role.ADMIN, User.removed_at.is_(None)
        )
        for id, email in db.session.execute(admins):
            outbox.post(
                "data-request",
                email,
                dedupe_key=f"data-request:{self.id}:{id}",
                company_id=candidate.company_id,
                name=candidate.name,
                kind=self.kind,
                days=DAYS_TO_ANSWER,
                requests_url=outbox.link("privacy.requests"),
            )


def copy_serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="data-copy")
