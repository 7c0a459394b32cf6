"""What machines read: feeds of open jobs, the map of the site, and what search engines may look at."""

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import current_app, make_response, render_template, request
from markupsafe import Markup
from sqlalchemy.orm import defer
from werkzeug.wrappers import Response

from ats import tenancy
from ats.access import public
from ats.accounts.models import Company
from ats.careers import posting
from ats.careers.views import bp, entered
from ats.extensions import db
from ats.formatting import money_range
from ats.jobs.models import Job
from ats.notifications import outbox

ATOM = "application/atom+xml"
XML = "application/xml"
KEPT_SECONDS = 600
"""For so long a reader may show what it has fetched."""
MOST_ADDRESSES = 50_000
"""What a map of a site may hold, says sitemaps.org."""
OFF_LIMITS = ("/status/", "/data-copies/", "/my/", "/account", "/dev/", "/careers/*/apply", "/careers/*/applied")
"""Beside what asks to sign in: pages that are one person's own, and forms."""

NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML 1.0 cannot hold, not even escaped."""


@bp.get("/careers/<slug>/jobs.atom")
@public
def atom(slug: str) -> Response:
    """The company's open jobs for feed readers, in the format of RFC 4287."""
    return fed("careers/atom.xml", ATOM, **contents(entered(slug)), authority=authority())


@bp.get("/careers/<slug>/jobs.xml")
@public
def job_board(slug: str) -> Response:
    """The company's open jobs in the form that Indeed described and most job boards read."""
    return fed("careers/jobs.xml", XML, **contents(entered(slug)))


@bp.get("/sitemap.xml")
@public
def sitemap() -> Response:
    """Every page that the public may find, across companies: theirs, and their open jobs."""
    tenancy.enter_public()
    found = (
        sa.select(Company.slug, Job.id, Job.opened_at)
        .join(Job, Job.company_id == Company.id)
        .where(Job.is_open_now())
        .order_by(Job.opened_at.desc(), Job.id.desc())
        .limit(MOST_ADDRESSES)
    )
    rows = db.session.execute(found).all()
    newest = {slug: opened_at for slug, _, opened_at in reversed(rows)}
    pages = [(outbox.link("careers.companies"), rows[0][2] if rows else None)]
    pages += [(outbox.link("careers.company", slug=slug), opened_at) for slug, opened_at in newest.items()]
    pages += [(outbox.link("careers.job", slug=slug, job_id=id), opened_at) for slug, id, opened_at in rows]
    return fed("careers/sitemap.xml", XML, pages=pages[:MOST_ADDRESSES])


@bp.get("/robots.txt")
@public
def robots() -> Response:
    lines = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in OFF_LIMITS),
        "",
        "Sitemap: " + outbox.link("careers.sitemap"),
    ]
    answer = make_response("\n".join(lines) + "\n")
    answer.headers["Content-Type"] = "text/plain; charset=utf-8"
    return kept(answer)


def contents(company: Company) -> dict[str, Any]:
    """What both feeds are made of: the open jobs of the company entered, the newest first, and when that one came."""
    newest = sa.select(Job).where(Job.is_open_now()).order_by(Job.opened_at.desc(), Job.id.desc())
    jobs = db.session.scalars(newest.options(defer(Job.questions))).all()
    updated = max([job.opened_at or job.created_at for job in jobs], default=company.created_at)
    return {"company": company, "jobs": jobs, "updated": updated}


def authority() -> str:
    """Who gives out the names of a feed's entries (RFC 4151): the host of this product's address."""
    return urlsplit(current_app.config["PUBLIC_URL"]).hostname or "localhost"


def fed(template: str, media_type: str, **context: Any) -> Response:
    """A template of XML as an answer, which a reader that has it already need not load again."""
    text = render_template(template, posting=posting, cdata=cdata, rfc3339=rfc3339, salary=salary, **context)
    answer = make_response(NOT_XML.sub("", text))
    answer.headers["Content-Type"] = f"{media_type}; charset=utf-8"
    return kept(answer)


def kept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    answer.add_etag()
    return answer.make_conditional(request)


def cdata(text: Any) -> Markup:
    """The text word for word: job boards do not decode what is escaped."""
    return Markup("<![CDATA[{}]]>").format(Markup(str(text).replace("]]>", "]]]]><![CDATA[>")))


def rfc3339(value: datetime) -> str:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def salary(job: Job) -> str:
    """As a job board shows it; empty where none is named."""
    amount = money_range(job.salary_min, job.salary_max, job.salary_currency)
    return f"{amount} per year" if amount else ""
