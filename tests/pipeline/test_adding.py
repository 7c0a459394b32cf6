"""Adding a candidate by hand: recorded as added, mailed to nobody, and known persons recognised."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats.accounts.models import Company
from ats.candidates import files
from ats.candidates.models import Attachment, Candidate, Tag, Tagging
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.notifications.models import Message
from ats.pipeline.models import Application
from tests.cast import Firm, apply, open_job
from tests.page import Page
from tests.sitemap import PDF_RESUME

TYPED = {
    "name": "Ana Sousa",
    "email": "Ana.Sousa@Mail.example",
    "phone": "+351 555 010 114",
    "headline": "Staff engineer, Porto",
    "source": "Referral",
    "tags": "Go, night owl, go ,",
}
PDF = PDF_RESUME.read_bytes()


@pytest.fixture
def recruiter(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.recruiter)


def send(client: FlaskClient, acme: Firm, **changes: Any) -> TestResponse:
    data = {name: value for name, value in {**TYPED, **changes}.items() if value is not None}
    return client.post(f"/jobs/{acme.job}/candidates/new", data=data, content_type="multipart/form-data")


def added() -> list[Application]:
    return list(db.session.scalars(sa.select(Application).order_by(Application.id)))[1:]


def mails() -> int:
    return db.session.scalars(sa.select(sa.func.count(Message.id))).one()


def test_the_candidate_stands_in_the_first_column_and_nobody_is_mailed(
    recruiter: FlaskClient, acme: Firm, scope: None
) -> None:
    before = mails()
    answer = send(recruiter, acme, resume=(io.BytesIO(PDF), "Ana Sousa.pdf"))
    (application,) = added()
    assert (answer.status_code, answer.location) == (303, f"/jobs/{acme.job}/board#application-{application.id}")
    assert mails() == before
    candidate = application.candidate
    assert (candidate.name, candidate.email) == ("Ana Sousa", "ana.sousa@mail.example")
    assert (candidate.phone, candidate.headline) == ("+351 555 010 114", "Staff engineer, Porto")
    assert (application.stage, application.source, application.user_id) == ("applied", "Referral", None)
    assert application.consented_at is None, "Nobody has asked the candidate."
    assert application.last_change().actor_id == acme.recruiter
    resume = db.session.get_one(Attachment, application.resume_id)
    assert (resume.name, files.read(resume.key)) == ("Ana Sousa.pdf", PDF)
    own = sa.select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.candidate_id == candidate.id)
    assert sorted(db.session.scalars(own)) == ["Go", "night owl"]
    card = Page.at(recruiter, f"/jobs/{acme.job}/board").one(f"#cards-applied #application-{application.id}")
    assert "Referral" in card.text
    page = Page.at(recruiter, f"/applications/{application.id}")
    assert "Added by Acme Recruiter, Referral" in " ".join(page.one("#timeline").text.split())


def test_a_name_and_an_address_are_enough(recruiter: FlaskClient, acme: Firm, scope: None, uploads: Path) -> None:
    nothing = dict.fromkeys(["phone", "headline", "tags"])
    assert send(recruiter, acme, **nothing, source="Sourced", resume=(io.BytesIO(b""), "")).status_code == 303
    (application,) = added()
    assert application.resume_id is None
    assert not list(uploads.iterdir())


@pytest.mark.parametrize(
    ("changes", "field", "says"),
    [
        ({"name": ""}, "name", "Type the candidate"),
        ({"name": "A\0na"}, "name", "invisible"),
        ({"name": "x" * 10_000}, "name", "at most 200"),
        ({"email": "ana@"}, "email", "whole address"),
        ({"phone": "1" * 41}, "phone", "at most 40"),
        ({"headline": "x" * 121}, "headline", "at most 120"),
        ({"source": "Careers page"}, "source", ""),
        ({"source": "Rumour"}, "source", ""),
        ({"tags": f"Go, {'x' * 41}"}, "tags", "at most 40"),
        ({"resume": (io.BytesIO(b"MZ" * 100), "cv.pdf")}, "resume", "isn't a PDF"),
        ({"resume": (io.BytesIO(b""), "cv.pdf")}, "resume", "empty"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_stored_or_lost(
    recruiter: FlaskClient, acme: Firm, scope: None, uploads: Path, changes: dict[str, Any], field: str, says: str
) -> None:
    page = Page.of(send(recruiter, acme, **changes), 422)
    assert says in page.one(f"#{field}-error").text
    kept = {"phone": TYPED["phone"], "headline": TYPED["headline"], "tags": TYPED["tags"]}
    for name, value in kept.items():
        if name != field:
            assert page.one(f"[name={name}]")["value"] == " ".join(value.split())
    assert added() == []
    assert db.session.scalar(sa.select(sa.func.count(Candidate.id))) == 1
    assert not list(uploads.iterdir())


def test_a_known_person_is_recognised_and_only_gaps_are_filled(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    known = apply(db.session.get_one(Company, acme.id), open_job(title="Acme Cook"), "Ana Sousa")
    known.candidate.headline = "Cook"
    db.session.commit()
    answer = send(recruiter, acme, name="A. S.")
    assert answer.status_code == 303
    application = added()[-1]
    assert application.candidate_id == known.candidate_id
    candidate = db.session.get_one(Candidate, known.candidate_id, populate_existing=True)
    assert (candidate.name, candidate.headline, candidate.phone) == ("Ana Sousa", "Cook", TYPED["phone"])
    assert "You know Ana Sousa already" in recruiter.get(answer.location.split("#")[0]).text


def test_who_has_an_application_for_this_very_job_is_not_added_twice(
    recruiter: FlaskClient, acme: Firm, scope: None
) -> None:
    page = Page.of(send(recruiter, acme, email="LUKAS.BRANDT@mail.example"), 409)
    known = page.one("#known")
    assert "You know Lukas Brandt already" in " ".join(known.text.split())
    assert known.select_one("p a")["href"] == f"/applications/{acme.application}"  # type: ignore[index]
    assert page.one("[name=headline]")["value"] == TYPED["headline"]
    assert added() == []


def test_the_form_says_so_while_the_address_is_typed(recruiter: FlaskClient, acme: Firm, globex: Firm) -> None:
    url = f"/jobs/{acme.job}/candidates/new"
    field = Page.at(recruiter, url).one("#email")
    assert (field["hx-get"], field["hx-select"], field["hx-target"]) == (url, "#known", "#known")
    known = Page.of(recruiter.get(url, query_string={"email": " Lukas.Brandt@mail.example"}))
    assert "Lukas Brandt" in known.one("#known").text
    for nobody in ("ana.sousa@mail.example", "", "%", "x" * 10_000):  # Ana is known to Globex alone.
        assert not Page.of(recruiter.get(url, query_string={"email": nobody})).one("#known").text.strip()


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CLOSED])
def test_nobody_is_added_to_a_job_that_is_not_open(
    recruiter: FlaskClient, acme: Firm, scope: None, status: Status
) -> None:
    job = db.session.get_one(Job, acme.job)
    job.status = status.value
    db.session.commit()
    url = f"/jobs/{acme.job}/candidates/new"
    for answer in (recruiter.get(url), send(recruiter, acme)):
        assert answer.status_code == 409
        assert "not open" in answer.text
    assert added() == []


def test_it_is_recruiters_work(sign_in: Callable[[int], FlaskClient], acme: Firm, scope: None) -> None:
    manager = sign_in(acme.manager)
    assert send(manager, acme).status_code == 403
    assert manager.get(f"/jobs/{acme.job}/candidates/new").status_code == 403
