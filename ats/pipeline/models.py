"""Application and StageChange: one candidate's way through one job, and the history that cannot lie.

The history is append-only, and PostgreSQL holds the chain together: every row starts where the one before it ended,
only the machine's moves (or an undo of the last one) are let in, and an application's stage is that of its last row.
"""

import contextlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from ats import database
from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates.models import Attachment, Candidate
from ats.errors import Refusal
from ats.extensions import Model, db
from ats.jobs.models import Job
from ats.notifications import outbox
from ats.notifications.models import Message
from ats.pipeline import links
from ats.pipeline.stages import FIRST, MOVES, OPEN_STAGES, STAGE, STAGES, HiringPipeline
from ats.tenancy import TenantOwned, owned_by

WITHDRAWN = "withdrawn"
"""The reason of a rejection that the candidate asked for."""

_STAGE_NAMES = ", ".join(f"'{stage.value}'" for stage in STAGES)
_LEGAL_PAIRS = ", ".join(f"('{source}', '{target}')" for source, target in MOVES)


SOURCES = ("Careers page", "Referral", "LinkedIn", "Job board", "Agency", "Sourced", "Other")
"""Where applications come from."""

REJECTION_TEMPLATES = {
    "application": "stage-rejected",
    "interview": "rejected-interview",
    "filled": "rejected-filled",
    "none": None,
}
"""The mail of each kind of rejection (accounts.models.REJECTION_MAILS): a folder of templates/emails/, or no mail."""


class MoveConflict(Refusal):
    """Somebody else moved the application since the person looked."""


class UndoRefused(Refusal):
    """Too late: the mail has left, or somebody moved on."""


class JobClosed(Refusal):
    """The job takes no applications."""


class AlreadyApplied(Refusal):
    """The person has an application for the job; it stays as it is."""

    def __init__(self, application: "Application") -> None:
        super().__init__("You have applied for this job already. We have your application, nothing more to do.")
        self.application = application


class Application(TenantOwned, Model):
    """One candidate for one job. `stage_seq` is the number of the last StageChange, `stage` where that one led."""

    __table_args__ = (
        sa.UniqueConstraint("company_id", "id"),
        sa.UniqueConstraint("job_id", "candidate_id"),
        sa.UniqueConstraint("company_id", "submission_key"),
        owned_by("job"),
        owned_by("candidate"),
        owned_by("attachment", "resume_id"),
        sa.ForeignKeyConstraint(
            ["id", "stage_seq", "stage"],
            ["stage_change.application_id", "stage_change.seq", "stage_change.to_stage"],
            name="fk_application_last_stage_change",
            deferrable=True,
            initially="DEFERRED",
            use_alter=True,
        ),
        sa.CheckConstraint(f"stage IN ({_STAGE_NAMES})", name="stage"),
        sa.Index("ix_application_board", "job_id", "stage", sa.text("stage_since DESC"), sa.text("id DESC")),
        sa.Index("ix_application_shown", "job_id", "shown_version"),
        sa.Index("ix_application_rating", "job_id", "stage", sa.text("rating DESC"), sa.text("id DESC")),
        sa.CheckConstraint("rating = 0 OR rating BETWEEN 100 AND 400", name="rating"),
        sa.Index("ix_application_list", "company_id", sa.text("created_at DESC"), sa.text("id DESC")),
        sa.Index("ix_application_candidate_id", "candidate_id"),
        sa.Index(
            "ix_application_waiting",
            "company_id",
            "stage",
            "stage_since",
            postgresql_where=sa.text(f"stage IN ({', '.join(repr(stage) for stage in OPEN_STAGES)})"),
        ),
    )

    id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=True)
    job_id: Mapped[int]
    candidate_id: Mapped[int] = mapped_column(sa.BigInteger)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    """The candidate's account it was sent from; never set for an application that came without signing in."""
    source: Mapped[str] = mapped_column(default="Careers page")
    cover_letter: Mapped[str] = mapped_column(default="")
    answers: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    """As {id, prompt, kind, answer}: the question as it was asked."""
    resume_id: Mapped[int | None] = mapped_column(sa.BigInteger)
    stage: Mapped[str]
    stage_seq: Mapped[int]
    stage_since: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    consented_at: Mapped[datetime | None]
    consent_version: Mapped[int | None]
    """Of the text that was agreed to (ats.pipeline.consent)."""
    submission_key: Mapped[str | None]
    """What the form carried, so that a form that arrives twice is one application."""
    link_version: Mapped[int] = mapped_column(default=1, server_default="1")
    """Goes up when the links to follow the application are revoked (ats.pipeline.links)."""
    rating: Mapped[int] = mapped_column(default=0, server_default="0")
    """The average of the scorecards times 100, or 0 without any."""
    shown_version: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", server_onupdate=sa.FetchedValue())
    """The version of the job's board with which the card last changed; a trigger keeps it. Set it by `touch_card`."""
    moved_version: Mapped[int] = mapped_column(sa.BigInteger, server_default="0", server_onupdate=sa.FetchedValue())
    """The same for the card's column."""

    # Joined by the id alone: the composite keys above hold the company, which no relationship may write.
    job: Mapped[Job] = relationship(primaryjoin="Application.job_id == Job.id", foreign_keys="Application.job_id")
    candidate: Mapped[Candidate] = relationship(
        primaryjoin="Application.candidate_id == Candidate.id", foreign_keys="Application.candidate_id"
    )
    resume: Mapped[Attachment | None] = relationship(
        lazy="raise", primaryjoin="Application.resume_id == Attachment.id", foreign_keys="Application.resume_id"
    )

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        return cls.user_id == user_id

    @property
    def first_name(self) -> str:
        return self.candidate.first_name

    @classmethod
    def submit(
        cls,
        job: Job,
        candidate: Candidate,
        *,
        company: Company,
        user: User | None = None,
        added_by: User | None = None,
        **fields: Any,
    ) -> "Application":
        """Apply: the application, the first row of its history, and the mails to the candidate and the recruiters.

        Of one that a recruiter adds by hand (`added_by`) nobody gets a mail, and the candidate has not consented.

        Raises JobClosed or AlreadyApplied. The job's row is locked until the transaction ends, so of two that arrive
        at once the second finds the first.
        """
        database.lock(job)
        if not job.is_open(company):
            raise JobClosed(f"“{job.title}” is not open any more, so nothing was sent.")
        same_person = sa.and_(cls.job_id == job.id, cls.candidate_id == candidate.id)
        key = sa.literal(
            fields.get("submission_key"), sa.Text
        )  # A literal: without a key nothing equals it, not IS NULL.
        existing = db.session.scalar(sa.select(cls).where(sa.or_(same_person, cls.submission_key == key)).limit(1))
        if existing:
            raise AlreadyApplied(existing)
        application = cls(job=job, candidate=candidate, company_id=job.company_id, user_id=user and user.id, **fields)
        application.stage, application.stage_seq = FIRST, 1
        if added_by is None:
            application.consented_at = sa.func.now()  # type: ignore[assignment]
        db.session.add(application)
        db.session.flush()  # The history's first row and the mails name the application's id.
        db.session.add(application.change(1, None, FIRST, actor=added_by or user))
        if added_by is None:
            application.post_received(company, fields.get("resume"))
            application.post_alerts(company)
        return application

    @classmethod
    def locked(cls, ids: Iterable[int]) -> "list[Application]":
        """The applications of these ids that the scope shows, in order of id, locked until the transaction ends."""
        wanted = sa.select(cls).where(cls.id.in_(ids)).order_by(cls.id).options(joinedload(cls.candidate))
        held = wanted.with_for_update(key_share=True, of=cls).execution_options(populate_existing=True)
        return list(db.session.scalars(held))

    def move_to(
        self, stage: str, *, actor: User, seen_seq: int, reason: str | None = None, mail: str | None = None
    ) -> None:
        """Move to `stage`, for somebody who saw the application at `seen_seq`.

        The row is locked until the transaction ends. The same person repeating the move that just succeeded is
        answered as done. `mail` is a key of REJECTION_TEMPLATES, for another mail than the stage's own. Raises
        MoveConflict if somebody else moved it since, MoveRefused if the machine has no such move, and sqlalchemy's
        OperationalError (a 503) if the row is not free within two seconds.
        """
        database.lock(self)
        self.move_locked(stage, actor=actor, seen_seq=seen_seq, reason=reason, mail=mail)

    def move_locked(
        self, stage: str, *, actor: User, seen_seq: int, reason: str | None = None, mail: str | None = None
    ) -> None:
        """As `move_to`, for one that is `locked` already."""
        if self.stage_seq != seen_seq:
            last = self.last_change()
            if (last.seq, last.to_stage, last.actor_id) == (seen_seq + 1, stage, actor.id) and not last.undoes_seq:
                return
            raise MoveConflict(last.told(self.first_name, to=actor))
        HiringPipeline(self).move_to(stage, actor=actor, reason=reason, mail=mail)

    def record(self, source: str, target: str, *, actor: User | None, reason: str | None, mail: str | None) -> None:
        """Write down the move that the machine has just made, and the mail about it."""
        self.stage_seq += 1
        self.stage_since = sa.func.now()  # type: ignore[assignment]
        db.session.add(self.change(self.stage_seq, source, target, actor=actor, reason=reason))
        if reason == WITHDRAWN:
            self.post_stage_change("application-withdrawn", actor=None, held=False)
        elif template := REJECTION_TEMPLATES[mail] if mail else STAGE[target].mail:
            self.post_stage_change(template, actor=actor)

    def withdraw(self, *, actor: User | None) -> None:
        """The candidate steps back, at any time before the end. Twice is as good as once."""
        database.lock(self)
        last = self.last_change()
        if (last.to_stage, last.reason) != ("rejected", WITHDRAWN):
            HiringPipeline(self).move_to("rejected", actor=actor, reason=WITHDRAWN)

    def undo(self, *, actor: User, seen_seq: int) -> None:
        """Take back one's own last move while its mail is held: a row of its own restores the stage.

        A move without a mail can be undone for as long. Raises UndoRefused after that, or if somebody moved on.
        """
        database.lock(self)
        last = self.own_last_change(actor, seen_seq)
        company = db.session.get_one(Company, self.company_id)
        if not (outbox.cancel(last.mail_key) or (last.is_within(company.mail_hold_seconds) and not last.has_mail)):
            raise UndoRefused(f"The time to undo is over, so {self.first_name} stays in {STAGE[self.stage].name}.")
        assert last.from_stage  # The first change is nobody's to undo.
        self.stage, self.stage_seq = last.from_stage, last.seq + 1
        self.stage_since = self.entered_before(last)
        db.session.add(self.change(self.stage_seq, last.to_stage, last.from_stage, actor=actor, undoes_seq=last.seq))

    def send_mail_now(self, *, actor: User, seen_seq: int) -> None:
        """Let the held mail about one's own last move go. Raises UndoRefused if it left or somebody moved on."""
        database.lock(self)
        if not outbox.release(self.own_last_change(actor, seen_seq).mail_key):
            raise UndoRefused("The mail is on its way already.")

    def own_last_change(self, actor: User, seen_seq: int) -> "StageChange":
        """The last change, if it is a move that `actor` made and the one they saw. Raises UndoRefused otherwise."""
        last = self.last_change()
        if last.seq != seen_seq or last.undoes_seq:
            raise UndoRefused(last.told(self.first_name, to=actor))
        if last.from_stage is None or last.actor_id != actor.id or last.reason == WITHDRAWN:
            raise UndoRefused("Only the person who moved a candidate can undo the move.")
        return last

    def touch_card(self) -> None:
        """Say that the card shows something new, so that open boards fetch it. Locks the job until the end."""
        self.shown_version = 0  # The trigger puts the true version in.

    def change(self, seq: int, source: str | None, target: str, *, actor: User | None, **more: Any) -> "StageChange":
        return StageChange(
            company_id=self.company_id,
            application_id=self.id,
            seq=seq,
            from_stage=source,
            to_stage=target,
            actor_id=actor and actor.id,
            **more,
        )

    def last_change(self) -> "StageChange":
        last = sa.select(StageChange).filter_by(application_id=self.id).order_by(StageChange.seq.desc()).limit(1)
        return db.session.scalars(last.options(joinedload(StageChange.actor))).one()

    def entered_before(self, last: "StageChange") -> datetime:
        """When the application entered the stage that `last` led out of."""
        earlier = sa.select(sa.func.max(StageChange.created_at)).where(
            StageChange.application_id == self.id,
            StageChange.seq < last.seq,
            StageChange.to_stage == last.from_stage,
            StageChange.undoes_seq.is_(None),
        )
        return db.session.scalars(earlier).one()

    def post_received(self, company: Company, resume: Attachment | None) -> None:
        outbox.post(
            STAGE[FIRST].mail,
            self.candidate.email,
            dedupe_key=f"stage:{self.id}:1",
            sender_name=company.name,
            reply_to=self.reply_address(None),
            company_id=self.company_id,
            job_url=outbox.link("careers.job", slug=company.slug, job_id=self.job_id),
            resume_name=resume.name if resume else "",
            cover_letter=self.cover_letter,
            answers=[{"prompt": answer["prompt"], "answer": answer["answer"]} for answer in self.answers],
            register_url=outbox.link("accounts.register_candidate") if self.user_id is None else "",
            **self.mail_context(company),
        )

    def post_alerts(self, company: Company) -> None:
        recruiters = sa.select(User).where(User.company_id == company.id, User.role.in_([Role.RECRUITER, Role.ADMIN]))
        for recruiter in db.session.scalars(recruiters):
            outbox.post(
                "new-application",
                recruiter.email,
                dedupe_key=f"new-application:{self.id}:{recruiter.id}",
                company_id=self.company_id,
                name=self.candidate.name,
                job_title=self.job.title,
                source=self.source,
                application_url=outbox.link("pipeline.application", application_id=self.id),
                board_url=outbox.link("pipeline.board", job_id=self.job_id),
            )

    def post_stage_change(self, template: str, *, actor: User | None, held: bool = True) -> None:
        company = db.session.get_one(Company, self.company_id)
        outbox.post(
            template,
            self.candidate.email,
            dedupe_key=f"stage:{self.id}:{self.stage_seq}",
            sender_name=company.name,
            reply_to=self.reply_address(actor),
            company_id=self.company_id,
            hold_seconds=company.mail_hold_seconds if held else 0,
            **self.mail_context(company),
        )

    def mail_context(self, company: Company) -> dict[str, Any]:
        """What the templates of a stage's mail are given."""
        return {
            "name": self.candidate.name,
            "job_title": self.job.title,
            "careers_url": outbox.link("careers.company", slug=company.slug),
            "follow_url": links.url(self),
        }

    def reply_address(self, actor: User | None) -> str | None:
        """Whom the candidate's answers reach: the colleague who acts, else who made the job, else the first admin."""
        if actor and actor.is_staff:
            return actor.email
        recruiters = sa.select(User.email).where(
            User.company_id == self.company_id,
            User.role.in_([Role.RECRUITER, Role.ADMIN]),
            User.removed_at.is_(None),
        )
        made_it = sa.func.coalesce(User.id == self.job.created_by_id, False)
        return db.session.scalar(
            recruiters.order_by(made_it.desc(), (User.role == Role.ADMIN).desc(), User.id).limit(1)
        )


class StageDay(TenantOwned, Model):
    """How many of a job's applications that are in a stage now came into it on a day (UTC); kept by a trigger.

    With it the board's medians and overdue counts cost the same for 100,000 applications as for 100.
    """

    __table_args__ = (owned_by("job", ondelete="CASCADE"),)

    job_id: Mapped[int] = mapped_column(primary_key=True)
    stage: Mapped[str] = mapped_column(primary_key=True)
    day: Mapped[datetime] = mapped_column(primary_key=True)
    """When it begins."""
    count: Mapped[int]


class Opening(TenantOwned, Model):
    """That a user has opened an application: until then its card has a dot."""

    __table_args__ = (owned_by("application"),)

    application_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )

    @classmethod
    def mark(cls, application: Application, user: User) -> None:
        """Twice is as good as once."""
        if db.session.get(cls, (application.id, user.id)):
            return
        with contextlib.suppress(sa.exc.IntegrityError), db.session.begin_nested():  # Another window was first.
            db.session.add(cls(application_id=application.id, user_id=user.id))


class SavedView(TenantOwned, Model):
    """A user's own name for filters and order of a board; `query` is the query string."""

    __table_args__ = (sa.UniqueConstraint("user_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"))
    name: Mapped[str]
    query: Mapped[str]


class StageChange(TenantOwned, Model):
    """One row of the append-only history. No code updates or deletes one, and a trigger refuses it."""

    __table_args__ = (
        sa.UniqueConstraint("application_id", "seq", "to_stage"),
        sa.UniqueConstraint("application_id", "seq", "undoable_from"),
        owned_by("application"),
        sa.Index("ix_stage_change_company_id", "company_id", "created_at"),
        sa.ForeignKeyConstraint(
            ["application_id", "prev_seq", "from_stage"],
            ["stage_change.application_id", "stage_change.seq", "stage_change.to_stage"],
            name="fk_stage_change_starts_where_the_last_ended",
        ),
        sa.ForeignKeyConstraint(
            ["application_id", "undoes_seq", "to_stage"],
            ["stage_change.application_id", "stage_change.seq", "stage_change.undoable_from"],
            name="fk_stage_change_undo_leads_back",
        ),
        sa.CheckConstraint("seq >= 1", name="seq"),
        sa.CheckConstraint("(seq = 1) = (from_stage IS NULL)", name="first_comes_from_nowhere"),
        sa.CheckConstraint(f"seq > 1 OR to_stage = '{FIRST}'", name="first_goes_to_the_first_stage"),
        sa.CheckConstraint(f"to_stage IN ({_STAGE_NAMES})", name="to_stage"),
        sa.CheckConstraint(
            f"seq = 1 OR undoes_seq IS NOT NULL OR (from_stage, to_stage) IN ({_LEGAL_PAIRS})", name="legal_move"
        ),
        sa.CheckConstraint("undoes_seq = prev_seq", name="undoes_the_last"),
    )

    application_id: Mapped[int] = mapped_column(sa.BigInteger, primary_key=True, autoincrement=False)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev_seq: Mapped[int | None] = mapped_column(sa.Computed("NULLIF(seq - 1, 0)", persisted=True))
    from_stage: Mapped[str | None]
    to_stage: Mapped[str]
    undoes_seq: Mapped[int | None]
    undoable_from: Mapped[str | None] = mapped_column(
        sa.Computed("CASE WHEN undoes_seq IS NULL THEN from_stage END", persisted=True)
    )
    """What an undo of this row leads back to; none for an undo, which is never undone itself."""
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"), index=True)
    """None: the candidate, without an account."""
    reason: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())

    actor: Mapped[User | None] = relationship(lazy="raise")

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        return cls.application_id.in_(sa.select(Application.id).where(Application.user_id == user_id))

    def is_within(self, seconds: int) -> bool:
        """Whether it was made less than so many seconds ago."""
        return datetime.now(UTC) - self.created_at < timedelta(seconds=seconds)

    @property
    def has_mail(self) -> bool:
        """Whether a mail was written about it."""
        return bool(db.session.scalar(sa.select(sa.exists().where(Message.dedupe_key == self.mail_key))))

    @property
    def mail_key(self) -> str:
        """The dedupe_key of the mail that this change sends."""
        return f"stage:{self.application_id}:{self.seq}"

    def told(self, name: str, *, to: User) -> str:
        """What happened, to somebody who did not see it: “Ana moved Lukas to Offer 5 seconds ago.”"""
        who = "You" if self.actor_id == to.id else self.actor.name if self.actor else name
        if self.reason == WITHDRAWN:
            deed = "withdrew"
        elif self.undoes_seq:
            deed = f"moved {name} back to {STAGE[self.to_stage].name}"
        elif self.from_stage is None:
            deed = "applied"
        else:
            deed = f"moved {name} to {STAGE[self.to_stage].name}"
        return f"{who} {deed} {ago(self.created_at)}. The board shows it now."


def ago(moment: datetime) -> str:
    """“5 seconds ago”, “3 minutes ago”, …"""
    seconds = max(0, int((datetime.now(UTC) - moment).total_seconds()))
    for size, unit in ((86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")):
        if seconds >= size:
            number = seconds // size
            return f"{number} {unit}{'s' * (number != 1)} ago"
    return "just now"
