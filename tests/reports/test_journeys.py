"""Journeys: PostgreSQL tells them from the changes of stage, in the transaction of each."""

import runpy
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask

from ats import tenancy
from ats.accounts.models import Company, User
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application, StageChange
from ats.reports.models import Journey
from tests.cast import Firm, apply

MIGRATION = Path(__file__).parents[2] / "migrations" / "versions" / "0010_journeys.py"
STAGES = ("applied", "screening", "interview", "offer", "hired", "rejected")


@pytest.fixture
def recruiter(app: Flask, acme: Firm) -> Iterator[User]:
    """Who may undo for a minute."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        db.session.get_one(Company, acme.id).mail_hold_seconds = 60
        db.session.commit()
        yield db.session.get_one(User, acme.recruiter)


def apply_for(firm: Firm, name: str) -> Application:
    application = apply(db.session.get_one(Company, firm.id), db.session.get_one(Job, firm.job), name)
    db.session.commit()
    return application


def journey(application: Application) -> Journey:
    return db.session.get_one(Journey, application.id, populate_existing=True)


def reached(application: Application) -> list[str]:
    return [stage for stage in STAGES if getattr(journey(application), f"{stage}_at")]


def test_it_follows_every_move_with_its_time(recruiter: User, acme: Firm) -> None:
    ana = apply_for(acme, "Ana Sousa")
    assert reached(ana) == ["applied"]
    for seq, stage in enumerate(("screening", "interview", "offer", "hired"), 1):
        ana.move_to(stage, actor=recruiter, seen_seq=seq)
        db.session.commit()
    changes = db.session.scalars(
        sa.select(StageChange.created_at).filter_by(application_id=ana.id).order_by(StageChange.seq)
    ).all()
    assert [getattr(journey(ana), f"{stage}_at") for stage in STAGES[:5]] == list(changes)
    assert (journey(ana).ended_at, journey(ana).changed_at) == (changes[-1], changes[-1])


def test_what_is_undone_was_never_reached_and_can_be_again(recruiter: User, acme: Firm) -> None:
    ana = apply_for(acme, "Ana Sousa")
    ana.move_to("screening", actor=recruiter, seen_seq=1)
    db.session.commit()
    ana.undo(actor=recruiter, seen_seq=2)
    db.session.commit()
    assert reached(ana) == ["applied"]
    assert journey(ana).changed_at == journey(ana).applied_at
    ana.move_to("rejected", actor=recruiter, seen_seq=3)
    db.session.commit()
    assert (reached(ana), journey(ana).withdrawn) == (["applied", "rejected"], False)
    ana.undo(actor=recruiter, seen_seq=4)
    db.session.commit()
    assert (reached(ana), journey(ana).ended_at) == (["applied"], None)
    ana.move_to("screening", actor=recruiter, seen_seq=5)
    db.session.commit()
    assert reached(ana) == ["applied", "screening"]


def test_it_knows_who_withdrew(recruiter: User, acme: Firm) -> None:
    ana = apply_for(acme, "Ana Sousa")
    ana.withdraw(actor=None)
    db.session.commit()
    assert (reached(ana), journey(ana).withdrawn) == (["applied", "rejected"], True)


def test_what_is_rolled_back_is_not_told(recruiter: User, acme: Firm) -> None:
    ana = apply_for(acme, "Ana Sousa")
    ana.move_to("screening", actor=recruiter, seen_seq=1)
    db.session.rollback()
    assert reached(ana) == ["applied"]


def test_telling_them_anew_from_the_whole_history_changes_nothing(
    recruiter: User, acme: Firm, postgres_url: str
) -> None:
    """What the migration does to histories that were there before it."""
    ana = apply_for(acme, "Ana Sousa")
    ana.move_to("screening", actor=recruiter, seen_seq=1)
    db.session.commit()
    ana.undo(actor=recruiter, seen_seq=2)
    db.session.commit()
    tell = runpy.run_path(str(MIGRATION))["TELL"]
    with closing(psycopg2.connect(postgres_url)) as connection, connection.cursor() as cursor:
        rows = "SELECT * FROM journey ORDER BY application_id"
        cursor.execute(rows)
        before = cursor.fetchall()
        cursor.execute("DELETE FROM journey")
        cursor.execute(tell.format(which=""))
        cursor.execute(rows)
        assert cursor.fetchall() == before
        assert len(before) == 2
