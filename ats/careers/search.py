"""What the public may find: companies, and a company's open jobs by words and filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, defer

from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.models import EmploymentType, Job, Workplace

SHOWN = 100
"""Jobs of all companies on one page, and companies. A narrower search finds the others."""
FILTERS = ("department", "location", "workplace", "employment_type")
LABELS = {choice.value: choice.label for choices in (Workplace, EmploymentType) for choice in choices}


@dataclass(frozen=True)
class Found:
    """The jobs that match, and what the filters offer: for each its choices as (value, label)."""

    jobs: list[Job]
    total: int
    query: str
    filters: dict[str, str]
    choices: dict[str, list[tuple[str, str]]]

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query or any(self.filters.values()))

    @property
    def departments(self) -> dict[str, list[Job]]:
        """The jobs under their departments, in the order of the alphabet; those without one come last."""
        groups: dict[str, list[Job]] = {}
        for job in sorted(self.jobs, key=lambda job: (job.department == "", job.department.lower(), job.title.lower())):
            groups.setdefault(job.department or "Other", []).append(job)
        return groups


def jobs(args: Mapping[str, str]) -> Found:
    """The current company's open jobs as the query string asks. All are read, in one statement: some hundreds."""
    query = args.get("q", "").strip()[:100]
    filters = {name: args.get(name, "") for name in FILTERS}
    everything = sa.select(Job).where(Job.is_open_now()).order_by(Job.opened_at.desc(), Job.id)
    unread = [defer(Job.questions), *([] if query else [defer(Job.description)])]
    open_jobs = list(db.session.scalars(everything.options(*unread)))
    choices = {}
    for name in FILTERS:
        values = sorted({getattr(job, name) for job in open_jobs} - {""}, key=str.lower)
        choices[name] = [(value, LABELS.get(value, value)) for value in values]
    matching = [job for job in open_jobs if _matches(job, query, filters)]
    return Found(matching, len(open_jobs), query, filters, choices)


def _matches(job: Job, query: str, filters: Mapping[str, str]) -> bool:
    if not all(not wanted or getattr(job, name) == wanted for name, wanted in filters.items()):
        return False
    if not query:
        return True
    text = f"{job.title} {job.department} {job.location} {job.description}".casefold()
    return all(word in text for word in query.casefold().split())


def similar(job: Job, at_most: int = 3) -> list[Job]:
    """Other open jobs of the company, those of the same department first."""
    others = (
        sa.select(Job)
        .where(Job.is_open_now(), Job.id != job.id)
        .order_by((Job.department == job.department).desc(), Job.opened_at.desc(), Job.id)
        .options(defer(Job.questions), defer(Job.description))
    )
    return list(db.session.scalars(others.limit(at_most)))


@dataclass(frozen=True)
class Everywhere:
    """What the public finds across companies: the companies, and, once something is asked for, their jobs."""

    query: str
    place: str
    filters: dict[str, str]
    jobs: Sequence[tuple[Job, Company]]
    companies: Sequence[sa.Row[Company, int]]
    """Each with the number of its open jobs."""

    @property
    def is_narrowed(self) -> bool:
        return bool(self.query or self.place or any(self.filters.values()))


CHOICES = {
    "workplace": [(choice.value, choice.label) for choice in Workplace],
    "employment_type": [(choice.value, choice.label) for choice in EmploymentType],
}
"""The filters over all companies whose choices are known before."""


def everywhere(args: Mapping[str, str]) -> Everywhere:
    """Companies and jobs as the query string asks, the first SHOWN of each. Needs the public scope."""
    query, place = args.get("q", "").strip()[:100], args.get("place", "").strip()[:100]
    filters = {name: args.get(name, "") for name in CHOICES}
    asked = Everywhere(query, place, filters, [], [])
    jobs = _jobs_everywhere(asked) if asked.is_narrowed else []
    only_words = query and not place and not any(filters.values())
    companies = _companies(query.split()) if only_words or not asked.is_narrowed else []
    return Everywhere(query, place, filters, jobs, companies)


def _jobs_everywhere(asked: Everywhere) -> Sequence[tuple[Job, Company]]:
    """Every word must be in the title, the department, the place or the company's name."""
    columns = (Job.title, Job.department, Job.location, Company.name)
    found = (
        sa.select(Job, Company)
        .join(Company, Company.id == Job.company_id)
        .where(Job.is_open_now())
        .where(*(_is_in(word, *columns) for word in asked.query.split()))
        .where(*(_is_in(word, Job.location) for word in asked.place.split()))
        .where(*(getattr(Job, name) == wanted for name, wanted in asked.filters.items() if wanted))
        .order_by(Job.opened_at.desc(), Job.id.desc())
        .options(defer(Job.questions), defer(Job.description))
    )
    return db.session.execute(found.limit(SHOWN)).all()


def _companies(words: Sequence[str]) -> Sequence[sa.Row[Company, int]]:
    """Those with open jobs whose names hold all the words."""
    found = (
        sa.select(Company, sa.func.count(Job.id).label("open_jobs"))
        .join(Job, Job.company_id == Company.id)
        .where(Job.is_open_now(), *(_is_in(word, Company.name) for word in words))
        .group_by(Company.id)
        .order_by(sa.func.lower(Company.name), Company.id)
    )
    return db.session.execute(found.limit(SHOWN)).all()


def _is_in(word: str, *columns: sa.ColumnElement[str] | Mapped[str]) -> sa.ColumnElement[bool]:
    return sa.or_(*(column.icontains(word, autoescape=True) for column in columns))
