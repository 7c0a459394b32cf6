"""The cast: Acme's people, whom the tests are about, and Globex's, who are always strangers to them."""

from collections.abc import Callable, Iterator
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats import tenancy
from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.pipeline.models import Application

PASSWORD = "correct horse battery"


class Browser(FlaskClient):
    """A client whose requests see nothing of the test's own application context, as those of a real browser."""

    def open(self, *arguments: Any, **options: Any) -> TestResponse:
        return Context().run(super().open, *arguments, **options)


@dataclass(frozen=True)
class Firm:
    """A company of the cast, by the ids of what it has. Every firm has one open job with one application."""

    id: int
    slug: str
    admin: int
    recruiter: int
    manager: int
    job: int
    candidate: int
    application: int
    emails: dict[str, str] = field(default_factory=dict)

    def user(self, role: Role) -> int:
        return {Role.ADMIN: self.admin, Role.RECRUITER: self.recruiter, Role.HIRING_MANAGER: self.manager}[role]


@pytest.fixture
def acme(app: Flask) -> Firm:
    return found(app, "Acme", "Lukas Brandt")


@pytest.fixture
def globex(app: Flask) -> Firm:
    return found(app, "Globex", "Ana Sousa")


@pytest.fixture
def jane(app: Flask) -> int:
    """A candidate with an account, its address proved, and no application yet: jane@mail.example."""
    with app.app_context():
        user = User.register(name="Jane Doe", email="jane@mail.example", password=PASSWORD)
        user.confirmed_at = db.func.now()
        db.session.commit()
        return user.id


@pytest.fixture
def otto(app: Flask) -> int:
    """Another candidate with an account, otto@mail.example, whose address is not proved."""
    with app.app_context():
        user = User.register(name="Otto Krug", email="otto@mail.example", password=PASSWORD)
        db.session.commit()
        return user.id


@pytest.fixture
def scope(app: Flask, acme: Firm) -> Iterator[None]:
    """The test itself works within Acme."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield


@pytest.fixture
def sign_in(app: Flask) -> Callable[[int], FlaskClient]:
    """`sign_in(user_id)` is a browser in which that user has signed in."""

    def signed_in(user_id: int, app: Flask = app) -> FlaskClient:
        client = app.test_client()
        with app.app_context():
            token = db.session.get_one(User, user_id).get_id()
            db.session.commit()
        with client.session_transaction() as session:
            session["_user_id"], session["_fresh"] = token, True
        return client

    return signed_in


def found(app: Flask, name: str, applicant: str) -> Firm:
    """A company with an admin, a recruiter, a hiring manager, and an open job that `applicant` applied for."""
    with app.app_context():
        company = Company.found(name)
        company.mail_hold_seconds = 0
        staff = {}
        for role, person in (
            (Role.ADMIN, f"{name} Admin"),
            (Role.RECRUITER, f"{name} Recruiter"),
            (Role.HIRING_MANAGER, f"{name} Manager"),
        ):
            staff[role] = User.register(
                name=person, email=f"{role}@{company.slug}.example", password=PASSWORD, company=company
            )
            staff[role].role = role
        db.session.flush()
        with tenancy.company(company.id):
            job = open_job(title=f"{name} Baker")
            application = apply(company, job, applicant)
            db.session.commit()
            return Firm(
                id=company.id,
                slug=company.slug,
                admin=staff[Role.ADMIN].id,
                recruiter=staff[Role.RECRUITER].id,
                manager=staff[Role.HIRING_MANAGER].id,
                job=job.id,
                candidate=application.candidate_id,
                application=application.id,
                emails={role.value: user.email for role, user in staff.items()},
            )


def open_job(**fields: Any) -> Job:
    """A job that one can apply for, in the company whose scope is entered."""
    job = Job(
        **{"status": Status.DRAFT.value, "title": "Baker", "department": "Kitchen", "location": "Berlin", **fields}
    )
    db.session.add(job)
    job.change_status(Status.OPEN)
    db.session.flush()
    return job


def apply(company: Company, job: Job, name: str, **fields: Any) -> Application:
    """An application, as the careers page makes it, of a person whose address follows from the name."""
    email = f"{name.lower().replace(' ', '.')}@mail.example"
    candidate = Candidate.known_as(email, name=name)
    return Application.submit(job, candidate, company=company, **fields)
