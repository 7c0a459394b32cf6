"""Locks on rows: what they read, keep and let through."""

from collections.abc import Iterator
from contextlib import closing

import psycopg2
import pytest
from flask import Flask
from psycopg2 import errors
from sqlalchemy.exc import OperationalError

from ats import database, tenancy
from ats.extensions import db
from ats.jobs.models import Job
from tests.cast import Firm


@pytest.fixture
def job(app: Flask, acme: Firm) -> Iterator[Job]:
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield db.session.get_one(Job, acme.job)


@pytest.fixture
def somebody_else(postgres_url: str) -> Iterator[psycopg2.extensions.connection]:
    with closing(psycopg2.connect(postgres_url)) as connection:
        yield connection


def test_a_locked_row_is_read_afresh(job: Job, somebody_else: psycopg2.extensions.connection) -> None:
    with somebody_else, somebody_else.cursor() as cursor:
        cursor.execute("UPDATE job SET title = 'Changed meanwhile' WHERE id = %s", [job.id])
    assert job.title == "Acme Baker"
    database.lock(job)
    assert job.title == "Changed meanwhile"


def test_to_lock_a_row_forgets_no_change_of_it(job: Job) -> None:
    job.title = "Pastry chef"
    database.lock(job)
    assert job.title == "Pastry chef"
    db.session.commit()
    assert db.session.get_one(Job, job.id, populate_existing=True).title == "Pastry chef"


def test_a_row_that_somebody_holds_is_waited_for_two_seconds(
    job: Job, somebody_else: psycopg2.extensions.connection
) -> None:
    somebody_else.cursor().execute("SELECT FROM job WHERE id = %s FOR UPDATE", [job.id])
    with pytest.raises(OperationalError) as refusal:
        database.lock(job)
    assert isinstance(refusal.value.orig, errors.LockNotAvailable)


def test_others_may_refer_to_a_locked_row_unless_it_is_to_be_deleted(
    job: Job, somebody_else: psycopg2.extensions.connection
) -> None:
    refer = "SELECT FROM job WHERE id = %s FOR KEY SHARE NOWAIT"
    database.lock(job)
    somebody_else.cursor().execute(refer, [job.id])
    somebody_else.rollback()
    database.lock(job, against_references=True)
    with pytest.raises(errors.LockNotAvailable):
        somebody_else.cursor().execute(refer, [job.id])
