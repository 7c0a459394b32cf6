"""What runs by the clock."""

import redis
from flask import Flask
from rq import Queue
from rq.serializers import JSONSerializer
from werkzeug.utils import import_string

from ats.background import FILES, MAIL
from ats.notifications import schedule


def waiting(app: Flask) -> list[str]:
    connection = redis.from_url(app.config["REDIS_URL"])
    queues = [Queue(name, connection=connection, serializer=JSONSerializer) for name in (MAIL, FILES)]
    return sorted(job.func_name.rpartition(".")[2] for queue in queues for job in queue.jobs)


def test_every_job_is_a_function_that_exists() -> None:
    assert all(callable(import_string(job)) for job in schedule.JOBS)


def test_two_schedules_enqueue_a_job_once_a_period(app: Flask) -> None:
    everything = sorted(job.rpartition(".")[2] for job in schedule.JOBS)
    with app.app_context():
        first: dict[str, int] = {}
        second: dict[str, int] = {}
        for last in (first, second, first):
            schedule.tick(last, 3600 * 1000)
        assert waiting(app) == everything
        schedule.tick(first, 3600 * 1000 + 10)
        assert waiting(app) == sorted([*everything, "sweep"])
