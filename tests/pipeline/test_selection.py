"""Doing the same to several candidates at once: each under its own rule, one answer, one undo."""

from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats import tenancy
from ats.accounts.models import Company, User
from ats.candidates.models import Candidate, Tag, Tagging
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import CANCELLED, PENDING, Message
from ats.pipeline.models import Application, StageChange
from tests.cast import Firm, apply

SignIn = Callable[[int], FlaskClient]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def scope(app: Flask, acme: Firm) -> Iterator[None]:
    with app.app_context():
        tenancy.enter_company(acme.id)
        db.session.get_one(Company, acme.id).mail_hold_seconds = 30
        db.session.commit()
        yield


@pytest.fixture
def recruiter(acme: Firm, sign_in: SignIn) -> FlaskClient:
    return sign_in(acme.recruiter)


def applicants(acme: Firm, number: int) -> list[Application]:
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    made = [apply(company, job, f"Person {n:03}") for n in range(number)]
    db.session.commit()
    return made


def keys(applications: list[Application]) -> list[str]:
    return [f"{application.id}:{application.stage_seq}" for application in applications]


def post(client: FlaskClient, acme: Firm, what: str, selected: list[str], **data: str) -> TestResponse:
    return client.post(f"/jobs/{acme.job}/{what}", data={"application": selected, **data}, headers=HTMX)


def stages() -> dict[int, str]:
    return dict(db.session.execute(sa.select(Application.id, Application.stage)).all())


def toast(answer: TestResponse) -> str:
    region = BeautifulSoup(answer.text, "html.parser").select_one("#toast")
    assert region
    return " ".join(region.text.split())


def test_two_hundred_move_in_one_request_with_what_was_refused_listed(
    recruiter: FlaskClient, acme: Firm, scope: None
) -> None:
    people = applicants(acme, 200)
    selected = keys(people)
    colleague = db.session.get_one(User, acme.admin)
    for person in people[:3]:
        person.move_to("screening", actor=colleague, seen_seq=1)  # Somebody else was faster.
    people[3].move_to("rejected", actor=colleague, seen_seq=1)
    db.session.commit()
    selected[3] = keys([people[3]])[0]  # Seen as rejected, which is final.
    answer = post(recruiter, acme, "moves", selected, stage="screening")
    assert answer.status_code == 200
    said = toast(answer)
    assert "196 candidates moved to Screening" in said
    assert "4 candidates left in place" in said
    assert "Not possible Person 003" in said
    assert "Changed by someone else Person 000: Acme Admin moved Person to Screening" in said
    assert sum(stage == "screening" for stage in stages().values()) == 199
    mails = sa.select(sa.func.count()).select_from(Message).where(Message.template == "stage-screening")
    assert db.session.scalar(mails) == 199


def test_one_undo_takes_the_whole_batch_back(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    people = applicants(acme, 12)
    answer = post(recruiter, acme, "moves", keys(people), stage="screening")
    form = BeautifulSoup(answer.text, "html.parser").select_one(f"#toast form[action='/jobs/{acme.job}/undo']")
    assert form
    selected = [str(field["value"]) for field in form.select("[name=application]")]
    assert len(selected) == 12
    answer = post(recruiter, acme, "undo", selected)
    assert "12 candidates are back" in toast(answer)
    assert set(stages().values()) == {"applied"}
    sent = sa.select(Message.status).where(Message.template == "stage-screening")
    assert set(db.session.scalars(sent)) == {CANCELLED}
    rows = sa.select(sa.func.count()).select_from(StageChange).where(StageChange.application_id == people[0].id)
    assert db.session.scalar(rows) == 3


def test_an_undo_leaves_those_that_somebody_moved_on(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    people = applicants(acme, 2)
    post(recruiter, acme, "moves", keys(people), stage="screening")
    db.session.expire_all()
    seen = keys(people)
    people[0].move_to("interview", actor=db.session.get_one(User, acme.admin), seen_seq=2)
    db.session.commit()
    answer = post(recruiter, acme, "undo", seen)
    assert "moved Person to Interview" in toast(answer)
    assert [stages()[person.id] for person in people] == ["interview", "applied"]


def test_held_mails_can_be_sent_at_once_and_then_there_is_no_undo(
    recruiter: FlaskClient, acme: Firm, scope: None
) -> None:
    people = applicants(acme, 2)
    post(recruiter, acme, "moves", keys(people), stage="screening")
    db.session.expire_all()
    assert "get their mails now" in toast(post(recruiter, acme, "mails", keys(people)))
    due = sa.select(sa.func.count()).select_from(Message)
    db.session.commit()  # now() is the beginning of a transaction.
    waiting = due.where(
        Message.template == "stage-screening", Message.status == PENDING, Message.due_at <= sa.func.now()
    )
    assert db.session.scalar(waiting) == 2
    answer = post(recruiter, acme, "undo", keys(people))
    assert answer.status_code == 409
    assert "The time to undo is over" in toast(answer)


def test_nothing_possible_is_an_error(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    answer = post(recruiter, acme, "moves", keys(applicants(acme, 2)), stage="hired")
    assert answer.status_code == 422
    assert "can go to Screening or Rejected" in toast(answer)


def test_a_tag_is_put_on_all_and_made_once(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    people = applicants(acme, 3)
    for name in ("Go", "GO", " go "):
        assert post(recruiter, acme, "tags", keys(people), tag=name).status_code == 200
    assert db.session.scalars(sa.select(Tag.name)).all() == ["Go"]
    tagged = sa.select(Candidate.name).join(Tagging, Tagging.candidate_id == Candidate.id)
    assert sorted(db.session.scalars(tagged)) == [f"Person {n:03}" for n in range(3)]
    assert post(recruiter, acme, "tags", keys(people), tag=" ").status_code == 422


@pytest.mark.parametrize("what", ["moves", "undo", "mails", "tags"])
@pytest.mark.parametrize("selected", [[], ["x"], ["1"], ["1:x"], ["1:1:1"], ["9" * 30 + ":1"], ["0:\0"]])
def test_a_selection_that_is_none_is_refused(
    recruiter: FlaskClient, acme: Firm, what: str, selected: list[str]
) -> None:
    answer = post(recruiter, acme, what, selected, stage="screening", tag="Go")
    assert answer.status_code == 422


@pytest.mark.parametrize("what", ["moves", "undo", "mails", "tags", "rejection"])
def test_a_foreign_application_among_ones_own_makes_all_of_it_404(
    recruiter: FlaskClient, acme: Firm, globex: Firm, scope: None, what: str
) -> None:
    selected = [f"{acme.application}:1", f"{globex.application}:1"]
    data = {"stage": "screening", "tag": "Go", "reason": "other", "mail": "none"}
    assert post(recruiter, acme, what, selected, **data).status_code == 404
    assert set(stages().values()) == {"applied"}
    assert db.session.scalars(sa.select(Tag)).all() == []


def test_without_script_the_selection_is_an_ordinary_form(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    page = BeautifulSoup(recruiter.get(f"/jobs/{acme.job}/board").text, "html.parser")
    assert page.select_one(".pick [name=application][form=bulk]")
    data = {"application": keys(applicants(acme, 2)), "stage": "screening"}
    answer = recruiter.post(f"/jobs/{acme.job}/moves", data=data)
    assert (answer.status_code, answer.location.split("#")[0]) == (303, f"/jobs/{acme.job}/board")
    assert "is in Screening now" in recruiter.get(answer.location).text
