"""What a page says about itself to search engines and to those who share it.

A job's is the JobPosting of schema.org, with what Google's documentation of it requires and recommends.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from ats import formatting
from ats.accounts.models import Company
from ats.jobs.models import EmploymentType, Job, Workplace
from ats.notifications import outbox

EMPLOYMENT_TYPES = {
    EmploymentType.FULL_TIME: "FULL_TIME",
    EmploymentType.PART_TIME: "PART_TIME",
    EmploymentType.TEMPORARY: "TEMPORARY",
    EmploymentType.CONTRACT: "CONTRACTOR",
    EmploymentType.INTERNSHIP: "INTERN",
}
"""The words of schema.org for ours."""


@dataclass(frozen=True)
class Preview:
    """Of a page that may be found: its one true address, and what a link to it shows. No other page is indexed."""

    address: str
    summary: str
    picture: str | None = None


def of_directory() -> Preview:
    summary = "Companies that hire, and their open jobs. Applying takes a minute and needs no account."
    return Preview(outbox.link("careers.companies"), summary)


def of_company(company: Company) -> Preview:
    summary = formatting.summary(company.about) or f"Open jobs at {company.name}."
    return Preview(outbox.link("careers.company", slug=company.slug), summary, logo_address(company))


def of_job(job: Job, company: Company) -> Preview:
    summary = formatting.summary(job.description) or f"{company.name} looks for somebody: {job.title}."
    return Preview(job_address(job, company), summary, logo_address(company))


def job_address(job: Job, company: Company) -> str:
    return outbox.link("careers.job", slug=company.slug, job_id=job.id)


def feed_address(company: Company) -> str:
    return outbox.link("careers.atom", slug=company.slug)


def logo_address(company: Company) -> str | None:
    return outbox.link("careers.logo", slug=company.slug, v=company.logo_key[-8:]) if company.logo_key else None


def structured(job: Job, company: Company) -> dict[str, Any] | None:
    """The open job as a JobPosting; None where no country is known, which every JobPosting must name."""
    if not job.country:
        return None
    posting: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": job.title,
        "description": description(job, company),
        "datePosted": (job.opened_at or job.created_at).astimezone(company.zone).isoformat(timespec="seconds"),
        "hiringOrganization": _organization(company),
        "identifier": {"@type": "PropertyValue", "name": company.name, "value": reference(job)},
        "employmentType": EMPLOYMENT_TYPES[EmploymentType(job.employment_type)],
        "directApply": True,
        "url": job_address(job, company),
        **_place(job),
    }
    if job.department:
        posting["employmentUnit"] = {"@type": "Organization", "name": job.department}
    if job.closes_on:
        posting["validThrough"] = valid_through(job, company).isoformat(timespec="seconds")
    if job.salary_min is not None or job.salary_max is not None:
        posting["baseSalary"] = _salary(job)
    return posting


def description(job: Job, company: Company) -> str:
    """As HTML, and never empty."""
    return str(formatting.markdown(job.description or f"{company.name} looks for somebody: {job.title}."))


def reference(job: Job) -> str:
    """What the job is called to machines, the same for ever and in all feeds."""
    return f"{job.company_id}-{job.id}"


def valid_through(job: Job, company: Company) -> datetime:
    """The last second in which one can apply: the end of the last day, where the company is."""
    assert job.closes_on
    return datetime.combine(job.closes_on + timedelta(days=1), time(), company.zone) - timedelta(seconds=1)


def _organization(company: Company) -> dict[str, Any]:
    organization = {
        "@type": "Organization",
        "name": company.name,
        "sameAs": outbox.link("careers.company", slug=company.slug),
    }
    logo = logo_address(company)
    return {**organization, "logo": logo} if logo else organization


def _place(job: Job) -> dict[str, Any]:
    """Where the work is done; of a job that is done from anywhere, where people may live."""
    if job.workplace == Workplace.REMOTE:
        return {
            "jobLocationType": "TELECOMMUTE",
            "applicantLocationRequirements": {"@type": "Country", "name": job.country},
        }
    address = {"@type": "PostalAddress", "addressCountry": job.country}
    if job.location:
        address["addressLocality"] = job.location
    return {"jobLocation": {"@type": "Place", "address": address}}


def _salary(job: Job) -> dict[str, Any]:
    value: dict[str, Any] = {"@type": "QuantitativeValue", "unitText": "YEAR"}
    if job.salary_min == job.salary_max:
        value["value"] = job.salary_min
    else:
        ends = {"minValue": job.salary_min, "maxValue": job.salary_max}
        value |= {name: amount for name, amount in ends.items() if amount is not None}
    return {"@type": "MonetaryAmount", "currency": job.salary_currency, "value": value}
