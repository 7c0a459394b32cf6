"""Work that leaves the request: RQ jobs, nudged only after the transaction that caused them has committed.

PostgreSQL holds the truth about what is to be done; a job is only a nudge to look. So a missing Redis never fails a
request, and the schedule (`ats/notifications/schedule.py`) nudges again what was lost.
"""

import logging
import os
from typing import Any

import redis
from flask import Flask, current_app
from rq import Queue, Worker
from rq.exceptions import DuplicateJobError
from rq.serializers import JSONSerializer
from sqlalchemy import event
from sqlalchemy.orm import Session

from ats.extensions import db

log = logging.getLogger(__name__)

MAIL = "mail"
FILES = "files"
JOB_SECONDS = 45
"""The longest a job may take in all. The lease of a message (`outbox.LEASE`) is longer."""


def init_app(app: Flask) -> None:
    # Half a second is what a request may lose to a Redis that hangs.
    app.extensions["redis"] = redis.from_url(
        app.config["REDIS_URL"], socket_connect_timeout=0.5, socket_timeout=0.5, retry=None
    )


def after_commit(queue: str, job: str, *args: int, job_id: str) -> None:
    """Enqueue `job` (the dotted path of a function) once the current transaction commits; never if it rolls back.

    `job_id` may hold letters, digits, `_` and `-`; while a job of that id waits, a second is not enqueued.
    """
    db.session.info.setdefault("nudges", []).append((queue, job, args, job_id))


def enqueue(queue: str, job: str, *args: int, job_id: str) -> bool:
    """Nudge RQ, best effort: False if the job waits already or Redis cannot be reached."""
    try:
        Queue(queue, connection=current_app.extensions["redis"], serializer=JSONSerializer).enqueue(
            job, *args, job_id=job_id, unique=True, result_ttl=0, failure_ttl=3600, job_timeout=JOB_SECONDS
        )
    except DuplicateJobError:
        return False
    except redis.RedisError as error:
        log.warning("Redis cannot be reached, the schedule will catch up on %s: %s", job_id, type(error).__name__)
        return False
    return True


@event.listens_for(db.session, "after_commit")
def _enqueue_all(session: Session) -> None:
    for queue, job, args, job_id in session.info.pop("nudges", ()):
        if not enqueue(queue, job, *args, job_id=job_id):
            break  # A Redis that is away is asked once per request, not once per mail.


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, previous_transaction: Any) -> None:
    if not session.in_transaction() or previous_transaction.parent is None:
        session.info.pop("nudges", None)


def work(app: Flask) -> None:
    """Run a worker until it is told to stop. Jobs run in forked children, each in an application context of its own."""
    with app.app_context():
        engine = db.engine
        os.register_at_fork(after_in_child=lambda: engine.dispose(close=False))
        connection = redis.from_url(app.config["REDIS_URL"])
        queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in (MAIL, FILES)]
        Worker(queues, connection=connection, serializer=JSONSerializer).work(logging_level="WARNING")
