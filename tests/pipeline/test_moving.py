"""The rules of moving, at the model."""

import itertools

import pytest
import sqlalchemy as sa

from ats.accounts.models import Company, User
from ats.extensions import db
from ats.notifications.models import CANCELLED, PENDING, Message
from ats.pipeline.models import Application, MoveConflict, StageChange, UndoRefused
from ats.pipeline.stages import MOVES, STAGE, STAGES, MoveRefused
from tests.cast import Firm

ALL_PAIRS = list(itertools.product([stage.value for stage in STAGES], repeat=2))
PATHS = {
    "applied": [],
    "screening": ["screening"],
    "interview": ["screening", "interview"],
    "offer": ["screening", "interview", "offer"],
    "hired": ["screening", "interview", "offer", "hired"],
    "rejected": ["rejected"],
}


@pytest.fixture
def application(scope: None, acme: Firm) -> Application:
    return db.session.get_one(Application, acme.application)


@pytest.fixture
def recruiter(scope: None, acme: Firm) -> User:
    return db.session.get_one(User, acme.recruiter)


@pytest.fixture
def admin(scope: None, acme: Firm) -> User:
    return db.session.get_one(User, acme.admin)


def bring_to(application: Application, stage: str, actor: User) -> None:
    for step in PATHS[stage]:
        move(application, step, actor)


def move(application: Application, stage: str, actor: User) -> None:
    application.move_to(stage, actor=actor, seen_seq=application.stage_seq)
    db.session.commit()


def history(application: Application) -> list[tuple[int, str | None, str]]:
    rows = sa.select(StageChange).filter_by(application_id=application.id).order_by(StageChange.seq)
    return [(row.seq, row.from_stage, row.to_stage) for row in db.session.scalars(rows)]


def mails(application: Application) -> dict[str, str]:
    rows = sa.select(Message.dedupe_key, Message.status).where(
        Message.dedupe_key.startswith(f"stage:{application.id}:")
    )
    return dict(db.session.execute(rows).all())


@pytest.mark.parametrize(("source", "target"), ALL_PAIRS)
def test_the_machine_decides_every_pair_of_stages(
    application: Application, recruiter: User, source: str, target: str
) -> None:
    bring_to(application, source, recruiter)
    before = history(application)
    if (source, target) in MOVES:
        move(application, target, recruiter)
        assert history(application) == [*before, (len(before) + 1, source, target)]
        assert application.stage == target
    else:
        with pytest.raises(MoveRefused):
            application.move_to(target, actor=recruiter, seen_seq=application.stage_seq)
        db.session.rollback()
        assert (history(application), application.stage) == (before, source)


def test_the_moves_are_those_of_the_trade() -> None:
    assert set(MOVES) == {
        ("applied", "screening"),
        ("screening", "interview"),
        ("interview", "offer"),
        ("offer", "hired"),
        ("applied", "rejected"),
        ("screening", "rejected"),
        ("interview", "rejected"),
        ("offer", "rejected"),
    }


def test_a_stage_that_is_none_is_refused(application: Application, recruiter: User) -> None:
    with pytest.raises(MoveRefused, match="There is no stage"):
        application.move_to("promoted", actor=recruiter, seen_seq=1)


def test_a_refusal_says_which_moves_there_are(application: Application, recruiter: User) -> None:
    with pytest.raises(MoveRefused, match="Lukas is in Applied and can go to Screening or Rejected from there, not to"):
        application.move_to("hired", actor=recruiter, seen_seq=1)


def test_a_move_writes_who_when_and_the_mail(application: Application, recruiter: User) -> None:
    move(application, "screening", recruiter)
    last = application.last_change()
    assert (last.from_stage, last.to_stage, last.actor_id) == ("applied", "screening", recruiter.id)
    assert last.created_at == application.stage_since
    mail = db.session.scalars(sa.select(Message).filter_by(dedupe_key=last.mail_key)).one()
    assert (mail.template, mail.recipient) == (STAGE["screening"].mail, "lukas.brandt@mail.example")


def test_a_move_that_is_rolled_back_leaves_no_mail(application: Application, recruiter: User) -> None:
    application.move_to("screening", actor=recruiter, seen_seq=1)
    db.session.flush()
    db.session.rollback()
    assert mails(application) == {f"stage:{application.id}:1": PENDING}


def test_somebody_who_saw_an_older_stage_is_told_who_moved(
    application: Application, recruiter: User, admin: User
) -> None:
    move(application, "screening", recruiter)
    with pytest.raises(MoveConflict, match=r"Acme Recruiter moved Lukas to Screening .* The board shows it now"):
        application.move_to("rejected", actor=admin, seen_seq=1)


def test_the_same_move_by_the_same_person_is_recorded_once(application: Application, recruiter: User) -> None:
    move(application, "screening", recruiter)
    application.move_to("screening", actor=recruiter, seen_seq=1)
    db.session.commit()
    assert history(application) == [(1, None, "applied"), (2, "applied", "screening")]


def test_the_same_move_by_another_person_is_a_conflict(application: Application, recruiter: User, admin: User) -> None:
    move(application, "screening", recruiter)
    with pytest.raises(MoveConflict):
        application.move_to("screening", actor=admin, seen_seq=1)


def test_the_job_counts_its_applications_per_stage(application: Application, recruiter: User) -> None:
    move(application, "screening", recruiter)
    assert {stage: n for stage, n in application.job.stage_counts.items() if n} == {"screening": 1}


@pytest.fixture
def held(scope: None, acme: Firm) -> None:
    db.session.get_one(Company, acme.id).mail_hold_seconds = 30
    db.session.commit()


def test_undo_restores_the_stage_and_cancels_the_mail(held: None, application: Application, recruiter: User) -> None:
    since = application.stage_since
    move(application, "screening", recruiter)
    application.undo(actor=recruiter, seen_seq=2)
    db.session.commit()
    assert history(application) == [(1, None, "applied"), (2, "applied", "screening"), (3, "screening", "applied")]
    assert (application.stage, application.stage_since) == ("applied", since)
    assert mails(application)[f"stage:{application.id}:2"] == CANCELLED


def test_after_an_undo_the_way_goes_on(held: None, application: Application, recruiter: User) -> None:
    move(application, "rejected", recruiter)
    application.undo(actor=recruiter, seen_seq=2)
    move(application, "screening", recruiter)
    assert application.stage == "screening"


def test_an_undo_is_not_undone(held: None, application: Application, recruiter: User) -> None:
    move(application, "screening", recruiter)
    application.undo(actor=recruiter, seen_seq=2)
    with pytest.raises(UndoRefused):
        application.undo(actor=recruiter, seen_seq=3)


def test_nobody_undoes_the_move_of_somebody_else(
    held: None, application: Application, recruiter: User, admin: User
) -> None:
    move(application, "screening", recruiter)
    with pytest.raises(UndoRefused, match="Only the person who moved"):
        application.undo(actor=admin, seen_seq=2)


def test_undo_is_refused_once_the_mail_is_due(application: Application, recruiter: User) -> None:
    move(application, "screening", recruiter)  # Acme holds nothing back here.
    with pytest.raises(UndoRefused, match="The time to undo is over"):
        application.undo(actor=recruiter, seen_seq=2)


def test_undo_is_refused_after_somebody_moved_on(
    held: None, application: Application, recruiter: User, admin: User
) -> None:
    move(application, "screening", recruiter)
    move(application, "interview", admin)
    with pytest.raises(UndoRefused, match="Acme Admin moved Lukas to Interview"):
        application.undo(actor=recruiter, seen_seq=2)


def test_a_withdrawal_is_a_rejection_with_a_reason_and_a_mail_of_its_own(application: Application) -> None:
    application.withdraw(actor=None)
    application.withdraw(actor=None)
    db.session.commit()
    last = application.last_change()
    assert (last.seq, last.to_stage, last.reason) == (2, "rejected", "withdrawn")
    mail = db.session.scalars(sa.select(Message).filter_by(dedupe_key=last.mail_key)).one()
    assert mail.template == "application-withdrawn"
