"""The outbox and its delivery: at least once for what is committed, never for what is rolled back."""

import socket
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import redis
from flask import Flask

from ats import background, tenancy
from ats.extensions import db
from ats.notifications import delivery, outbox
from ats.notifications.models import CANCELLED, DEAD, PENDING, SENT, Message
from tests.mailbox import Mailbox

RunWorker = Callable[[], None]


@pytest.fixture(autouse=True)
def context(app: Flask, smtp: Mailbox) -> Iterator[None]:
    with app.app_context():
        tenancy.enter_everything()
        yield


def post(key: str = "a", hold_seconds: int = 0, **changes: str) -> Message:
    context = {"email": "x", "sign_in_url": "https://foyer.example/sign-in", **changes}
    message = outbox.post(
        "already-registered", "ana@mail.example", dedupe_key=key, hold_seconds=hold_seconds, **context
    )
    db.session.commit()
    return message


def status(message: Message) -> str:
    db.session.refresh(message)
    return message.status


def make_due(message: Message) -> None:
    message.due_at = datetime.now(UTC) - timedelta(seconds=1)
    message.nudged_at = None
    db.session.commit()


def test_a_committed_mail_is_sent_once_as_text_and_html(run_worker: RunWorker, smtp: Mailbox) -> None:
    message = post()
    run_worker()
    delivery_again = delivery.deliver
    delivery_again(message.id)
    (mail,) = smtp.messages
    assert status(message) == SENT
    assert (mail["To"], mail["Message-ID"]) == ("ana@mail.example", message.message_id)
    assert mail["Auto-Submitted"] == "auto-generated"
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part
        assert "https://foyer.example/sign-in" in part.get_content()


def test_a_line_may_be_as_long_as_people_write_them(run_worker: RunWorker, smtp: Mailbox) -> None:
    """A paragraph of a cover letter is one line. SMTP takes none of more than 998 bytes."""
    address = "https://foyer.example/" + "ß" * 3000
    message = post(sign_in_url=address)
    run_worker()
    assert status(message) == SENT, message.last_error
    (mail,) = smtp.messages
    for kind in ("plain", "html"):
        part = mail.get_body((kind,))
        assert part
        assert address in part.get_content()
    assert max(map(len, mail.as_bytes().splitlines())) <= 998


def test_a_mail_that_is_rolled_back_is_never_sent(run_worker: RunWorker, smtp: Mailbox) -> None:
    outbox.post("already-registered", "ana@mail.example", dedupe_key="a", sign_in_url="x")
    db.session.flush()
    db.session.rollback()
    run_worker()
    delivery.sweep()
    run_worker()
    assert smtp.messages == []


def test_a_mail_of_a_savepoint_that_is_rolled_back_is_never_sent(run_worker: RunWorker, smtp: Mailbox) -> None:
    nested = db.session.begin_nested()
    outbox.post("already-registered", "gone@mail.example", dedupe_key="a", sign_in_url="x")
    db.session.flush()
    nested.rollback()
    post("b")
    run_worker()
    assert smtp.recipients == [["ana@mail.example"]]


def test_a_savepoint_that_is_rolled_back_takes_no_other_mail_along(app: Flask) -> None:
    outbox.post("already-registered", "ana@mail.example", dedupe_key="a", sign_in_url="x")
    db.session.flush()
    nested = db.session.begin_nested()
    nested.rollback()
    db.session.commit()
    assert redis.from_url(app.config["REDIS_URL"]).llen("rq:queue:mail") == 1


def test_a_held_mail_waits_and_can_be_cancelled(run_worker: RunWorker, smtp: Mailbox) -> None:
    message = post(hold_seconds=600)
    run_worker()
    delivery.sweep()
    run_worker()
    assert (smtp.messages, status(message)) == ([], PENDING)
    assert outbox.cancel("a")
    db.session.commit()
    make_due(message)
    delivery.sweep()
    run_worker()
    assert (smtp.messages, status(message)) == ([], CANCELLED)


def test_a_held_mail_leaves_when_its_time_has_come(run_worker: RunWorker, smtp: Mailbox) -> None:
    message = post(hold_seconds=600)
    make_due(message)
    assert not outbox.cancel("a")
    assert delivery.sweep() == 1
    run_worker()
    assert len(smtp.messages) == 1


def test_a_server_that_refuses_is_asked_again_later_and_gives_up_in_the_end(
    run_worker: RunWorker, smtp: Mailbox
) -> None:
    message = post()
    smtp.reply = "451 try later"
    run_worker()
    assert (status(message), message.attempts) == (PENDING, 1)
    assert message.last_error
    assert "451" in message.last_error
    assert delivery.sweep() == 0  # It is not due yet.
    for _ in range(delivery.ATTEMPTS - 1):
        make_due(message)
        delivery.deliver(message.id)
    assert status(message) == DEAD
    smtp.reply = "250 OK"
    make_due(message)
    delivery.deliver(message.id)
    assert smtp.messages == []


def test_a_server_that_comes_back_gets_the_mail(run_worker: RunWorker, smtp: Mailbox) -> None:
    message = post()
    smtp.stop()
    delivery.deliver(message.id)
    assert (status(message), message.attempts) == (PENDING, 1)
    smtp.start()
    make_due(message)
    delivery.sweep()
    run_worker()
    assert (status(message), len(smtp.messages)) == (SENT, 1)


def test_the_waits_grow_to_more_than_a_day_in_all() -> None:
    waits = [delivery.retry_after(attempts) for attempts in range(1, delivery.ATTEMPTS)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=30)
    assert sum(waits, timedelta()) > timedelta(hours=12)


def test_a_lost_nudge_is_made_good_by_the_schedule(app: Flask, run_worker: RunWorker, smtp: Mailbox) -> None:
    message = post()
    redis.from_url(app.config["REDIS_URL"]).flushall()
    run_worker()
    assert smtp.messages == []
    assert delivery.sweep() == 0  # It was asked for this very moment: a worker may be at it.
    make_due(message)
    assert delivery.sweep() == 1
    assert delivery.sweep() == 0
    run_worker()
    assert len(smtp.messages) == 1


def test_two_workers_at_one_mail_send_it_once(app: Flask, smtp: Mailbox) -> None:
    message = post()
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        with app.app_context():
            delivery.deliver(message.id)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(smtp.messages) == 1


def test_a_redis_that_is_away_fails_no_commit(app: Flask, smtp: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    away = redis.from_url(f"redis://127.0.0.1:{port}", socket_connect_timeout=0.5, socket_timeout=0.5)
    monkeypatch.setitem(app.extensions, "redis", away)
    message = post()
    monkeypatch.undo()
    assert status(message) == PENDING


def test_nothing_in_a_name_becomes_a_header(run_worker: RunWorker, smtp: Mailbox) -> None:
    outbox.post(
        "new-application",
        "ana@mail.example",
        dedupe_key="a",
        sender_name="Evil\r\nBcc: x@mail.example =?utf-8?q?=0ABcc=3A_y=40mail=2Eexample?=",
        name="Eve\nBcc: z@mail.example",
        job_title="=?utf-8?q?Baker=0D=0ABcc:_q@mail.example?= \u202eevil",
        source="x",
        application_url="https://foyer.example/1",
        board_url="https://foyer.example/2",
    )
    db.session.commit()
    run_worker()
    (mail,) = smtp.messages
    assert smtp.recipients == [["ana@mail.example"]]
    assert mail["Bcc"] is None
    assert "\u202e" not in mail["Subject"]
    assert "\n" not in mail["Subject"] + mail["From"]


def test_a_job_is_not_queued_twice_while_it_waits(app: Flask) -> None:
    assert background.enqueue(background.MAIL, outbox.DELIVER, 1, job_id="mail-1-1")
    assert not background.enqueue(background.MAIL, outbox.DELIVER, 1, job_id="mail-1-1")
