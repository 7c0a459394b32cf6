"""Job: a position of one company, its questions for applicants, and its life from draft to archive."""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ats.accounts.models import Company, User
from ats.errors import Refusal
from ats.extensions import Model, db
from ats.tenancy import TenantOwned


class Labelled(StrEnum):
    """A choice that is stored as its value and shown as its label."""

    @property
    def label(self) -> str:
        return self.value.replace("_", "-" if self.value.endswith("time") else " ").capitalize()


class Status(Labelled):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    ARCHIVED = "archived"


class Workplace(Labelled):
    ON_SITE = "on_site"
    HYBRID = "hybrid"
    REMOTE = "remote"


class EmploymentType(Labelled):
    FULL_TIME = "full_time"
    PART_TIME = "part_time"
    TEMPORARY = "temporary"
    CONTRACT = "contract"
    INTERNSHIP = "internship"


class QuestionKind(Labelled):
    SHORT = "short"
    LONG = "long"
    YES_NO = "yes_no"
    CHOICE = "choice"
    NUMBER = "number"

    @property
    def label(self) -> str:
        return {
            "short": "Short text",
            "long": "Long text",
            "yes_no": "Yes or no",
            "choice": "One of a list",
            "number": "Number",
        }[self.value]


LIFE: dict[tuple[Status, Status], str] = {
    (Status.DRAFT, Status.OPEN): "Publish",
    (Status.OPEN, Status.CLOSED): "Close",
    (Status.CLOSED, Status.OPEN): "Reopen",
    (Status.DRAFT, Status.ARCHIVED): "Archive",
    (Status.CLOSED, Status.ARCHIVED): "Archive",
    (Status.ARCHIVED, Status.CLOSED): "Take out of the archive",
}
"""The changes of status there are, and what the button says."""


class StatusRefused(Refusal):
    """The job's life knows no such change."""

    status = 422


class StillNeeded(Refusal):
    """A job with applications cannot be deleted: its history would go with it."""


def _one_of(column: str, choices: type[StrEnum]) -> sa.CheckConstraint:
    values = ", ".join(repr(choice.value) for choice in choices)
    return sa.CheckConstraint(f"{column} IN ({values})", name=column)


class Job(TenantOwned, Model):
    """A position. `questions` are {id, prompt, kind, required, choices}; answers keep a copy of the prompt."""

    __table_args__ = (
        sa.UniqueConstraint("company_id", "id"),
        _one_of("status", Status),
        _one_of("workplace", Workplace),
        _one_of("employment_type", EmploymentType),
        sa.CheckConstraint("salary_min <= salary_max", name="salary_range"),
        sa.CheckConstraint("country ~ '^([A-Z]{2})?$'", name="country"),
        sa.Index("ix_job_company_id_status", "company_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    department: Mapped[str] = mapped_column(default="")
    location: Mapped[str] = mapped_column(default="")
    country: Mapped[str] = mapped_column(default="")
    """ISO 3166, two letters: where the place of work is or, of a remote job, where people may live."""
    workplace: Mapped[str] = mapped_column(default=Workplace.ON_SITE.value)
    employment_type: Mapped[str] = mapped_column(default=EmploymentType.FULL_TIME.value)
    salary_min: Mapped[int | None]
    """A year, in `salary_currency`."""
    salary_max: Mapped[int | None]
    salary_currency: Mapped[str] = mapped_column(default="EUR")
    description: Mapped[str] = mapped_column(default="")
    """Markdown."""
    questions: Mapped[list[dict[str, Any]]] = mapped_column(default=list)
    status: Mapped[str] = mapped_column(default=Status.DRAFT.value)
    closes_on: Mapped[date | None]
    """The last day, in the company's zone, on which one can apply."""
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    created_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id"))

    board_version: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    """Goes up in each transaction that changes what a card of the board shows."""
    stage_counts: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=sa.text("'{}'"), default=dict)
    """Applications per stage, kept by a trigger on application, in the same transaction as the change."""

    company: Mapped[Company] = relationship(lazy="raise", viewonly=True)
    created_by: Mapped[User | None] = relationship(lazy="raise")

    @classmethod
    def is_open_now(cls) -> sa.ColumnElement[bool]:
        """Whether the job can be seen and applied to: published, and not past its last day in the company's zone."""
        today = sa.select(sa.cast(sa.func.timezone(Company.time_zone, sa.func.now()), sa.Date))
        today = today.where(Company.id == cls.company_id).correlate_except(Company)
        return sa.and_(
            cls.status == Status.OPEN.value,
            sa.or_(cls.closes_on.is_(None), cls.closes_on >= today.scalar_subquery()),
        )

    @classmethod
    def open_to_public(cls) -> sa.ColumnElement[bool]:
        return cls.is_open_now()

    @classmethod
    def of_person(cls, user_id: int) -> sa.ColumnElement[bool]:
        """The jobs a person applied to. By the table's name, for jobs know nothing of what is built on them."""
        applications = cls.metadata.tables["application"].c
        return cls.id.in_(sa.select(applications.job_id).where(applications.user_id == user_id))

    def is_open(self, company: Company) -> bool:
        """What `is_open_now` says, for a job at hand."""
        today = datetime.now(company.zone).date()
        return self.status == Status.OPEN and (self.closes_on is None or self.closes_on >= today)

    def change_status(self, target: str) -> None:
        """Publish, close, reopen or archive; raises StatusRefused where LIFE has no such change."""
        if target == self.status:  # A double click is no mistake.
            return
        if target not in set(Status) or (Status(self.status), Status(target)) not in LIFE:
            raise StatusRefused(f"A job that is {self.status} cannot become {target}.")
        now = sa.func.now()
        if target == Status.OPEN:
            self.opened_at, self.closed_at = now, None  # type: ignore[assignment]
        elif self.status == Status.OPEN:
            self.closed_at = now  # type: ignore[assignment]
        self.status = target

    @property
    def next_statuses(self) -> list[tuple[str, str]]:
        """The statuses the job may take next, as (status, label of the button)."""
        return [(target.value, label) for (source, target), label in LIFE.items() if source == self.status]

    def delete(self) -> None:
        """Raises StillNeeded while an application hangs on the job."""
        if self.applicants:
            raise StillNeeded(
                f"“{self.title}” has {self.applicants} application{'s' * (self.applicants != 1)}, and their history "
                "would be lost with it. Archive the job instead: it leaves all lists but the archive."
            )
        db.session.delete(self)

    @property
    def workplace_label(self) -> str:
        return Workplace(self.workplace).label

    @property
    def employment_type_label(self) -> str:
        return EmploymentType(self.employment_type).label

    def touch_board(self) -> None:
        """Say that a card of the board shows something new. Locks the row until the transaction ends."""
        self.board_version = Job.board_version + 1  # type: ignore[assignment]

    def count(self, stage: str) -> int:
        return self.stage_counts.get(stage, 0)

    def count_in(self, stages: Sequence[str]) -> int:
        return sum(self.count(stage) for stage in stages)

    @property
    def applicants(self) -> int:
        return sum(self.stage_counts.values())
