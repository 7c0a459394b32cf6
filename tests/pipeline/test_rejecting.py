"""Rejecting: why, which mail, and a note for the team; the same dialog everywhere."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats.accounts.models import Company
from ats.collaboration.models import Note
from ats.extensions import db
from ats.notifications.models import Message
from ats.pipeline.models import Application, StageChange
from tests.cast import Firm

SignIn = Callable[[int], FlaskClient]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def recruiter(acme: Firm, sign_in: SignIn) -> FlaskClient:
    return sign_in(acme.recruiter)


def dialog(client: FlaskClient, acme: Firm, **headers: str) -> BeautifulSoup:
    answer = client.get(f"/jobs/{acme.job}/rejection?application={acme.application}:1", headers=headers)
    assert answer.status_code == 200
    return BeautifulSoup(answer.text, "html.parser")


def reject(client: FlaskClient, acme: Firm, seq: int = 1, **data: str) -> TestResponse:
    filled = {"application": f"{acme.application}:{seq}", "reason": "salary", "mail": "application", **data}
    return client.post(f"/jobs/{acme.job}/rejection", data=filled, headers=HTMX)


def mails() -> list[str]:
    written = sa.select(Message.template).where(Message.template.contains("reject")).order_by(Message.id)
    return list(db.session.scalars(written))


def test_the_dialog_offers_the_companys_reasons_and_shows_the_mails(
    recruiter: FlaskClient, acme: Firm, scope: None
) -> None:
    company = db.session.get_one(Company, acme.id)
    company.rejection_reasons = [{"id": "cold", "label": "Too cold <b>", "mail": "none"}]
    db.session.commit()
    page = dialog(recruiter, acme, **HTMX)
    assert page.select("h1, html") == []
    (reason,) = page.select("[name=reason]")
    assert (reason["value"], reason["data-mail"]) == ("cold", "none")
    assert "Too cold <b>" in page.text
    previews = {str(box["data-kind"]): box.text for box in page.select("[data-kind]")}
    assert set(previews) == {"application", "interview", "filled"}
    assert all("Hello Lukas Brandt" in text and "Acme Baker" in text for text in previews.values())


def test_without_script_the_dialog_is_a_page(recruiter: FlaskClient, acme: Firm) -> None:
    page = dialog(recruiter, acme)
    assert [heading.text for heading in page.select("h1")] == ["Reject Lukas Brandt?"]
    form = page.select_one("main form")
    assert form
    assert form["action"] == f"/jobs/{acme.job}/rejection"


@pytest.mark.parametrize(
    ("mail", "template"),
    [
        ("application", ["stage-rejected"]),
        ("interview", ["rejected-interview"]),
        ("filled", ["rejected-filled"]),
        ("none", []),
    ],
)
def test_the_reason_is_recorded_and_the_chosen_mail_written(
    recruiter: FlaskClient, acme: Firm, scope: None, mail: str, template: list[str]
) -> None:
    answer = reject(recruiter, acme, mail=mail, note="We met her in May.")
    assert answer.status_code == 200
    last = db.session.scalars(sa.select(StageChange).order_by(StageChange.seq.desc()).limit(1)).one()
    assert (last.to_stage, last.reason, last.actor_id) == ("rejected", "Salary above range", acme.recruiter)
    assert mails() == template
    assert db.session.scalars(sa.select(Note.body)).all() == ["We met her in May."]
    assert "Salary above range" in BeautifulSoup(answer.text, "html.parser").select_one(".card").text  # type: ignore[union-attr]


def test_a_rejection_without_a_mail_can_be_undone_as_long(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    for hold, status in ((30, 200), (0, 409)):
        db.session.get_one(Company, acme.id).mail_hold_seconds = hold
        db.session.commit()
        seq = db.session.scalar(sa.select(Application.stage_seq)) or 0
        assert reject(recruiter, acme, seq, mail="none").status_code == 200
        data = {"application": f"{acme.application}:{seq + 1}"}
        assert recruiter.post(f"/jobs/{acme.job}/undo", data=data, headers=HTMX).status_code == status


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "nonsense"}, "reason"),
        ({"note": "x" * 10_001}, "note"),
        ({"note": "\0"}, "note"),
    ],
)
def test_a_rejection_without_a_reason_asks_again_and_keeps_the_note(
    recruiter: FlaskClient, acme: Firm, scope: None, data: dict[str, str], field: str
) -> None:
    answer = reject(recruiter, acme, **{"note": "Keep me.", **data})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser")
    assert page.select_one(f"#{field}-error")
    if field != "note":
        assert "Keep me." in page.select_one("[name=note]").text  # type: ignore[union-attr]
    assert db.session.scalar(sa.select(Application.stage)) == "applied"


def test_somebody_elses_move_in_between_is_a_conflict(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    move = {"stage": "screening", "seq": 1}
    recruiter.post(f"/applications/{acme.application}/stage", data=move, headers=HTMX)
    answer = reject(recruiter, acme)
    assert answer.status_code == 409
    assert "You moved Lukas to Screening" in answer.text
    assert mails() == []


def test_a_withdrawal_looks_different_from_a_rejection(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    application = db.session.get_one(Application, acme.application)
    application.withdraw(actor=None)
    db.session.commit()
    page = BeautifulSoup(recruiter.get(f"/jobs/{acme.job}/board").text, "html.parser")
    status = page.select_one(".card .status")
    assert status
    assert status.text == "Withdrew"


def test_a_hiring_manager_rejects_nobody(sign_in: SignIn, acme: Firm) -> None:
    assert reject(sign_in(acme.manager), acme).status_code == 403
