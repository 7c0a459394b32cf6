"""Several people at once, in threads over real connections: nothing is lost, doubled or mixed up."""

import itertools
import random
import threading
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import database, tenancy
from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.models import Job, Status
from ats.notifications.models import Message
from ats.pipeline.models import Application, StageChange
from ats.pipeline.stages import MOVES, OPEN_STAGES, TARGETS
from tests.cast import Firm, apply
from tests.sitemap import HTMX, PDF_RESUME

THREADS, MOVES_EACH, CARDS = 8, 15, 12

Browse = Callable[..., tuple[int, str]]


@pytest.fixture
def browse(live_server: str, sign_in: Callable[[int], FlaskClient]) -> Callable[[int | None], Browse]:
    """`browse(user_id)` is a browser with a connection of its own: `browser(url, form)` posts, as htmx does."""
    address = urlsplit(live_server).netloc

    def start(user: int | None) -> Browse:
        cookie = sign_in(user).get_cookie("foyer") if user else None
        headers = {"Cookie": f"foyer={cookie.value}"} if cookie else {}
        connection = HTTPConnection(address, timeout=60)

        def post(url: str, body: bytes | dict[str, Any], **more: str) -> tuple[int, str]:
            form = {"Content-Type": "application/x-www-form-urlencoded"}
            content = urlencode(body) if isinstance(body, dict) else body
            connection.request("POST", url, content, {**headers, **HTMX, **form, **more})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()

        return post

    return start


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """What each returns, all started at the same moment. One that raises makes this raise."""
    start = threading.Barrier(len(works))
    results: list[Any] = [None] * len(works)

    def run(number: int, work: Callable[[], Any]) -> None:
        start.wait()
        try:
            results[number] = work()
        except BaseException as error:
            results[number] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


@pytest.mark.parametrize("round", range(5))
def test_of_two_drags_of_one_card_one_wins_and_the_other_is_told(
    browse: Callable[[int | None], Browse], acme: Firm, scope: None, round: int
) -> None:
    url = f"/applications/{acme.application}/stage"
    recruiter, admin = browse(acme.recruiter), browse(acme.admin)
    answers = at_once(
        lambda: recruiter(url, {"stage": "screening", "seq": 1}),
        lambda: admin(url, {"stage": "rejected", "seq": 1}),
    )
    assert sorted(status for status, _ in answers) == [200, 409]
    winner, stage = ("Acme Recruiter", "Screening") if answers[0][0] == 200 else ("Acme Admin", "Rejected")
    lost = next(text for status, text in answers if status == 409)
    assert f"{winner} moved Lukas to {stage}" in lost
    assert f'hx-target="#cards-{stage.lower()}"' in lost, "The loser does not see the true card."
    assert chain(acme.application) == [(1, None, "applied"), (2, "applied", stage.lower())]
    assert mails(acme.application) == 2


def test_a_double_click_is_one_move(browse: Callable[[int | None], Browse], acme: Firm, scope: None) -> None:
    url = f"/applications/{acme.application}/stage"
    clicks = [browse(acme.recruiter) for _ in range(4)]
    answers = at_once(*(lambda post=post: post(url, {"stage": "screening", "seq": 1}) for post in clicks))
    assert [status for status, _ in answers] == [200] * 4
    assert chain(acme.application) == [(1, None, "applied"), (2, "applied", "screening")]
    assert mails(acme.application) == 2


def test_many_moves_at_once_leave_whole_histories_true_counts_and_one_mail_each(
    app: Flask, browse: Callable[[int | None], Browse], acme: Firm
) -> None:
    """Each thread drags whichever card it fancies, as it last saw it, to where it may go; many of them are too late."""
    with app.app_context(), tenancy.company(acme.id):
        company = db.session.get_one(Company, acme.id)
        company.mail_hold_seconds = 30
        job = db.session.get_one(Job, acme.job)
        cards = [acme.application] + [apply(company, job, f"Person {number}").id for number in range(1, CARDS)]
        db.session.commit()
    # What all boards show: a card's seq, and the stages that it came through.
    seen: dict[int, tuple[int, list[str]]] = {card: (1, ["applied"]) for card in cards}

    def drag(number: int) -> list[int]:
        dice, post = random.Random(number), browsers[number]
        statuses = []
        for _ in range(MOVES_EACH):
            card = dice.choice(cards)
            seq, (*before, stage) = seen[card]
            if before and (stage not in OPEN_STAGES or dice.random() < 0.2):
                status, _ = post(f"/applications/{card}/undo", {"seq": seq})
                after = before
            else:
                target = dice.choice(TARGETS[stage][:1] * 3 + TARGETS[stage][1:])
                status, _ = post(f"/applications/{card}/stage", {"stage": target, "seq": seq})
                after = [*before, stage, target]
            if status == 200 and seq >= seen[card][0]:
                seen[card] = (seq + 1, after)
            statuses.append(status)
        return statuses

    browsers = [browse(acme.recruiter if number % 2 else acme.admin) for number in range(THREADS)]
    statuses = [status for each in at_once(*(lambda n=n: drag(n) for n in range(THREADS))) for status in each]
    assert set(statuses) <= {200, 409, 422}
    assert statuses.count(200) > CARDS, "Too few moves were made for this to prove anything."

    with app.app_context(), tenancy.company(acme.id):
        applications = db.session.scalars(sa.select(Application)).all()
        for application in applications:
            rows = chain(application.id)
            assert [seq for seq, _, _ in rows] == list(range(1, len(rows) + 1))
            assert all(before[2] == row[1] for before, row in itertools.pairwise(rows))
            assert (application.stage_seq, application.stage) == (rows[-1][0], rows[-1][2])
        recount: dict[str, int] = {}
        for application in applications:
            recount[application.stage] = recount.get(application.stage, 0) + 1
        counts = db.session.get_one(Job, acme.job).stage_counts
        assert {stage: number for stage, number in counts.items() if number} == recount
        changes = db.session.scalars(sa.select(StageChange)).all()
        undone = {(change.application_id, change.undoes_seq) for change in changes if change.undoes_seq}
        expected = {
            change.mail_key: "cancelled" if (change.application_id, change.seq) in undone else "pending"
            for change in changes
            if not change.undoes_seq
        }
        sent = sa.select(Message.dedupe_key, Message.status).where(Message.dedupe_key.startswith("stage:"))
        assert dict(db.session.execute(sent).all()) == expected
        assert all((c.from_stage, c.to_stage) in MOVES for c in changes if c.seq > 1 and not c.undoes_seq)


@pytest.mark.parametrize("round", range(3))
def test_a_person_who_applies_twice_at_once_has_applied_once(
    browse: Callable[[int | None], Browse], acme: Firm, scope: None, round: int
) -> None:
    browsers = [browse(None) for _ in range(4)]
    answers = at_once(*(lambda post=post: send_application(post, acme) for post in browsers))
    assert [status for status, _ in answers] == [303] * 4
    found = sa.select(Application.id).filter_by(job_id=acme.job).where(Application.id != acme.application)
    applied = db.session.scalars(found).one()
    assert chain(applied) == [(1, None, "applied")]
    assert mails(applied) == 1
    assert db.session.get_one(Job, acme.job).stage_counts["applied"] == 2


def test_who_applies_while_the_job_is_being_closed_hears_that_it_is_closed(
    app: Flask, browse: Callable[[int | None], Browse], acme: Firm
) -> None:
    """The applicant waits for whoever holds the job, and then finds it as they left it."""
    answers: list[tuple[int, str]] = []
    with app.app_context(), tenancy.company(acme.id):
        job = db.session.get_one(Job, acme.job)
        database.lock(job)
        job.change_status(Status.CLOSED)
        db.session.flush()
        post = browse(None)
        applicant = threading.Thread(target=lambda: answers.append(send_application(post, acme)))
        applicant.start()
        applicant.join(0.7)
        assert applicant.is_alive(), "The applicant did not wait for the job."
        db.session.commit()
        applicant.join()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Application)) == 1
    status, text = answers[0]
    assert status == 410
    assert "is closed" in text


def test_to_close_a_job_waits_for_who_is_applying(
    app: Flask, browse: Callable[[int | None], Browse], acme: Firm
) -> None:
    answers: list[tuple[int, str]] = []
    with app.app_context(), tenancy.company(acme.id):
        company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
        apply(company, job, "Ada Lovelace")
        post = browse(acme.recruiter)
        close = threading.Thread(target=lambda: answers.append(post(f"/jobs/{acme.job}/status", {"status": "closed"})))
        close.start()
        close.join(0.7)
        assert close.is_alive(), "The job was closed under somebody's application."
        db.session.commit()
        close.join()
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Application)) == 2
        assert db.session.get_one(Job, acme.job, populate_existing=True).status == Status.CLOSED
    assert answers[0][0] == 303


def send_application(post: Browse, firm: Firm) -> tuple[int, str]:
    """What Ada's browser sends from the form, with a resume."""
    limit = "----a-form"
    fields = {"name": "Ada Lovelace", "email": "ada@mail.example", "consent": "y"}
    parts = [f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    head = b'Content-Disposition: form-data; name="resume"; filename="ada.pdf"\r\nContent-Type: application/pdf\r\n\r\n'
    parts.append(head + PDF_RESUME.read_bytes())
    body = b"".join(f"--{limit}\r\n".encode() + part + b"\r\n" for part in parts) + f"--{limit}--\r\n".encode()
    url = f"/careers/{firm.slug}/jobs/{firm.job}/apply"
    return post(url, body, **{"Content-Type": f"multipart/form-data; boundary={limit}", "HX-Request": "false"})


def chain(application: int) -> list[tuple[int, str | None, str]]:
    rows = sa.select(StageChange).filter_by(application_id=application).order_by(StageChange.seq)
    return [(row.seq, row.from_stage, row.to_stage) for row in db.session.scalars(rows)]


def mails(application: int) -> int:
    """The mails to the candidate, the one about having applied included."""
    keys = sa.select(sa.func.count()).select_from(Message).where(Message.dedupe_key.startswith(f"stage:{application}:"))
    return db.session.scalars(keys).one()
