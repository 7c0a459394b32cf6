"""Candidate: a person as one company knows them; Attachment: a file they sent."""

import contextlib
import re
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ats.extensions import Model, db
from ats.tenancy import TenantOwned, owned_by

FEW = 500
"""Candidates whose ids a search fetches and names; more are looked for where they are listed."""


class Candidate(TenantOwned, Model):
    """A person as one company knows them, one per email address (kept in lower case)."""

    __table_args__ = (
        sa.UniqueConstraint("company_id", "id"),
        sa.UniqueConstraint("company_id", "email"),
        sa.CheckConstraint("email = lower(email)", name="email_is_lower_case"),
        sa.Index("ix_candidate_words", "words", postgresql_using="gin", postgresql_ops={"words": "gin_trgm_ops"}),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str] = mapped_column(default="")
    headline: Mapped[str] = mapped_column(default="")
    """What they do and where, in a few words."""
    words: Mapped[str] = mapped_column(
        sa.Computed("' ' || lower(name || ' ' || email || ' ' || headline)", persisted=True), deferred=True
    )
    """What a search looks through (`few_with`)."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    erased_at: Mapped[datetime | None]
    """When all that is personal was taken out (ats.privacy.erasure); the row stays for the history."""

    @classmethod
    def known_as(cls, email: str, *, name: str, phone: str = "", headline: str = "") -> "Candidate":
        """The company's candidate with that address, made if there is none. An existing one is left as it is.

        Needs a company's scope, in which two requests at once get the same row.
        """
        email = email.strip().lower()
        found = sa.select(cls).filter_by(email=email)
        candidate = db.session.scalar(found)
        if candidate is not None:
            return candidate
        try:
            with db.session.begin_nested():
                candidate = cls(email=email, name=name, phone=phone, headline=headline)
                db.session.add(candidate)
        except sa.exc.IntegrityError:  # Another request was first.
            return db.session.scalars(found).one()
        return candidate

    @classmethod
    def few_with(cls, query: str) -> list[int] | None:
        """The ids of those whose name, address and headline have all the words in them; None for more than FEW.

        By a function of PostgreSQL's, for row-level security lets no index be asked about LIKE: it is not leakproof. It
        hands out the ids of the scope's own candidates alone.
        """
        first, *further = cls.patterns(query)
        found = sa.func.candidates_with(first, sa.literal(further, ARRAY(sa.Text)), FEW + 1).column_valued("found")
        ids = list(db.session.scalars(sa.select(found)))
        return ids if len(ids) <= FEW else None

    @classmethod
    def has_words(cls, candidate_id: Any, query: str, few: list[int] | None) -> sa.ColumnElement[bool]:
        """Whether the column is the id of one of them; `few` are those of `few_with`.

        What most have in them is found soonest by looking through whatever else is asked for, in its order.
        """
        if few is not None:
            return candidate_id.in_(few)  # type: ignore[no-any-return]
        many = sa.select(cls.id).where(*(cls.words.like(pattern) for pattern in cls.patterns(query)))
        return candidate_id.in_(many)  # type: ignore[no-any-return]

    @staticmethod
    def patterns(query: str) -> list[str]:
        """For LIKE, the longest word first: the index of trigrams is asked about that one.

        Of one or two letters there is no trigram unless a word begins with them, so that is where they must stand.
        """
        words = [re.sub(r"([\\%_])", r"\\\1", word.lower()) for word in query.split()]
        return [f"% {word}%" if len(word) < 3 else f"%{word}%" for word in sorted(words, key=len, reverse=True)]

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        """What companies know of a person. By the table's name, for candidates know nothing of what stands on them."""
        applications = cls.metadata.tables["application"].c
        return cls.id.in_(sa.select(applications.candidate_id).where(applications.user_id == user_id))

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name

    def tags(self) -> "list[Tag]":
        """In the order of the alphabet."""
        own = sa.select(Tag).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.candidate_id == self.id)
        return list(db.session.scalars(own.order_by(sa.func.lower(Tag.name))))

    def tag(self, tag: "Tag") -> None:
        """Twice is as good as once."""
        if db.session.get(Tagging, (self.id, tag.id)):
            return
        with contextlib.suppress(sa.exc.IntegrityError), db.session.begin_nested():  # Another request was first.
            db.session.add(Tagging(candidate_id=self.id, tag_id=tag.id))

    def untag(self, tag_id: int) -> None:
        db.session.execute(sa.delete(Tagging).where(Tagging.candidate_id == self.id, Tagging.tag_id == tag_id))


class Tag(TenantOwned, Model):
    """A word that a company sorts its candidates by. Upper and lower case do not make two tags."""

    __table_args__ = (
        sa.UniqueConstraint("company_id", "id"),
        sa.Index("uq_tag_name", "company_id", sa.text("lower(name)"), unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]

    @classmethod
    def named(cls, name: str) -> "Tag":
        """The company's tag of that name, made if there is none."""
        found = sa.select(cls).where(sa.func.lower(cls.name) == name.lower())
        tag = db.session.scalar(found)
        if tag is not None:
            return tag
        try:
            with db.session.begin_nested():
                tag = cls(name=name)
                db.session.add(tag)
        except sa.exc.IntegrityError:  # Another request was first.
            return db.session.scalars(found).one()
        return tag


class Tagging(TenantOwned, Model):
    """That a candidate has a tag."""

    __table_args__ = (
        owned_by("candidate"),
        owned_by("tag"),
        sa.Index("ix_tagging_tag_id", "tag_id", "candidate_id"),
    )

    candidate_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    tag_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)


class Attachment(TenantOwned, Model):
    """A file. Its bytes lie in the storage under `key`; the text is read out of it later, by a worker."""

    __table_args__ = (
        sa.UniqueConstraint("company_id", "id"),
        owned_by("candidate"),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True)
    candidate_id: Mapped[int | None] = mapped_column(sa.BigInteger, index=True)
    """None while it belongs to a draft."""
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    """As the person gave it, cleaned of paths and invisible characters; for display and download."""
    media_type: Mapped[str]
    size: Mapped[int]
    """Bytes."""
    text: Mapped[str | None] = mapped_column(deferred=True)
    """None until it was read, empty if there is none to read."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    candidate: Mapped[Candidate | None] = relationship(lazy="raise")

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        """The resumes of a person's applications. By the table's name, as above."""
        applications = cls.metadata.tables["application"].c
        return cls.id.in_(sa.select(applications.resume_id).where(applications.user_id == user_id))

    @property
    def is_pdf(self) -> bool:
        return self.media_type == "application/pdf"
