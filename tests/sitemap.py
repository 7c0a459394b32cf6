"""All routes, and what to write into their addresses: what the tests over every route walk along."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import IntegerConverter, Rule

from ats import create_app, tenancy
from ats.access import Role
from ats.accounts import confirmation
from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.models import Attachment
from ats.candidates.resumes import PDF
from ats.collaboration.models import Note
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import Message
from ats.pipeline.models import Application
from tests.cast import Firm, apply, open_job

Ids = dict[str, Any]
"""What to write for the arguments of addresses. A key may name a route too, as `accounts.confirm:token`."""

SECRET = "not-a-secret-" * 5
# Made to be looked at, never to be asked: nothing listens at that address.
MAP = create_app({"FOYER_ENV": "test", "SECRET_KEY": SECRET, "DATABASE_URL": "postgresql://127.0.0.1:1/none"})
ROUTES: list[tuple[Rule, str]] = [
    (rule, method)
    for rule in MAP.url_map.iter_rules()
    for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
]
PAGES: list[Rule] = [rule for rule, method in ROUTES if method == "GET"]
SAFE = ("GET", "HEAD", "OPTIONS")

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/jobs?status=draft"}
NEVER_WAS = 2_000_000_000
PDF_RESUME = Path(__file__).parent / "candidates" / "resumes" / "fpdf2.pdf"
QUESTIONS = [
    {"id": "aa", "prompt": "What do you bake best?", "kind": "short", "required": True, "choices": []},
    {"id": "bb", "prompt": "Why with us?", "kind": "long", "required": False, "choices": []},
    {"id": "cc", "prompt": "Can you start at four?", "kind": "yes_no", "required": True, "choices": []},
    {"id": "dd", "prompt": "Which shift?", "kind": "choice", "required": False, "choices": ["Early", "Late"]},
    {"id": "ee", "prompt": "How many years?", "kind": "number", "required": False, "choices": []},
]


def name(value: Any) -> str:
    """How a route reads in the name of a test."""
    return value.endpoint if isinstance(value, Rule) else str(value)


def access_of(rule: Rule) -> Any:
    """What the view declares; None if it declares nothing."""
    return getattr(MAP.view_functions[rule.endpoint], "access", None)


def address(rule: Rule, ids: Mapping[str, Any]) -> str:
    """The address of a route, with these ids in it."""
    values = {}
    for argument in rule.arguments:
        key = f"{rule.endpoint}:{argument}" if f"{rule.endpoint}:{argument}" in ids else argument
        assert key in ids, (
            f"{rule.endpoint} has an argument {argument!r} that no test can fill. "
            "Let `furnish` in tests/sitemap.py make such a thing for a company of the cast, and name its id."
        )
        values[argument] = ids[key]
    return MAP.url_map.bind("").build(rule.endpoint, values)


def row_arguments(rule: Rule, one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """The arguments that name a row of a company: two companies have different ones."""
    return sorted(argument for argument in rule.arguments if one.get(argument) != other.get(argument))


def never_was(rule: Rule, argument: str) -> Any:
    """An id, or a slug, that names nothing."""
    return NEVER_WAS if isinstance(rule._converters[argument], IntegerConverter) else "never-was"


def for_access(ids: Ids, access: Any) -> Ids:
    """The ids of what somebody with that access sees: a candidate's application is their own."""
    return {**ids, "application_id": ids["own application_id"]} if access is Role.CANDIDATE else ids


def furnish(app: Flask, firm: Firm, candidate: int) -> Ids:
    """Give the firm something to show on every page, and an application by the `candidate`'s account."""
    with app.app_context(), tenancy.company(firm.id):
        company = db.session.get_one(Company, firm.id)
        recruiter = db.session.get_one(User, firm.recruiter)
        job = db.session.get_one(Job, firm.job)
        job.questions, job.description = QUESTIONS, "## The bakery\n\n* early hours\n* warm bread"
        job.salary_min, job.salary_max = 30_000, 36_000
        open_job(title=f"{company.name} Cook")
        db.session.add(Job(title=f"{company.name} Waiter"))
        own = apply(
            company, job, "Jane Doe", user=db.session.get_one(User, candidate), cover_letter="Bread is all I do."
        )
        for application in (db.session.get_one(Application, firm.application), own):
            _hand_in(application)
            db.session.add(Note(application_id=application.id, author_id=firm.manager, body="A **fine** baker."))
        confirmation.post(recruiter)
        db.session.commit()
        ids = {
            "slug": firm.slug,
            "job_id": firm.job,
            "application_id": firm.application,
            "own application_id": own.id,
            "stage": "applied",
            "filename": "css/base.css",
        }
    with app.app_context():
        return {**ids, "accounts.confirm:token": _confirmation_token(firm.emails[Role.RECRUITER])}


def _hand_in(application: Application) -> None:
    """A resume with text, and an answer to a question."""
    content = PDF_RESUME.read_bytes()
    application.resume = Attachment(
        candidate_id=application.candidate_id,
        key=files.store(content),
        name="Resume of a baker.pdf",
        media_type=PDF,
        size=len(content),
        text="Baker since 2009.",
    )
    application.answers = [{"id": "aa", "prompt": "What do you bake best?", "kind": "short", "answer": "Rye bread"}]


def _confirmation_token(email: str) -> str:
    """As it stands in the link of the mail."""
    tenancy.enter_everything()
    url = db.select(Message.context["confirm_url"].as_string())
    return db.session.scalars(url.filter_by(template="confirm-address", recipient=email)).one().rsplit("/", 1)[-1]
