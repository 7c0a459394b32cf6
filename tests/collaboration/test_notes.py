"""Notes: whoever works here writes them, and each changes only their own."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.collaboration.models import Note
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application
from tests.cast import Firm
from tests.page import Fragment, Page
from tests.sitemap import HTMX


def notes() -> list[Note]:
    return list(db.session.scalars(sa.select(Note).order_by(Note.id).execution_options(populate_existing=True)))


def written_by(author: int, acme: Firm, body: str = "Calm and exact.") -> int:
    note = Note(application_id=acme.application, author_id=author, body=body)
    db.session.add(note)
    db.session.commit()
    return note.id


def test_without_script_a_note_leads_back_to_itself_on_the_page(
    manager: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    answer = manager.post(f"{url}/notes", data={"body": "She **bakes**.\r\nWell."})
    (note,) = notes()
    assert (answer.status_code, answer.location) == (303, f"{url}#note-{note.id}")
    assert (note.author_id, note.body) == (acme.manager, "She **bakes**.\nWell.")
    entry = Page.at(manager, url).one(f"#note-{note.id}")
    assert "Acme Manager" in entry.text
    assert entry.strong
    assert entry.strong.text == "bakes"


def test_htmx_gets_the_notes_the_counts_and_the_card(recruiter: FlaskClient, acme: Firm, url: str) -> None:
    answer = Fragment.of(recruiter.post(f"{url}/notes", data={"body": "First."}, headers=HTMX))
    assert "First." in answer.one("#notes .entry__body").text
    assert answer.one("#notes textarea").text.strip() == ""
    assert answer.one("#record-tabs[hx-swap-oob] [href='#notes'] .count").text == "1"
    assert "1 note" in " ".join(answer.one(f"hx-partial .card#application-{acme.application}").text.split())


def test_a_note_is_news_for_open_boards(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    before = db.session.get_one(Job, acme.job).board_version
    recruiter.post(f"{url}/notes", data={"body": "First."})
    db.session.expire_all()
    version = db.session.get_one(Job, acme.job).board_version
    assert version > before
    assert db.session.get_one(Application, acme.application).shown_version == version


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "htmx"])
@pytest.mark.parametrize(
    ("body", "says"),
    [("", "Write something"), (" \n", "Write something"), ("a\0b", "invisible"), ("x" * 10_001, "10,000")],
)
def test_a_note_that_cannot_be_kept_comes_back_as_it_was_typed(
    recruiter: FlaskClient, url: str, scope: None, body: str, says: str, headers: dict[str, str]
) -> None:
    answer = recruiter.post(f"{url}/notes", data={"body": body}, headers=headers)
    page = (Fragment if headers else Page).of(answer, 422)
    assert says in page.one("#body-error").text
    assert page.one("#notes form textarea").text.strip() == body.replace("\0", "").strip()
    assert notes() == []


def test_what_a_note_holds_is_shown_and_never_run(recruiter: FlaskClient, url: str, acme: Firm, scope: None) -> None:
    written_by(acme.manager, acme, "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)>")
    body = Page.at(recruiter, url).one(".entry__body")
    assert not body.select("script, img, [href^=javascript]")
    assert "<script>" in body.text


def test_its_author_edits_a_note_and_the_page_says_so(
    recruiter: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    note = written_by(acme.recruiter, acme)
    form = Page.at(recruiter, f"{url}/notes/{note}").one(f"#note-{note} form")
    assert form.select_one("textarea").text.strip() == "Calm and exact."  # type: ignore[union-attr]
    answer = recruiter.post(f"{url}/notes/{note}", data={"body": "Calm."})
    assert (answer.status_code, answer.location) == (303, f"{url}#note-{note}")
    assert notes()[0].body == "Calm."
    assert "edited" in Page.at(recruiter, url).one(f"#note-{note} .by").text


def test_htmx_swaps_the_one_note_for_its_form_and_back(
    recruiter: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    note = written_by(acme.recruiter, acme)
    own = f"{url}/notes/{note}"
    form = Fragment.of(recruiter.get(own, headers=HTMX)).one(f"article#note-{note} form")
    assert form["hx-target"] == f"#note-{note}"
    assert not Fragment.of(recruiter.get(f"{own}?cancel=1", headers=HTMX)).all("article textarea")
    refused = Fragment.of(recruiter.post(own, data={"body": ""}, headers=HTMX), 422)
    assert "Write something" in refused.one(f"#note-{note} .error").text
    saved = Fragment.of(recruiter.post(own, data={"body": "Calm."}, headers=HTMX))
    assert saved.one(f"#note-{note} .entry__body").text.strip() == "Calm."


def test_to_save_a_note_unchanged_is_no_edit(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    note = written_by(acme.recruiter, acme)
    recruiter.post(f"{url}/notes/{note}", data={"body": "Calm and exact."})
    assert notes()[0].edited_at is None


def test_its_author_deletes_a_note_and_the_card_counts_it_no_more(
    recruiter: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    note = written_by(acme.recruiter, acme)
    answer = Fragment.of(recruiter.post(f"{url}/notes/{note}/deletion", headers=HTMX))
    assert answer.one("#record-tabs [href='#notes'] .count").text == "0"
    assert "note" not in answer.one("hx-partial .card").text
    assert notes() == []
    assert recruiter.post(f"{url}/notes/{note}/deletion").status_code == 404
    other = written_by(acme.recruiter, acme)
    assert recruiter.post(f"{url}/notes/{other}/deletion").location == f"{url}#notes"


@pytest.mark.parametrize("role", ["recruiter", "admin"])
def test_a_colleagues_note_can_be_read_and_not_changed_whatever_the_role(
    sign_in: Callable[[int], FlaskClient], acme: Firm, url: str, scope: None, role: str
) -> None:
    client = sign_in(getattr(acme, role))
    note = written_by(acme.manager, acme)
    entry = Page.at(client, url).one(f"#note-{note}")
    assert not entry.select("form, .entry__own")
    for method, own in (("GET", ""), ("POST", ""), ("POST", "/deletion")):
        answer = client.open(f"{url}/notes/{note}{own}", method=method, data={"body": "Mine now."})
        assert answer.status_code == 403
    assert notes()[0].body == "Calm and exact."


def test_a_note_is_found_under_its_own_application_only(
    app: Flask, recruiter: FlaskClient, acme: Firm, globex: Firm, url: str
) -> None:
    with app.app_context(), tenancy.company(globex.id):
        foreign = written_by(globex.recruiter, globex)
    for path in (f"{url}/notes/{foreign}", f"/applications/{globex.application}/notes/{foreign}"):
        assert recruiter.get(path).status_code == 404
        assert recruiter.post(f"{path}/deletion").status_code == 404
