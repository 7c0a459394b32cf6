"""A person of whom a company holds everything there is to hold."""

import io
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.models import Attachment, Candidate, Tag
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline import links
from ats.pipeline.models import Application
from ats.text import slug_of
from tests.cast import PASSWORD, Firm, open_job

RESUME = Path(__file__).parents[1] / "candidates" / "resumes" / "chromium.pdf"
THIS_YEAR = datetime.now(UTC).year
WORDS = {
    "phone": "+351 555 010 114",
    "headline": "Sourdough whisperer",
    "letter": "I dream of rye.",
    "answer": "Since my grandmother.",
    "note": "Seems shy about money.",
    "comment": "Knew every flour.",
    "reason": "Wanted Sundays off for the choir.",
    "file": "Zwieback curriculum.pdf",
    "text": "Kneaded in Porto.",
}
"""What there is to read about them, all of it free text or a fact."""


@dataclass(frozen=True)
class Subject:
    """The person, by name and ids: `rejected` last year, with an application now `open`, and an account."""

    name: str
    email: str
    candidate: int
    user: int
    rejected: int
    open: int
    token: str

    @property
    def secrets(self) -> set[str]:
        """What may be found nowhere once they are erased."""
        return {self.name, self.email, *WORDS.values()}


@pytest.fixture(params=["Antonia Sousa-Meyer"])
def subject(app: Flask, acme: Firm, postgres_url: str, request: pytest.FixtureRequest) -> Subject:
    with app.app_context(), tenancy.company(acme.id):
        subject = known(acme, request.param)
    _date_back(postgres_url, subject.rejected)
    return subject


def known(acme: Firm, name: str) -> Subject:
    """Make all that a company may know of a person of that name."""
    company = db.session.get_one(Company, acme.id)
    recruiter = db.session.get_one(User, acme.recruiter)
    email = f"{slug_of(name)}@mail.example"
    user = User.register(name=name, email=email, password=PASSWORD)
    db.session.flush()  # The history names the account.
    candidate = Candidate.known_as(email, name=name, phone=WORDS["phone"], headline=WORDS["headline"])
    candidate.tag(Tag.named("Night owl"))
    answers = [{"id": "a", "prompt": "Since when?", "kind": "short", "answer": WORDS["answer"]}]
    applications = []
    for job in (open_job(title="Last year's Baker"), db.session.get_one(Job, acme.job)):
        content = RESUME.read_bytes()
        resume = Attachment(
            candidate_id=candidate.id,
            key=files.store(content),
            name=WORDS["file"],
            media_type="application/pdf",
            size=len(content),
            text=WORDS["text"],
        )
        db.session.add(resume)
        application = Application.submit(
            job, candidate, company=company, user=user, cover_letter=WORDS["letter"], answers=answers, resume=resume
        )
        Note.write(application, author=recruiter, body=WORDS["note"])
        Scorecard.hand_in(application, author=recruiter, rating=4, comment=WORDS["comment"])
        applications.append(application)
    rejected, open_one = applications
    rejected.move_to("screening", actor=recruiter, seen_seq=1)
    rejected.move_to("rejected", actor=recruiter, seen_seq=2, reason=WORDS["reason"])
    db.session.commit()
    return Subject(name, email, candidate.id, user.id, rejected.id, open_one.id, links.token(open_one))


def _date_back(url: str, application_id: int) -> None:
    """To the year before this one. No code may: a superuser does it, with the trigger that guards the history off."""
    with closing(psycopg2.connect(url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, column, where in (
            ("stage_change", "created_at", "application_id"),
            ("application", "created_at", "id"),
            ("application", "stage_since", "id"),
        ):
            back = f"UPDATE {table} SET {column} = {column} - interval '1 year' WHERE {where} = %s"
            cursor.execute(back, [application_id])


@pytest.fixture
def everything_stored(postgres_url: str, uploads: Path) -> Callable[[], str]:
    """`everything_stored()` is all that the tables hold as text, but for accounts, which are people's own."""

    def read() -> str:
        with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
            tables = sorted({name for (name,) in cursor.fetchall()} - {"user"})
            rows: list[str] = []
            for table in tables:
                cursor.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t')
                rows += [f"{table}: {row}" for (row,) in cursor.fetchall()]
        return "\n".join(rows)

    return read


@pytest.fixture
def admin(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.admin)


def upload() -> dict[str, tuple[io.BytesIO, str]]:
    return {"resume": (io.BytesIO(RESUME.read_bytes()), "newer.pdf")}
