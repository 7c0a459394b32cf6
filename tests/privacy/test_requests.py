"""Asking for one's data or its erasure, and the admin who answers."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.audit import AuditEvent
from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.models import Attachment
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import Message
from ats.pipeline.consent import Consent
from ats.pipeline.models import Application
from ats.privacy.models import DataRequest, Kind
from tests.cast import PASSWORD, Firm, apply
from tests.mailbox import Mailbox
from tests.page import Page
from tests.privacy.conftest import RESUME, WORDS, Subject


def waiting() -> list[DataRequest]:
    return list(db.session.scalars(sa.select(DataRequest).filter_by(fulfilled_at=None).order_by(DataRequest.id)))


def ask(client: FlaskClient, subject: Subject, kind: Kind) -> int:
    """Asked from the status page; the id of the request."""
    assert client.post(f"/status/{subject.token}/data", data={"kind": kind.value}).status_code == 303
    return db.session.scalars(sa.select(sa.func.max(DataRequest.id))).one()


def mails(template: str) -> list[Message]:
    return list(db.session.scalars(sa.select(Message).filter_by(template=template).order_by(Message.id)))


@pytest.mark.parametrize("kind", list(Kind))
def test_a_candidate_asks_from_the_status_page_and_the_admins_hear_of_it(
    app: Flask, acme: Firm, subject: Subject, scope: None, kind: Kind
) -> None:
    client = app.test_client()
    page = Page.at(client, f"/status/{subject.token}")
    asking = Page.at(client, page.link("Your data: a copy, or erasure"))
    assert "A copy" in asking.text
    assert "Erasure" in asking.text
    for _ in range(2):  # A double click is one request.
        ask(client, subject, kind)
    (request,) = waiting()
    assert (request.kind, request.candidate_id) == (kind.value, subject.candidate)
    assert "You asked for this today" in Page.at(client, f"/status/{subject.token}/data").text
    (mail,) = mails("data-request")
    assert mail.recipient == acme.emails["admin"]


def test_a_candidate_asks_from_the_account(
    sign_in: Callable[[int], FlaskClient], subject: Subject, scope: None
) -> None:
    client = sign_in(subject.user)
    page = Page.at(client, f"/my/applications/{subject.open}")
    url = page.link("Your data: a copy, or erasure")
    client.post(url, data={"kind": "copy"})
    assert [request.kind for request in waiting()] == ["copy"]
    assert client.post(url, data={"kind": "everything"}).status_code == 422


def test_a_request_that_came_by_letter_is_written_down(admin: FlaskClient, subject: Subject, scope: None) -> None:
    assert admin.post("/settings/requests", data={"email": subject.email.upper(), "kind": "erasure"}).status_code == 303
    assert [request.kind for request in waiting()] == ["erasure"]
    answer = admin.post("/settings/requests", data={"email": "nobody@mail.example", "kind": "copy"})
    page = Page.of(answer, 422)
    assert "You know nobody with that address" in page.text
    assert page.one("[name=email]")["value"] == "nobody@mail.example"


def content(archive: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The data and the files of a copy."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        entries = {name: opened.read(name) for name in opened.namelist()}
    return json.loads(entries.pop("data.json")), entries


def test_a_copy_holds_what_the_company_holds(
    app: Flask, admin: FlaskClient, acme: Firm, subject: Subject, scope: None, run_worker: Callable[[], None]
) -> None:
    run_worker()  # The mails about the steps leave.
    company = db.session.get_one(Company, acme.id)
    Consent.keep(company)
    db.session.get_one(Application, subject.open).consent_version = 1
    db.session.commit()
    answer = admin.get(f"/settings/requests/{ask(app.test_client(), subject, Kind.COPY)}/copy.zip")
    assert answer.mimetype == "application/zip"
    assert "attachment" in answer.headers["Content-Disposition"]
    data, entries = content(answer.data)
    assert data["company"] == "Acme"
    person = data["person"]
    assert (person["name"], person["email"], person["phone"]) == (subject.name, subject.email, WORDS["phone"])
    assert person["tags"] == ["Night owl"]
    first, second = data["applications"]
    assert [step["stage"] for step in first["steps"]] == ["Applied", "Screening", "Rejected"]
    assert second["cover_letter"] == WORDS["letter"]
    assert second["answers"] == [{"question": "Since when?", "answer": WORDS["answer"]}]
    assert (second["consent"]["version"], "Acme may store" in second["consent"]["text"]) == (1, True)
    assert {file["name"] for file in data["files"]} == {WORDS["file"]}
    assert {file["text_read_from_it"] for file in data["files"]} == {WORDS["text"]}
    assert list(entries.values()) == [RESUME.read_bytes()] * 2
    assert {file["file"] for file in data["files"]} == entries.keys()


def test_a_copy_tells_nothing_of_what_colleagues_say_or_have_not_told_yet(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None
) -> None:
    """Nor of a rejection whose mail has not left."""
    answer = admin.get(f"/settings/requests/{ask(app.test_client(), subject, Kind.COPY)}/copy.zip")
    text = json.dumps(content(answer.data)[0], ensure_ascii=False)
    assert not [word for word in ("note", "comment", "reason") if WORDS[word] in text]
    assert "Rejected" not in text


def test_a_file_that_was_lost_does_not_keep_the_rest_from_the_candidate(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None
) -> None:
    key = db.session.scalars(sa.select(Attachment.key).order_by(Attachment.id)).first()
    files.delete(key or "")
    answer = admin.get(f"/settings/requests/{ask(app.test_client(), subject, Kind.COPY)}/copy.zip")
    data, entries = content(answer.data)
    assert (len(data["files"]), len(entries)) == (2, 1)


def test_one_button_sends_the_copy_to_the_candidates_own_address(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None, run_worker: Callable[[], None], smtp: Mailbox
) -> None:
    client = app.test_client()
    request_id = ask(client, subject, Kind.COPY)
    page = Page.at(admin, "/settings/requests")
    form = page.one(f"#request-{request_id} form")
    assert "Send the copy" in form.text
    for _ in range(2):  # A double click sends it once.
        assert admin.post(str(form["action"])).status_code == 303
    run_worker()
    sent = [mail for mail in smtp.messages if "Your data" in mail["Subject"]]
    assert [mail["To"] for mail in sent] == [subject.email]
    assert sent[0]["From"].startswith("Acme <")
    (mail,) = mails("data-copy")
    url = mail.context["copy_url"].removeprefix(app.config["PUBLIC_URL"])
    data, entries = content(client.get(url).data)
    assert (data["person"]["name"], len(entries)) == (subject.name, 2)
    assert client.get(f"{url[:-3]}abc").status_code == 404
    assert waiting() == []
    (entry,) = db.session.scalars(sa.select(AuditEvent))
    assert (entry.action, entry.subject, entry.actor_id) == (
        "privacy.copy_sent",
        f"candidate {subject.candidate}",
        db.session.scalars(sa.select(DataRequest.fulfilled_by_id)).one(),
    )


def test_a_copy_is_not_to_be_had_before_it_was_let_go(app: Flask, subject: Subject, scope: None) -> None:
    client = app.test_client()
    ask(client, subject, Kind.COPY)
    (request,) = waiting()
    assert client.get(f"/data-copies/{request.token}").status_code == 404


def test_requests_of_another_company_do_not_exist(
    app: Flask, sign_in: Callable[[int], FlaskClient], globex: Firm, subject: Subject, scope: None
) -> None:
    request_id = ask(app.test_client(), subject, Kind.ERASURE)
    stranger = sign_in(globex.admin)
    assert stranger.get(f"/settings/requests/{request_id}/copy.zip").status_code == 404
    assert stranger.post(f"/settings/requests/{request_id}/fulfilment").status_code == 404
    page = Page.at(stranger, "/settings/requests")
    assert subject.name not in page.text
    answer = stranger.post("/settings/requests", data={"email": subject.email, "kind": "erasure"})
    assert "You know nobody with that address" in answer.text
    assert [request.id for request in waiting()] == [request_id]


def test_another_persons_account_asks_nothing_about_them(
    app: Flask, sign_in: Callable[[int], FlaskClient], jane: int, subject: Subject, scope: None
) -> None:
    url = f"/my/applications/{subject.open}/data"
    client = sign_in(jane)
    assert [client.get(url).status_code, client.post(url, data={"kind": "copy"}).status_code] == [404, 404]
    assert app.test_client().get(url).status_code == 302
    assert waiting() == []


def test_a_person_known_to_two_companies_asks_each_by_itself(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, globex: Firm, subject: Subject, scope: None
) -> None:
    tenancy.leave()
    with tenancy.company(globex.id):
        job = db.session.get_one(Job, globex.job)
        apply(db.session.get_one(Company, globex.id), job, subject.name)
        db.session.commit()
    tenancy.enter_company(acme.id)
    request_id = ask(app.test_client(), subject, Kind.ERASURE)
    sign_in(acme.admin).post(f"/settings/requests/{request_id}/fulfilment")
    tenancy.leave()
    with tenancy.company(globex.id):
        names = db.session.scalars(sa.select(Application).options(sa.orm.joinedload(Application.candidate))).all()
        assert subject.name in {application.candidate.name for application in names}


def test_the_account_itself_stays_the_persons_own(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, subject: Subject, scope: None
) -> None:
    request_id = ask(app.test_client(), subject, Kind.ERASURE)
    sign_in(acme.admin).post(f"/settings/requests/{request_id}/fulfilment")
    user = db.session.get_one(User, subject.user, populate_existing=True)
    assert (user.email, user.has_password(PASSWORD)) == (subject.email, True)
    assert "Nothing here yet" in Page.at(sign_in(subject.user), "/my/applications").text
