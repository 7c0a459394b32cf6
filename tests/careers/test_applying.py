"""Applying through the public form."""

import io
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient

from ats.accounts.models import Company, User
from ats.candidates import files, resumes
from ats.candidates.models import Attachment, Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import Message
from tests.careers.form import PDF, QUESTIONS, files_in, send, stored
from tests.cast import Firm


def test_an_application_is_stored_with_its_file_and_mails(
    client: FlaskClient, acme: Firm, app: Flask, scope: None
) -> None:
    answer = send(client, acme)
    assert (answer.status_code, answer.location) == (303, f"/careers/acme/jobs/{acme.job}/applied")
    (application,) = stored()
    assert (application.candidate.name, application.candidate.email) == ("Ana Sousa", "ana.sousa@mail.example")
    assert (application.stage, application.user_id, application.cover_letter) == (
        "applied",
        None,
        "I bake.\nAnd I think.",
    )
    resume = db.session.get_one(Attachment, application.resume_id)
    assert (resume.name, resume.media_type, resume.size) == ("Ana Sousa.pdf", "application/pdf", len(PDF))
    assert files.read(resume.key) == PDF
    written = db.session.execute(sa.select(Message.template, Message.recipient).order_by(Message.id)).all()[-3:]
    assert sorted(map(tuple, written)) == [
        ("application-received", "ana.sousa@mail.example"),
        ("new-application", acme.emails["admin"]),
        ("new-application", acme.emails["recruiter"]),
    ]


def test_the_text_of_the_resume_is_read_by_the_worker(
    client: FlaskClient, acme: Firm, scope: None, run_worker: Callable[[], None]
) -> None:
    send(client, acme)
    run_worker()
    text = db.session.scalar(sa.select(Attachment.text))
    assert text
    assert len(text.split()) > 20


def test_the_answers_keep_the_questions_as_they_were_asked(client: FlaskClient, acme: Firm, scope: None) -> None:
    db.session.get_one(Job, acme.job).questions = QUESTIONS
    db.session.commit()
    send(client, acme, question_q1="It rises.", question_q2="no", question_q3="Gas", question_q4="7.5", question_q5="")
    (application,) = stored()
    assert [(answer["prompt"], answer["answer"]) for answer in application.answers] == [
        ("Why bread?", "It rises."),
        ("Nights?", "No"),
        ("Which oven?", "Gas"),
        ("Years?", "7.5"),
    ]


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "Type your name"),
        ({"name": "x" * 10_000}, "name", "at most 200 characters"),
        ({"name": "A\0na"}, "name", "invisible character"),
        ({"email": ""}, "email", "Type your email"),
        ({"email": "ana@example."}, "email", "whole address"),
        ({"email": "ana@exa mple.com\r\nBcc: x@y.example"}, "email", "whole address"),
        ({"phone": "1" * 41}, "phone", "at most 40"),
        ({"cover_letter": "x" * 10_001}, "cover_letter", "at most 10,000"),
        ({"cover_letter": "a\0b"}, "cover_letter", "invisible character"),
        ({"consent": None}, "consent", "Tick the box"),
        ({"resume": None}, "resume", "Choose your resume"),
        ({"resume": (io.BytesIO(b""), "cv.pdf")}, "resume", "empty"),
        ({"resume": (io.BytesIO(b"MZ\x90" * 100), "cv.pdf")}, "resume", "PDF"),
        ({"resume": (io.BytesIO(PDF), "cv.exe")}, "resume", "PDF"),
        ({"resume": (io.BytesIO(PDF + b"\0" * resumes.MAX_BYTES), "cv.pdf")}, "resume", "10 MB"),
        ({"question_q1": ""}, "question_q1", "please answer"),
        ({"question_q3": "Coal"}, "question_q3", ""),
        ({"question_q4": "many"}, "question_q4", "Type a number"),
        ({"question_q4": "nan"}, "question_q4", "Type a number"),
        ({"question_q4": "1e999999"}, "question_q4", ""),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored_or_lost(
    client: FlaskClient, acme: Firm, scope: None, uploads: Path, changes: dict[str, Any], field: str, says: str
) -> None:
    db.session.get_one(Job, acme.job).questions = QUESTIONS
    db.session.commit()
    answer = send(client, acme, **{"question_q1": "It rises.", "question_q5": "Rye", **changes})
    page = BeautifulSoup(answer.text, "html.parser")
    assert answer.status_code == 422
    control = page.select_one(f"[name={field}]")
    assert control
    (error,) = page.select(f"[id='{field}-error']")
    assert says in error.text
    assert page.select_one("[role=alert]")
    kept = {"phone": "+351 555 010 114", "question_q5": "Rye"}
    for name, value in kept.items():
        if name != field:
            assert page.select_one(f"[name={name}]")["value"] == value  # type: ignore[index]
    assert stored() == []
    assert db.session.scalar(sa.select(sa.func.count(Candidate.id))) == 1
    assert files_in(uploads) == (field != "resume")  # A good resume is kept with the draft.


def test_a_body_beyond_all_limits_is_413_with_advice(client: FlaskClient, acme: Firm) -> None:
    answer = send(client, acme, resume=(io.BytesIO(b"0" * 33 * 1024 * 1024), "cv.pdf"))
    assert answer.status_code == 413
    assert "10 MB" in answer.text


def test_a_second_application_is_answered_kindly_and_not_stored(client: FlaskClient, acme: Firm, scope: None) -> None:
    send(client, acme)
    again = send(client, acme, email="ANA.SOUSA@mail.example", name="Somebody Else")
    assert again.status_code == 303
    assert "already" in client.get(again.location).text
    (application,) = stored()
    assert application.candidate.name == "Ana Sousa"


def test_a_second_application_leaves_no_file_behind(client: FlaskClient, acme: Firm, uploads: Path) -> None:
    send(client, acme)
    before = files_in(uploads)
    send(client, acme)
    assert files_in(uploads) == before


@pytest.mark.parametrize("status", ["draft", "closed", "archived"])
def test_only_an_open_job_is_seen_or_applied_to(client: FlaskClient, acme: Firm, scope: None, status: str) -> None:
    db.session.get_one(Job, acme.job).status = status
    db.session.commit()
    expected = 410 if status == "closed" else 404
    base = f"/careers/{acme.slug}/jobs/{acme.job}"
    assert [client.get(base).status_code, client.get(f"{base}/apply").status_code] == [expected, expected]
    assert send(client, acme).status_code == expected
    assert stored() == []
    assert "Acme Baker" not in client.get(f"/careers/{acme.slug}").text


def test_the_last_day_is_that_of_the_company(client: FlaskClient, acme: Firm, scope: None) -> None:
    """Kiritimati is a day ahead of Pago Pago: when it is the 2nd in one it is still the 1st in the other."""
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    job.closes_on = datetime.now(ZoneInfo("Pacific/Pago_Pago")).date()
    for zone, status in (("Pacific/Kiritimati", 410), ("Pacific/Pago_Pago", 200)):
        company.time_zone = zone
        db.session.commit()
        assert client.get(f"/careers/{acme.slug}/jobs/{acme.job}").status_code == status
        assert ("Acme Baker" in client.get(f"/careers/{acme.slug}").text) == (status == 200)
        assert ("Acme" in client.get("/careers").text) == (status == 200)


def test_an_account_vouches_for_its_own_address_and_no_other(
    acme: Firm, jane: int, sign_in: Callable[[int], FlaskClient], scope: None
) -> None:
    client = sign_in(jane)
    page = BeautifulSoup(client.get(f"/careers/{acme.slug}/jobs/{acme.job}/apply").text, "html.parser")
    assert page.select_one("[name=email]")["value"] == "jane@mail.example"  # type: ignore[index]
    send(client, acme, name="Jane Doe", email="victim@mail.example")
    (application,) = stored()
    assert (application.candidate.email, application.user_id) == ("jane@mail.example", jane)


def test_an_account_whose_address_is_not_proved_takes_nothing(
    acme: Firm, jane: int, sign_in: Callable[[int], FlaskClient], scope: None
) -> None:
    db.session.get_one(User, jane).confirmed_at = None
    db.session.commit()
    client = sign_in(jane)
    send(client, acme, name="Jane Doe", email="jane@mail.example")
    (application,) = stored()
    assert (application.candidate.email, application.user_id) == ("jane@mail.example", None)
    assert "Once you have confirmed jane@mail.example" in " ".join(client.get("/my/applications").text.split())


def test_applying_without_signing_in_attaches_nothing_to_an_account(
    client: FlaskClient, acme: Firm, jane: int, scope: None
) -> None:
    send(client, acme, email="jane@mail.example")
    (application,) = stored()
    assert application.user_id is None


def test_staff_who_look_at_the_careers_page_are_visitors(
    acme: Firm, globex: Firm, sign_in: Callable[[int], FlaskClient], scope: None
) -> None:
    assert send(sign_in(globex.recruiter), acme).status_code == 303
    (application,) = stored()
    assert application.user_id is None


def test_an_existing_candidate_is_recognised_and_left_as_known(client: FlaskClient, acme: Firm, scope: None) -> None:
    send(client, acme, email="lukas.brandt@mail.example", name="Not Lukas", phone="1")
    candidates = db.session.execute(sa.select(Candidate.name, Candidate.phone)).all()
    assert [tuple(row) for row in candidates] == [("Lukas Brandt", "")]
