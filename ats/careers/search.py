"""What the public may find: companies, and a company's open jobs by words and filters."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.models import EmploymentType, Job, Workplace

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
    open_jobs = list(db.session.scalars(sa.select(Job).where(Job.is_open_now()).order_by(Job.opened_at.desc(), Job.id)))
    choices = {}
    for name in FILTERS:
        values = sorted({getattr(job, name) for job in open_jobs} - {""}, key=str.lower)
        choices[name] = [(value, LABELS.get(value, value)) for value in values]
    matching = [job for job in open_jobs if _matches(job, query, filters)]
    return Found(matching, len(open_jobs), query, filters, choices)


def _matches(job: Job, query: str, filters: Mapping[str, str]) -> bool:
    text = f"{job.title} {job.department} {job.location} {job.description}".casefold()
    return all(word in text for word in query.casefold().split()) and all(
        not wanted or getattr(job, name) == wanted for name, wanted in filters.items()
    )


def similar(job: Job, at_most: int = 3) -> list[Job]:
    """Other open jobs of the company, those of the same department first."""
    others = (
        sa.select(Job)
        .where(Job.is_open_now(), Job.id != job.id)
        .order_by((Job.department == job.department).desc(), Job.opened_at.desc(), Job.id)
    )
    return list(db.session.scalars(others.limit(at_most)))


def companies(query: str) -> list[sa.Row[tuple[str, str, str, int]]]:
    """Companies with open jobs, as (name, slug, about, open_jobs). Needs the public scope."""
    found = (
        sa.select(Company.name, Company.slug, Company.about, sa.func.count(Job.id).label("open_jobs"))
        .join(Job, Job.company_id == Company.id)
        .where(Job.is_open_now())
        .group_by(Company.id)
        .order_by(sa.func.lower(Company.name))
        .limit(200)
    )
    if query:
        found = found.where(
            sa.or_(Company.name.icontains(query, autoescape=True), Job.title.icontains(query, autoescape=True))
        )
    return list(db.session.execute(found))
