"""Erasure: nothing of the person is left, and the figures are what they were."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats.accounts.audit import AuditEvent
from ats.candidates.drafts import Draft
from ats.candidates.models import Candidate
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications import delivery
from ats.notifications.models import Message
from ats.pipeline.models import Application, StageChange
from ats.privacy import retention
from ats.privacy.models import Kind
from tests.cast import Firm
from tests.mailbox import Mailbox
from tests.page import Page
from tests.privacy.conftest import THIS_YEAR, WORDS, Subject
from tests.privacy.test_requests import ask, waiting


def erase(app: Flask, admin: FlaskClient, subject: Subject) -> None:
    """As it is done: asked from the status page, fulfilled with one button."""
    request_id = ask(app.test_client(), subject, Kind.ERASURE)
    assert admin.post(f"/settings/requests/{request_id}/fulfilment").status_code == 303


@pytest.mark.parametrize("subject", ["Antonia Sousa-Meyer", "Bo Li", 'Zoë "Zo" Ó Néill'], indirect=True)
def test_no_table_and_no_file_holds_a_word_of_theirs(
    app: Flask,
    admin: FlaskClient,
    acme: Firm,
    subject: Subject,
    scope: None,
    everything_stored: Callable[[], str],
    uploads: Path,
    run_worker: Callable[[], None],
) -> None:
    client = app.test_client()
    base = f"/careers/acme/jobs/{acme.job}/apply"
    client.post(f"{base}/draft", data={"email": subject.email, "name": subject.name, "cover_letter": WORDS["letter"]})
    admin.post(f"/applications/{subject.open}/notes", data={"body": f"@Acme Recruiter see {subject.name}"})
    note = db.session.scalars(sa.select(sa.func.max(Note.id))).one()
    admin.post(f"/applications/{subject.open}/notes/{note}/deletion")  # The mail about the mention stays.
    ask(client, subject, Kind.COPY)
    client.post("/careers/acme/link", data={"email": subject.email})
    run_worker()
    before = everything_stored()
    in_json = {secret.replace('"', '\\"') for secret in subject.secrets}
    missing = {secret for secret in in_json if secret not in before}
    assert not missing, "The test would find nothing of these anyway."
    assert sum(path.is_file() for path in uploads.rglob("*")) == 2

    erase(app, admin, subject)
    run_worker()  # The last mail leaves.
    with app.app_context():
        retention.erase_due()  # The night after, it is blanked too.
    left = [row for row in everything_stored().splitlines() for secret in in_json if secret.lower() in row.lower()]
    assert not left
    assert not [path for path in uploads.rglob("*") if path.is_file()]


def figures() -> dict[str, Any]:
    """Of last year, as any report counts them: by day, stage, source, job, who moved, and how long it took."""
    changes = sa.select(
        StageChange.application_id,
        StageChange.seq,
        StageChange.from_stage,
        StageChange.to_stage,
        StageChange.created_at,
    ).where(sa.extract("year", StageChange.created_at) < THIS_YEAR)
    applications = sa.select(
        Application.id, Application.job_id, Application.source, Application.created_at, Application.rating
    ).where(sa.extract("year", Application.created_at) < THIS_YEAR)
    by_recruiters = sa.select(sa.func.count()).select_from(StageChange).where(StageChange.actor_id.is_not(None))
    by_recruiters = by_recruiters.where(StageChange.seq > 1, sa.extract("year", StageChange.created_at) < THIS_YEAR)
    return {
        "changes": sorted(map(tuple, db.session.execute(changes))),
        "applications": sorted(map(tuple, db.session.execute(applications))),
        "moved by recruiters": db.session.scalar(by_recruiters),
    }


def test_the_figures_of_last_year_do_not_change(app: Flask, admin: FlaskClient, subject: Subject, scope: None) -> None:
    before = figures()
    assert len(before["changes"]) == 3
    erase(app, admin, subject)
    db.session.expire_all()
    assert figures() == before
    job = db.session.get_one(Application, subject.rejected).job
    assert (job.applicants, job.count("rejected")) == (1, 1)


def test_the_rows_that_reports_are_counted_from_do_not_change(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None, postgres_url: str
) -> None:
    def journey() -> str:
        with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
            wanted = "SELECT to_jsonb(journey)::text FROM journey WHERE application_id = %s"
            cursor.execute(wanted, [subject.rejected])
            return str(cursor.fetchall())

    before = journey()
    erase(app, admin, subject)
    assert journey() == before


def test_the_history_is_nameless(app: Flask, admin: FlaskClient, acme: Firm, subject: Subject, scope: None) -> None:
    """Colleagues stay in it; the candidate's own account, which says who they are, does not."""
    erase(app, admin, subject)
    changes = db.session.scalars(sa.select(StageChange).order_by(StageChange.application_id, StageChange.seq)).all()
    theirs = [change for change in changes if change.application_id in (subject.rejected, subject.open)]
    assert {change.actor_id for change in theirs} == {None, acme.recruiter}
    assert {change.reason for change in theirs} == {None, "withdrawn"}
    Page.at(admin, "/settings/requests")  # Which says once more whose data went.
    page = Page.at(admin, f"/applications/{subject.rejected}")
    assert "Erased person" in page.text
    assert subject.name not in page.text


def test_an_open_application_ends_as_withdrawn_and_tells_nobody(
    app: Flask, admin: FlaskClient, acme: Firm, subject: Subject, scope: None
) -> None:
    erase(app, admin, subject)
    application = db.session.get_one(Application, subject.open, populate_existing=True)
    assert (application.stage, application.last_change().reason) == ("rejected", "withdrawn")
    assert db.session.get_one(Job, acme.job, populate_existing=True).count("rejected") == 1
    withdrawn = sa.select(Message.status, Message.recipient).filter_by(template="application-withdrawn")
    assert db.session.execute(withdrawn).one() == ("cancelled", "erased@invalid")


def test_ratings_stay_and_what_was_said_beside_them_goes(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None
) -> None:
    erase(app, admin, subject)
    cards = db.session.execute(sa.select(Scorecard.rating, Scorecard.comment)).all()
    assert set(map(tuple, cards)) == {(4, "")}
    assert db.session.scalars(sa.select(Application.rating).where(Application.id == subject.open)).one() == 400


def test_other_peoples_data_is_left_alone(
    app: Flask, admin: FlaskClient, acme: Firm, subject: Subject, scope: None
) -> None:
    def of_lukas() -> list[Any]:
        mails = sa.select(Message.id, Message.recipient, Message.context["name"].astext)
        mails = mails.where(Message.context["name"].astext == "Lukas Brandt").order_by(Message.id)
        candidate = sa.select(Candidate.name, Candidate.email, Candidate.phone).where(Candidate.id == acme.candidate)
        history = sa.select(StageChange.seq, StageChange.actor_id).filter_by(application_id=acme.application)
        return [*map(tuple, (row for part in (mails, candidate, history) for row in db.session.execute(part)))]

    before = of_lukas()
    assert len(before) > 3
    erase(app, admin, subject)
    assert of_lukas() == before


def test_no_link_of_an_earlier_mail_opens_anything(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None
) -> None:
    client = app.test_client()
    copy_id = ask(client, subject, Kind.COPY)
    admin.post(f"/settings/requests/{copy_id}/fulfilment")
    copy_url = db.session.scalars(sa.select(Message.context["copy_url"].astext).filter_by(template="data-copy")).one()
    erase(app, admin, subject)
    assert client.get(f"/status/{subject.token}").status_code == 410
    assert client.get(copy_url.removeprefix(app.config["PUBLIC_URL"])).status_code == 404
    client.post("/careers/acme/link", data={"email": subject.email})
    links = sa.select(Message.recipient).filter_by(template="status-links")
    assert db.session.scalars(links).all() == []


def test_the_person_is_told_and_is_known_no_more(
    app: Flask,
    admin: FlaskClient,
    subject: Subject,
    scope: None,
    run_worker: Callable[[], None],
    smtp: Mailbox,
) -> None:
    run_worker()
    smtp.clear()
    erase(app, admin, subject)
    run_worker()
    told = [mail for mail in smtp.messages if mail["To"] == subject.email]
    assert [mail["Subject"] for mail in told] == ["Your data at Acme is erased"]
    again = Candidate.known_as(subject.email, name="Somebody")
    assert again.id != subject.candidate


def test_the_last_mail_is_blanked_even_if_it_never_arrives(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None, run_worker: Callable[[], None], smtp: Mailbox
) -> None:
    erase(app, admin, subject)
    smtp.reply = "550 no such person"
    for _ in range(delivery.ATTEMPTS):
        message = db.session.scalars(sa.select(Message).filter_by(template="data-erased")).one()
        message.due_at = sa.func.now()
        db.session.commit()
        message_id = message.id
        with app.app_context():
            delivery.deliver(message_id)
    with app.app_context():
        retention.erase_due()
    message = db.session.get_one(Message, message_id, populate_existing=True)
    left = (message.status, message.recipient, message.context, message.last_error)
    assert left == ("dead", "erased@invalid", {}, None)


def test_what_else_they_asked_for_is_done_with_it(
    app: Flask, admin: FlaskClient, subject: Subject, scope: None
) -> None:
    ask(app.test_client(), subject, Kind.COPY)
    erase(app, admin, subject)
    assert waiting() == []
    page = Page.at(admin, "/settings/requests")
    assert "Erased person" in page.text
    assert subject.name not in page.text.replace(f"There is nothing left of {subject.name}.", "")


def test_the_trail_says_who_erased_and_names_nobody_erased(
    app: Flask, admin: FlaskClient, acme: Firm, subject: Subject, scope: None
) -> None:
    erase(app, admin, subject)
    (entry,) = db.session.scalars(sa.select(AuditEvent))
    assert (entry.action, entry.actor_id, entry.subject) == (
        "privacy.erased",
        acme.admin,
        f"candidate {subject.candidate}",
    )


def test_only_an_admin_erases(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, subject: Subject, scope: None
) -> None:
    request_id = ask(app.test_client(), subject, Kind.ERASURE)
    for user in (acme.recruiter, acme.manager):
        assert sign_in(user).post(f"/settings/requests/{request_id}/fulfilment").status_code == 403
    assert db.session.get_one(Candidate, subject.candidate).erased_at is None


def test_a_draft_of_theirs_goes_and_those_of_others_stay(
    app: Flask, admin: FlaskClient, acme: Firm, subject: Subject, scope: None
) -> None:
    base = f"/careers/acme/jobs/{acme.job}/apply"
    for email in (subject.email.upper(), "somebody.else@mail.example"):
        app.test_client().post(f"{base}/draft", data={"email": email})
    erase(app, admin, subject)
    assert [draft.typed["email"] for draft in db.session.scalars(sa.select(Draft))] == ["somebody.else@mail.example"]
