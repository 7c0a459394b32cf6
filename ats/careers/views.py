"""The public pages: companies and their open jobs."""

import re

import sqlalchemy as sa
from flask import Blueprint, abort, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ats import formatting, limits, tenancy
from ats.access import Role, public
from ats.accounts.models import Company, User
from ats.careers import posting, search
from ats.extensions import db
from ats.jobs.models import Job

bp = Blueprint("careers", __name__)

THEME_SECONDS = 300


@bp.get("/careers")
@public
@limits.searching
def companies() -> str:
    tenancy.enter_public()
    found = search.everywhere(request.args)
    return render_template(
        "careers/companies.html",
        found=found,
        choices=search.CHOICES,
        shown=search.SHOWN,
        preview=posting.of_directory(),
    )


@bp.get("/careers/<slug>")
@public
@limits.searching
def company(slug: str) -> str:
    company = entered(slug)
    found = search.jobs(request.args)
    lead, more = about(company)
    return render_template(
        "careers/company.html",
        company=company,
        found=found,
        lead=lead,
        more=more,
        preview=posting.of_company(company),
    )


@bp.get("/careers/<slug>/theme.css")
@public
def theme(slug: str) -> Response:
    """The company's colour: one hue and one chroma; lightness, and so contrast, stays ours."""
    company = db.one_or_404(sa.select(Company).filter_by(slug=slug))
    css = f"@layer tokens {{ :root {{ --accent-h: {company.accent_hue}; --accent-c: {company.accent_chroma:g}; }} }}\n"
    answer = make_response(css)
    answer.headers["Content-Type"] = "text/css; charset=utf-8"
    answer.headers["Cache-Control"] = f"public, max-age={THEME_SECONDS}"
    return answer


@bp.get("/careers/<slug>/jobs/<int:job_id>")
@public
def job(slug: str, job_id: int) -> str | tuple[str, int]:
    company = entered(slug)
    job = published(job_id)
    if not job.is_open(company):
        return closed(company, job)
    return render_template(
        "careers/job.html",
        company=company,
        job=job,
        similar=search.similar(job),
        preview=posting.of_job(job, company),
        posting=posting.structured(job, company),
    )


def entered(slug: str) -> Company:
    """The company of the address, whose scope the request enters; 404 if there is none, and on to its new address if it
    has moved."""
    company = db.session.scalar(sa.select(Company).filter_by(slug=slug))
    if company is None:
        abort(redirect(moved_to(slug), 308))
    tenancy.enter_company(company.id)
    formatting.use_zone(company.time_zone)
    return company


def about(company: Company) -> tuple[str, str]:
    """The about text in two: what can stand in the page's head, its first paragraph, and the rest."""
    first, _, rest = company.about.strip().partition("\n\n")
    return (first, rest) if re.match(r"[^\W\d]", first) and "\n" not in first else ("", company.about)


def moved_to(slug: str) -> str:
    """The address of this page at the slug that the company has now; 404 if no company ever had that slug."""
    company = Company.once_at(slug)
    if company is None or request.endpoint is None:
        abort(404)
    address = url_for(request.endpoint, **{**(request.view_args or {}), "slug": company.slug})
    query = request.query_string.decode("ascii", "ignore")
    return f"{address}?{query}" if query else address


def published(job_id: int) -> Job:
    """A job that is or was open. A draft does not exist to the public, nor does an archived job."""
    job = db.get_or_404(Job, job_id)
    if job.status not in ("open", "closed"):
        abort(404)
    return job


def closed(company: Company, job: Job) -> tuple[str, int]:
    """The kind page for a job that is not open any more."""
    return render_template("careers/closed.html", company=company, job=job, similar=search.similar(job)), 410


def signed_in_candidate() -> User | None:
    """The candidate at the screen. Staff who look at a careers page are visitors there, like anybody."""
    if current_user.is_authenticated and current_user.role is Role.CANDIDATE:
        return current_user._get_current_object()
    return None
