"""All routes, and how to ask each of them about something of a company: what the tests over every route walk along.

Whoever adds a route whose argument is new here is told so by a failing test: let `furnish` make such a thing.
"""

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from ats import create_app, tenancy
from ats.access import Role
from ats.accounts import addresses, confirmation, recovery, tokens
from ats.accounts.invitations import Invitation
from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.drafts import Draft
from ats.candidates.models import Attachment, Tag, Tagging
from ats.candidates.resumes import PDF
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import Message
from ats.pipeline import links
from ats.pipeline.consent import Consent
from ats.pipeline.models import Application, Opening, SavedView
from ats.privacy.models import DataRequest, Kind, copy_serializer
from ats.reports.models import WeeklyMail
from tests.cast import Firm, apply, open_job

Ids = dict[str, Any]
"""What to write for the arguments of addresses. A key may name a route too, as `accounts.confirm:token`; under a role
stands what is that role's own."""

PRODUCTION = {"FOYER_ENV": "production", "SECRET_KEY": "0123456789abcdef" * 4, "TRUSTED_HOSTS": ["jobs.example"]}
"""What an application of the tests has to change to pass for one in production."""
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

SELECTED = {"application": "{application_id}:1"}
FIELDS: dict[str, dict[str, str]] = {
    "pipeline.move_selected": {**SELECTED, "stage": "screening"},
    "pipeline.undo_selected": SELECTED,
    "pipeline.send_mails_now": SELECTED,
    "pipeline.tag_selected": {**SELECTED, "tag": "Early bird"},
    "pipeline.reject": SELECTED,
    "reports.export": {"kind": "applications"},
}
"""What a route needs beside its address to find what it is asked about: the query of a GET, else the form."""

FOLLOWING = (
    "careers.status",
    "careers.status_resume",
    "careers.replace_resume",
    "careers.withdraw_by_link",
    "careers.claim_by_link",
    "careers.replace_link",
    "privacy.ask_by_link",
)
"""Routes that the link to follow an application opens."""

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://localhost/jobs?status=draft"}
NEVER_WAS = 2_000_000_000
PDF_RESUME = Path(__file__).parent / "candidates" / "resumes" / "fpdf2.pdf"
LOGO = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(20)
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


def ask(client: FlaskClient, rule: Rule, method: str, ids: Ids, **options: Any) -> TestResponse:
    """The answer of a route about what has these ids."""
    fields = {name: value.format_map(ids) for name, value in FIELDS.get(rule.endpoint, {}).items()}
    options["query_string" if method in SAFE else "data"] = fields
    return client.open(address(rule, ids), method=method, **options)


def for_role(ids: Ids, role: Role | None) -> Ids:
    """The ids of what somebody of that role sees."""
    return {**ids, **ids[role]} if role else ids


def rows_of(rule: Rule, one: Ids, other: Ids) -> list[str]:
    """The arguments, in the address and beside it, that name rows of a company: two companies have different ones."""
    fields = "".join(FIELDS.get(rule.endpoint, {}).values())
    names = {*rule.arguments, *(name for _, name, _, _ in Formatter().parse(fields) if name)}
    return sorted(name for name in names if one.get(name) != other.get(name))


def never_was(argument: str) -> Any:
    """An id, or a slug, that names nothing."""
    return NEVER_WAS if argument.endswith("_id") else "never-was"


@pytest.fixture
def own(app: Flask, acme: Firm, jane: int) -> Ids:
    """What Acme's people may see, and Jane."""
    return furnish(app, acme, jane)


@pytest.fixture
def strange(app: Flask, globex: Firm, otto: int) -> Ids:
    """What they may not: Globex's, and another candidate's."""
    return furnish(app, globex, otto)


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
            _judge(application, firm)
        views = {
            role: SavedView(user_id=firm.user(role), name="Late", query="q=late") for role in Role if role.is_staff
        }
        notes = {
            role: Note(application_id=firm.application, author_id=firm.user(role), body="A **fine** baker.")
            for role in Role
            if role.is_staff
        }
        db.session.add_all([*views.values(), *notes.values()])
        confirmation.post(recruiter)
        recovery.post(recruiter.email)
        addresses.post_change(recruiter, f"new-{recruiter.email}")
        company.logo_key = files.store(LOGO)
        invited = Invitation.send(
            f"new@{firm.slug}.example", Role.RECRUITER, actor=db.session.get_one(User, firm.admin)
        )
        request = DataRequest.ask(own.candidate, Kind.COPY)
        copied = DataRequest(candidate_id=own.candidate_id, kind=Kind.COPY.value, fulfilled_at=own.created_at)
        Consent.keep(company)
        draft, _ = Draft.begin(job.id)
        db.session.add_all([copied, draft, WeeklyMail(user_id=firm.manager)])
        db.session.commit()
        follow = links.token(own)
        ids: Ids = {
            **{f"{endpoint}:token": follow for endpoint in FOLLOWING},
            "privacy.download_copy:token": copy_serializer().dumps([firm.id, copied.id]),
            "request_id": request.id,
            "slug": firm.slug,
            "job_id": firm.job,
            "application_id": firm.application,
            "stage": "applied",
            "view_id": views[Role.ADMIN].id,
            "note_id": notes[Role.ADMIN].id,
            "tag_id": Tag.named("Night owl").id,
            "user_id": firm.recruiter,
            "invitation_id": invited.id,
            "message_id": db.session.scalars(db.select(Message.id).filter_by(template="invitation")).one(),
            "filename": "css/base.css",
            Role.CANDIDATE: {"application_id": own.id},
            **{role: {"view_id": views[role].id, "note_id": notes[role].id} for role in views},
        }
    with app.app_context():
        tenancy.enter_everything()
        recruiter_email = firm.emails[Role.RECRUITER]
        return {
            **ids,
            "accounts.confirm:token": _token("confirm_url", "confirm-address", recruiter_email),
            "accounts.confirm_new_email:token": _token("confirm_url", "new-address", f"new-{recruiter_email}"),
            "accounts.reset_password:token": tokens.of_seed(_token("token_seed", "reset-password", recruiter_email)),
            "accounts.join:token": tokens.of_seed(_token("token_seed", "invitation", invited.email)),
        }


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


def _judge(application: Application, firm: Firm) -> None:
    """What colleagues add: a note, a scorecard, a tag, and that one of them has looked at it."""
    db.session.add(Note(application_id=application.id, author_id=firm.manager, body="A **fine** baker."))
    db.session.add(Scorecard(application_id=application.id, author_id=firm.manager, rating=4, comment="Hire."))
    tag = Tag.named("Night owl")
    db.session.flush()  # The tagging names the tag's id.
    db.session.add(Tagging(candidate_id=application.candidate_id, tag_id=tag.id))
    db.session.add(Opening(application_id=application.id, user_id=firm.recruiter))


def _token(key: str, template: str, recipient: str) -> str:
    """As it stands in the mail, or in the link of the mail."""
    value = db.select(Message.context[key].as_string())
    return db.session.scalars(value.filter_by(template=template, recipient=recipient)).one().rsplit("/", 1)[-1]
