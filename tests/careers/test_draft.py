"""The application form loses nothing: draft, file, what was typed; and it stores one application, however often."""

import io
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from contextvars import Context
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from bs4 import Tag
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from ats import create_app
from ats.candidates import drafts
from ats.candidates.drafts import Draft
from ats.candidates.models import Attachment
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application
from tests.careers.form import PDF, QUESTIONS, address, files_in, form, send, stored
from tests.cast import Browser, Firm
from tests.page import Page

TYPED = {
    "name": "Ana Sousa",
    "email": "ana@mail.example",
    "phone": "+351 555 010 114",
    "links": "example.com/ana",
    "cover_letter": "I bake.\nAnd I think.",
    "question_q1": "It rises.",
    "question_q2": "no",
    "question_q3": "Gas",
    "question_q4": "7.5",
    "question_q5": "Rye",
}


@pytest.fixture
def asking(acme: Firm, scope: None) -> None:
    """Acme's job asks a question of every kind."""
    db.session.get_one(Job, acme.job).questions = QUESTIONS
    db.session.commit()


def shown(page: Page) -> dict[str, str]:
    """What stands in the fields of the form, by their names."""
    values = {}
    for field in page.all("#application [name]:not([type=hidden], [type=file])"):
        name, kind = str(field["name"]), field.get("type")
        if field.name == "textarea":
            values[name] = field.text.removeprefix("\r\n")  # Which a browser leaves out.
        elif field.name == "select":
            chosen = field.select_one("option[selected]")
            values[name] = str(chosen["value"]) if isinstance(chosen, Tag) else ""
        elif kind in ("radio", "checkbox"):
            values.setdefault(name, "")
            if field.has_attr("checked"):
                values[name] = str(field["value"])
        else:
            values[name] = str(field.get("value", ""))
    return values


def drafted() -> Draft:
    return db.session.scalars(sa.select(Draft).execution_options(populate_existing=True)).one()


def save(client: FlaskClient, firm: Firm, **fields: Any) -> int:
    return client.post(address(firm, "/draft"), data=fields, content_type="multipart/form-data").status_code


def resume(name: str = "Ana.pdf", content: bytes = PDF) -> tuple[io.BytesIO, str]:
    return io.BytesIO(content), name


WRONG: list[dict[str, Any]] = [
    {"name": ""},
    {"email": "ana@"},
    {"email": "anaë@mail.example"},
    {"phone": "1" * 41},
    {"links": "not an address"},
    {"cover_letter": "x" * 10_001},
    {"question_q1": ""},
    {"question_q3": "Coal"},
    {"question_q4": "many"},
    {"question_q5": "x" * 501},
    {"consent": None},
    {"consent_version": "0"},
    {"website": "http://spam.example"},
]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: next(iter(wrong)))
def test_whatever_is_wrong_nothing_that_was_typed_is_lost(
    client: FlaskClient, acme: Firm, asking: None, wrong: dict[str, Any]
) -> None:
    (name,) = wrong
    page = Page.of(send(client, acme, **{**TYPED, "resume": resume(), **wrong}), 422)
    kept = {field: value for field, value in TYPED.items() if field != name}
    expected = {field: value if field != "links" else "https://example.com/ana" for field, value in kept.items()}
    assert {field: shown(page)[field] for field in kept} == expected
    assert "Ana.pdf" in page.one("#resume-part").text
    assert not page.one("[name=resume]").has_attr("required")
    assert "choose yours once more" not in page.text
    # Put right, it goes without choosing the file again.
    right = {**TYPED, "resume": None, "consent_version": "1"}
    assert send(client, acme, **right).status_code == 303
    (application,) = stored()
    assert (application.cover_letter, len(application.answers)) == (TYPED["cover_letter"], 6)
    attachment = db.session.get_one(Attachment, application.resume_id)
    assert (attachment.name, attachment.candidate_id) == ("Ana.pdf", application.candidate_id)
    assert db.session.scalars(sa.select(Draft)).all() == []


def test_a_wrong_value_stands_there_to_be_put_right(client: FlaskClient, acme: Firm, asking: None) -> None:
    page = Page.of(send(client, acme, **{**TYPED, "email": "ana@", "question_q4": "many"}), 422)
    assert (shown(page)["email"], shown(page)["question_q4"]) == ("ana@", "many")


def test_each_error_is_on_top_and_beside_its_field(client: FlaskClient, acme: Firm, asking: None) -> None:
    page = Page.of(send(client, acme, name="", email="ana@", consent=None, question_q1="", resume=None), 422)
    summary = page.one("#error-summary")
    assert summary["role"] == "alert"
    leads_to = [str(link["href"])[1:] for link in page.all("#error-summary a")]
    assert leads_to == ["name", "email", "resume", "question_q1", "consent"]
    for field in leads_to:
        control = page.one(f"#application [name={field}]")
        assert control["aria-invalid"] == "true"
        assert f"{field}-error" in str(control["aria-describedby"]).split()
        assert page.one(f"#{field}-error").text.strip() in summary.text


@pytest.mark.parametrize("content", [b"", b"MZ\x90", b"%PDF-1.4 " + b"\0" * 11 * 1024 * 1024])
def test_a_file_that_is_refused_leaves_the_one_before_in_its_place(
    client: FlaskClient, acme: Firm, asking: None, content: bytes
) -> None:
    send(client, acme, **TYPED, resume=resume("first.pdf"), consent=None)
    page = Page.of(send(client, acme, **TYPED, resume=resume("second.pdf", content)), 422)
    assert "first.pdf" in page.one("#resume-part").text
    assert page.one("#resume-error")
    assert shown(page)["cover_letter"] == TYPED["cover_letter"]


def test_a_draft_saves_itself_and_survives_a_reload(client: FlaskClient, acme: Firm, asking: None) -> None:
    assert save(client, acme, **TYPED, consent="y") == 200
    assert save(client, acme, **TYPED, resume=resume()) == 200
    page = Page.at(client, address(acme))
    assert {field: shown(page)[field] for field in TYPED} == TYPED
    assert shown(page)["consent"] == "", "Consent is given when the form is sent, not before."
    assert "Ana.pdf" in page.one("#resume-part").text


def test_only_the_browser_that_wrote_a_draft_sees_it(app: Flask, client: FlaskClient, acme: Firm, asking: None) -> None:
    save(client, acme, **TYPED)
    cookie = client.get_cookie("foyer-draft", path=address(acme))
    assert cookie
    assert (cookie.path, cookie.http_only, cookie.same_site) == (address(acme), True, "Lax")
    assert cookie.value not in drafted().token_hash
    assert shown(Page.at(app.test_client(), address(acme)))["name"] == ""


def test_an_empty_form_leaves_no_draft(client: FlaskClient, acme: Firm, scope: None) -> None:
    save(client, acme, name="", email="")
    assert db.session.scalars(sa.select(Draft)).all() == []


def test_a_resume_can_be_taken_out_and_the_form_cleared(client: FlaskClient, acme: Firm, asking: None) -> None:
    save(client, acme, **TYPED, resume=resume())
    assert client.post(address(acme, "/resume/removal"), data=TYPED).status_code == 303
    page = Page.at(client, address(acme))
    assert "Ana.pdf" not in page.text
    assert shown(page)["name"] == TYPED["name"]
    client.post(address(acme, "/draft/removal"))
    assert shown(Page.at(client, address(acme)))["name"] == ""
    assert db.session.scalars(sa.select(Draft)).all() == []


@pytest.mark.parametrize(("hours", "swept"), [(47.9, 0), (48.1, 1)])
def test_a_draft_is_swept_with_its_file_after_48_hours(
    app: Flask, client: FlaskClient, acme: Firm, asking: None, uploads: Path, hours: float, swept: int
) -> None:
    save(client, acme, **TYPED, resume=resume())
    drafted().saved_at = sa.func.now() - timedelta(hours=hours)
    db.session.commit()
    assert (shown(Page.at(client, address(acme)))["name"] == "") == bool(swept)
    with app.app_context():
        assert drafts.sweep_drafts() == swept
    assert (len(db.session.scalars(sa.select(Draft)).all()), files_in(uploads)) == (1 - swept, 1 - swept)
    assert db.session.scalar(sa.select(sa.func.count(Attachment.id))) == 1 - swept


def test_the_resume_of_a_sent_application_outlives_the_sweep(
    app: Flask, client: FlaskClient, acme: Firm, asking: None, uploads: Path
) -> None:
    save(client, acme, **TYPED, resume=resume())
    assert send(client, acme, **TYPED, resume=None).status_code == 303
    with app.app_context():
        assert drafts.sweep_drafts() == 0
    assert files_in(uploads) == 1


def test_a_form_that_arrives_twice_is_one_application(client: FlaskClient, acme: Firm, scope: None) -> None:
    key = str(Page.at(client, address(acme)).one("[name=key]")["value"])
    answers = [send(client, acme, key=key) for _ in range(3)]
    assert [answer.location for answer in answers] == [f"/careers/acme/jobs/{acme.job}/applied"] * 3
    assert len(stored()) == 1
    assert "again=1" in send(client, acme, key="another").location


def test_a_form_that_was_open_for_longer_than_its_session_comes_back_as_it_was(
    strict_app: Flask, acme: Firm, asking: None
) -> None:
    client = strict_app.test_client()
    page = Page.of(send(client, acme, **TYPED, resume=resume()), 400)
    assert "its form has expired. Look it over and send it once more" in page.one("#error-summary").text
    assert {field: shown(page)[field] for field in TYPED} == TYPED
    assert stored() == []
    assert db.session.scalars(sa.select(Draft)).all() == []
    token = str(page.one("#application [name=csrf_token]")["value"])
    assert send(client, acme, **TYPED, csrf_token=token).status_code == 303


def test_a_job_that_is_busy_takes_the_form_a_moment_later(
    client: FlaskClient, acme: Firm, asking: None, postgres_url: str
) -> None:
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM job WHERE id = %s FOR NO KEY UPDATE", [acme.job])
        answer = send(client, acme, **TYPED, resume=resume())
    page = Page.of(answer, 503)
    assert "Many people apply at this very moment" in page.one("#error-summary").text
    assert shown(page)["cover_letter"] == TYPED["cover_letter"]
    assert "Ana.pdf" in page.one("#resume-part").text
    assert send(client, acme, **TYPED, resume=None).status_code == 303
    assert [application.cover_letter for application in stored()] == [TYPED["cover_letter"]]


def test_what_is_saved_after_the_form_was_sent_leaves_no_draft(client: FlaskClient, acme: Firm, scope: None) -> None:
    key = str(Page.at(client, address(acme)).one("[name=key]")["value"])
    assert send(client, acme, key=key).status_code == 303
    assert save(client, acme, **TYPED, key=key) == 200
    assert db.session.scalars(sa.select(Draft)).all() == []


def test_a_double_click_is_one_application(app: Flask, acme: Firm, scope: None) -> None:
    """Four at the very same time, each on a connection of its own."""
    key = str(Page.at(app.test_client(), address(acme)).one("[name=key]")["value"])
    gate, locations = threading.Barrier(4), []

    def click() -> None:
        gate.wait()
        locations.append(send(app.test_client(), acme, key=key).location)

    threads = [threading.Thread(target=Context().run, args=(click,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert locations == [f"/careers/acme/jobs/{acme.job}/applied"] * 4
    assert len(stored()) == 1
    assert db.session.scalar(sa.select(sa.func.count(Attachment.id))) == 1


@pytest.fixture
def patient(settings: Mapping[str, Any]) -> FlaskClient:
    """A browser at an application that takes no form sooner than an hour after it was opened."""
    app = create_app({**settings, "APPLY_SECONDS": 3600})
    app.test_client_class = Browser
    return app.test_client()


def test_a_form_that_comes_faster_than_people_type_is_kept_and_not_taken(
    patient: FlaskClient, acme: Firm, scope: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = TimestampSigner.get_timestamp

    def opened(hours: float) -> str:
        with monkeypatch.context() as earlier:
            earlier.setattr(TimestampSigner, "get_timestamp", lambda self: int(now(self) - hours * 3600))
            return str(Page.at(patient, address(acme)).one("[name=opened]")["value"])

    for token in (opened(0.9), "", "forged"):
        page = Page.of(send(patient, acme, opened=token), 422)
        assert "faster than people type" in page.one("#error-summary").text
        assert shown(page)["name"] == "Ana Sousa"
        assert "Ana Sousa.pdf" in page.one("#resume-part").text
    assert stored() == []
    assert send(patient, acme, opened=opened(1.1)).status_code == 303


def test_a_form_opened_for_another_job_does_not_count(
    patient: FlaskClient, acme: Firm, globex: Firm, scope: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = TimestampSigner.get_timestamp
    with monkeypatch.context() as earlier:
        earlier.setattr(TimestampSigner, "get_timestamp", lambda self: now(self) - 7200)
        token = str(Page.at(patient, address(globex)).one("[name=opened]")["value"])
    assert send(patient, acme, opened=token).status_code == 422


def test_the_trap_is_out_of_sight_and_out_of_the_way(client: FlaskClient, acme: Firm, scope: None) -> None:
    page = Page.at(client, address(acme))
    trap = page.one("[name=website]")
    assert (trap["tabindex"], trap["autocomplete"]) == ("-1", "off")
    assert trap.find_parent(attrs={"aria-hidden": "true"})
    assert send(client, acme, website="http://spam.example").status_code == 422
    assert stored() == []


def test_what_the_resume_says_fills_empty_fields_alone(
    client: FlaskClient, acme: Firm, asking: None, run_worker: Callable[[], None]
) -> None:
    save(client, acme, phone="030 1", resume=resume())
    fragment = client.get(address(acme, "/resume"))
    assert 'hx-trigger="load' in fragment.text, "The page asks again until the worker has read it."
    run_worker()
    attachment = db.session.scalars(sa.select(Attachment)).one()
    attachment.text = "Ana Sousa\nana.sousa@mail.example\n+351 555 010 114\nhttps://github.com/ana"
    db.session.commit()
    fragment = client.get(address(acme, "/resume"))
    assert "hx-trigger" not in fragment.text
    page = Page.at(client, address(acme))
    values = shown(page)
    assert (values["name"], values["email"], values["phone"]) == ("Ana Sousa", "ana.sousa@mail.example", "030 1")
    assert values["links"] == "https://github.com/ana"
    for field, marked in (("name", True), ("email", True), ("links", True), ("phone", False)):
        hint = page.all(f"#{field}-hint")
        assert ("From your resume: look it over" in (hint[0].text if hint else "")) == marked
        assert not page.one(f"[name={field}]").has_attr("readonly")


def test_the_worker_reads_the_drafted_resume(
    client: FlaskClient, acme: Firm, asking: None, run_worker: Callable[[], None]
) -> None:
    save(client, acme, resume=resume())
    run_worker()
    values = shown(Page.at(client, address(acme)))
    assert values["name"]
    assert "@" in values["email"]


def test_an_account_fills_in_what_it_knows(
    sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int, scope: None
) -> None:
    page = Page.at(sign_in(jane), address(acme))
    assert (shown(page)["name"], shown(page)["email"]) == ("Jane Doe", "jane@mail.example")
    assert page.one("[name=email]").has_attr("readonly")


def test_a_plain_form_does_it_in_one_step(client: FlaskClient, acme: Firm, scope: None) -> None:
    """As a browser without script sends it: the fields of the page, and nothing that a script added."""
    page = Page.at(client, address(acme))
    element = page.one("#application")
    assert (element["method"], element["enctype"]) == ("post", "multipart/form-data")
    hidden = {str(field["name"]): str(field["value"]) for field in page.all("#application [type=hidden]")}
    answer = client.post(str(element["action"]), data={**hidden, **form()}, content_type="multipart/form-data")
    assert answer.status_code == 303
    assert len(stored()) == 1


def test_the_version_of_the_consent_is_kept_with_the_application(client: FlaskClient, acme: Firm, scope: None) -> None:
    send(client, acme)
    (application,) = stored()
    assert application.consent_version == 1
    assert application.consented_at


def test_a_second_tab_takes_the_draft_of_the_first(client: FlaskClient, acme: Firm, asking: None) -> None:
    save(client, acme, **TYPED)
    save(client, acme, **{**TYPED, "name": "Ana S."})
    assert drafted().typed["name"] == "Ana S."
    assert db.session.scalar(sa.select(sa.func.count(Application.id))) == 1
