"""Moving over HTTP: what the board gets back, and what somebody without script sees."""

import itertools
import re
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats import tenancy
from ats.accounts.models import Company, User
from ats.extensions import db
from ats.pipeline.models import Application, StageChange
from ats.pipeline.stages import MOVES, STAGE, STAGES
from tests.cast import Firm
from tests.page import Fragment, Page
from tests.sitemap import HTMX

PAIRS = list(itertools.product([stage.value for stage in STAGES], repeat=2))
PATHS = {
    "applied": [],
    "screening": ["screening"],
    "interview": ["screening", "interview"],
    "offer": ["screening", "interview", "offer"],
    "hired": ["screening", "interview", "offer", "hired"],
    "rejected": ["rejected"],
}


@pytest.fixture
def recruiter(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.recruiter)


@pytest.fixture
def admin(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.admin)


@pytest.fixture
def bring_to(app: Flask, acme: Firm) -> Callable[[str], int]:
    """`bring_to(stage)` moves Acme's applicant there, and returns the seq that a board then shows."""

    def bring(stage: str) -> int:
        with app.app_context():
            tenancy.enter_company(acme.id)
            application = db.session.get_one(Application, acme.application)
            actor = db.session.get_one(User, acme.admin)
            for step in PATHS[stage]:
                application.move_to(step, actor=actor, seen_seq=application.stage_seq)
                db.session.commit()
            return application.stage_seq

    return bring


@pytest.fixture
def hold(app: Flask, acme: Firm) -> None:
    with app.app_context():
        db.session.get_one(Company, acme.id).mail_hold_seconds = 30
        db.session.commit()


def move(client: FlaskClient, firm: Firm, stage: str, seq: Any, *, htmx: bool = True, **more: str) -> TestResponse:
    data = {"stage": stage, "seq": seq, **more}
    return client.post(f"/applications/{firm.application}/stage", data=data, headers=HTMX if htmx else {})


def undo(client: FlaskClient, firm: Firm, seq: Any, *, htmx: bool = True) -> TestResponse:
    return client.post(f"/applications/{firm.application}/undo", data={"seq": seq}, headers=HTMX if htmx else {})


def history(app: Flask, firm: Firm) -> list[str]:
    """The stages that the application came through; the last is where it stands."""
    with app.app_context():
        tenancy.enter_company(firm.id)
        changes = sa.select(StageChange.to_stage).filter_by(application_id=firm.application).order_by(StageChange.seq)
        stages = list(db.session.scalars(changes))
        assert db.session.get_one(Application, firm.application).stage == stages[-1]
        return stages


def card(fragment: Fragment, firm: Firm) -> tuple[str, str | None]:
    """The column that the answer puts the card into, and the moves it offers there; a 422 leaves it where it is."""
    item = fragment.one(f"hx-partial li#application-{firm.application}")
    partial = item.find_parent("hx-partial")
    assert partial
    moves = item.get("data-moves")
    return str(partial["hx-target"]), str(moves) if moves else None


def counts(fragment: Fragment) -> dict[str, int]:
    """What the heads of columns say, of those that the answer draws anew."""
    numbers = fragment.all("header[hx-swap-oob] .count")
    return {str(number.parent["id"])[5:]: int(str(number.contents[0])) for number in numbers if number.parent}


@pytest.mark.parametrize(("source", "target"), PAIRS)
def test_a_drop_is_answered_as_the_machine_decides(
    app: Flask, recruiter: FlaskClient, acme: Firm, bring_to: Callable[[str], int], source: str, target: str
) -> None:
    seq = bring_to(source)
    before = history(app, acme)
    legal = (source, target) in MOVES
    answer = move(recruiter, acme, target, seq)
    fragment = Fragment.of(answer, 200 if legal else 422)
    assert history(app, acme) == ([*before, target] if legal else before)
    if legal:
        assert card(fragment, acme)[0] == f"#cards-{target}"
        assert counts(fragment) == {source: 0, target: 1}
        assert f"Lukas Brandt moved to {STAGE[target].name}." in fragment.one("#toast").get_text(
            " ", strip=True
        ).replace("  ", " ")
    else:
        assert card(fragment, acme)[0] == f"#application-{acme.application}"
        assert counts(fragment)[source] == 1
        assert "Lukas is" in fragment.one("#toast .toast[data-tone=bad]").text


@pytest.mark.parametrize(("source", "target"), [("applied", "screening"), ("applied", "hired"), ("hired", "rejected")])
@pytest.mark.parametrize("form", ["board", "page"])
def test_without_script_the_page_comes_back_and_says_what_happened(
    app: Flask,
    recruiter: FlaskClient,
    acme: Firm,
    bring_to: Callable[[str], int],
    source: str,
    target: str,
    form: str,
) -> None:
    seq = bring_to(source)
    answer = move(recruiter, acme, target, seq, htmx=False, **{"from": form})
    board = f"/jobs/{acme.job}/board#application-{acme.application}"
    assert (answer.status_code, answer.location) == (
        303,
        board if form == "board" else f"/applications/{acme.application}",
    )
    legal = (source, target) in MOVES
    assert history(app, acme)[-1] == (target if legal else source)
    notice = Page.at(recruiter, answer.location).one(".notices")
    said = f"Lukas Brandt is in {STAGE[target].name} now." if legal else "Lukas is"
    assert said in notice.text


def test_the_card_offers_what_is_legal_where_it_is_now(recruiter: FlaskClient, acme: Firm) -> None:
    fragment = Fragment.of(move(recruiter, acme, "screening", 1))
    assert card(fragment, acme) == ("#cards-screening", "interview rejected")
    assert fragment.one(f"#application-{acme.application} input[name=seq]")["value"] == "2"


def test_who_was_second_is_told_who_was_first_and_sees_the_true_card(
    app: Flask, recruiter: FlaskClient, admin: FlaskClient, acme: Firm
) -> None:
    move(admin, acme, "screening", 1)
    fragment = Fragment.of(move(recruiter, acme, "rejected", 1), 409)
    told = fragment.one("#toast .toast[data-tone=bad]").text
    assert re.search(
        r"Acme Admin moved Lukas to Screening (just now|\d+ seconds? ago)\. The board shows it now\.", told
    )
    assert card(fragment, acme) == ("#cards-screening", "interview rejected")
    assert counts(fragment) == {"screening": 1, "rejected": 0}
    assert history(app, acme) == ["applied", "screening"]


def test_a_conflict_without_script_is_told_on_the_board(recruiter: FlaskClient, admin: FlaskClient, acme: Firm) -> None:
    move(admin, acme, "screening", 1)
    answer = move(recruiter, acme, "rejected", 1, htmx=False)
    assert "Acme Admin moved Lukas to Screening" in Page.at(recruiter, answer.location).one(".notices").text


def test_the_same_move_sent_twice_counts_once(app: Flask, recruiter: FlaskClient, acme: Firm) -> None:
    """A double click, or a browser that sends again what it heard no answer to."""
    first, second = (Fragment.of(move(recruiter, acme, "screening", 1)) for _ in range(2))
    assert card(first, acme) == card(second, acme)
    assert history(app, acme) == ["applied", "screening"]


def test_the_same_move_by_a_colleague_is_a_conflict(
    app: Flask, recruiter: FlaskClient, admin: FlaskClient, acme: Firm
) -> None:
    move(recruiter, acme, "screening", 1)
    assert move(admin, acme, "screening", 1).status_code == 409
    assert history(app, acme) == ["applied", "screening"]


@pytest.mark.parametrize("seq", ["", "one", "0", "-1", "2", "1.0", "9" * 40, "\0"])
def test_a_seq_that_nobody_saw_is_a_conflict(app: Flask, recruiter: FlaskClient, acme: Firm, seq: str) -> None:
    assert move(recruiter, acme, "screening", seq).status_code == 409
    assert history(app, acme) == ["applied"]


def test_a_move_without_a_seq_is_a_conflict(app: Flask, recruiter: FlaskClient, acme: Firm) -> None:
    answer = recruiter.post(f"/applications/{acme.application}/stage", data={"stage": "screening"}, headers=HTMX)
    assert answer.status_code == 409
    assert history(app, acme) == ["applied"]


@pytest.mark.parametrize("stage", ["", "promoted", "Screening", "<b>", "\0", "x" * 10_000])
def test_a_stage_that_is_none_is_refused(app: Flask, recruiter: FlaskClient, acme: Firm, stage: str) -> None:
    fragment = Fragment.of(move(recruiter, acme, stage, 1), 422)
    assert "There is no stage" in fragment.one("#toast").text
    assert history(app, acme) == ["applied"]


@pytest.mark.parametrize("reason", ["withdrawn", "\0", "x" * 100_000])
def test_a_drop_gives_no_reason(app: Flask, recruiter: FlaskClient, acme: Firm, reason: str) -> None:
    """Nor does it pass for a withdrawal, which is the candidate's to make."""
    assert move(recruiter, acme, "rejected", 1, reason=reason).status_code == 200
    page = Page.at(recruiter, f"/applications/{acme.application}")
    assert "Rejected" in page.text
    assert "Withdrew" not in page.text


def test_an_application_of_another_company_does_not_exist(app: Flask, recruiter: FlaskClient, globex: Firm) -> None:
    assert move(recruiter, globex, "screening", 1).status_code == 404
    assert undo(recruiter, globex, 1).status_code == 404
    assert history(app, globex) == ["applied"]


def test_managers_and_candidates_move_nobody(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int
) -> None:
    for person in (acme.manager, jane):
        assert move(sign_in(person), acme, "screening", 1).status_code == 403
        assert undo(sign_in(person), acme, 1).status_code == 403
    assert history(app, acme) == ["applied"]


def test_a_manager_is_shown_no_moves(sign_in: Callable[[int], FlaskClient], acme: Firm) -> None:
    client = sign_in(acme.manager)
    for url in (f"/jobs/{acme.job}/board", f"/applications/{acme.application}"):
        page = Page.at(client, url)
        assert page.all('form[action$="/stage"], [data-moves], [data-url]') == []


@pytest.mark.parametrize("action", [move, undo])
def test_a_row_that_somebody_holds_is_answered_with_try_again(
    app: Flask, postgres_url: str, recruiter: FlaskClient, acme: Firm, action: Callable[..., TestResponse]
) -> None:
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT FROM application WHERE id = %s FOR UPDATE", [acme.application])
        arguments = {"stage": "screening"} if action is move else {}
        answer = action(recruiter, acme, seq=1, **arguments)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "Try again in a few seconds" in answer.text
    assert history(app, acme) == ["applied"]
