"""The demo data: loaded once, into a database of its own, and looked at from all sides."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import groupby, pairwise
from urllib.parse import parse_qsl

import click
import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload, undefer

from ats import create_app, tenancy
from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.models import Attachment, Candidate, Tagging
from ats.collaboration.models import Note, Scorecard
from ats.dev import demo
from ats.extensions import db
from ats.jobs.models import Job, QuestionKind, Status
from ats.notifications.models import CANCELLED, SENT, Message
from ats.pipeline.filters import Filters
from ats.pipeline.models import SOURCES, Application, Opening, SavedView, StageChange
from ats.pipeline.stages import MOVES, OPEN_STAGES, STAGE

STAFF = [f"{mailbox}@{slug}.example" for slug in ("acme", "globex") for mailbox in ("admin", "recruiter", "manager")]


@pytest.fixture(scope="module")
def loaded(
    create_database: Callable[..., str],
    migrated_template: str,
    redis_url: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Flask]:
    app = create_app(
        {
            "FOYER_ENV": "test",
            "TESTING": True,
            "SECRET_KEY": "not-a-secret-" * 5,
            "DATABASE_URL": create_database("demo", template=migrated_template),
            "REDIS_URL": redis_url,
            "UPLOADS_URL": tmp_path_factory.mktemp("demo").as_uri(),
            "TRUSTED_HOSTS": None,
            "WTF_CSRF_ENABLED": False,
        }
    )
    with app.app_context():
        demo.load(progress=lambda line: None)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def everything(loaded: Flask) -> Iterator[None]:
    with loaded.app_context():
        tenancy.enter_everything()
        yield


@pytest.mark.parametrize("email", [*STAFF, "candidate@mail.example"])
def test_every_role_signs_in_and_sees_a_page(loaded: Flask, email: str) -> None:
    client = loaded.test_client()
    answer = client.post("/sign-in", data={"email": email, "password": "try-the-demo"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "sign-in" not in answer.request.path


@pytest.mark.usefixtures("everything")
def test_the_staff_have_the_roles_of_their_addresses() -> None:
    roles = {user.email.split("@")[0]: user.role for user in db.session.scalars(sa.select(User)) if user.email in STAFF}
    assert roles == {"admin": Role.ADMIN, "recruiter": Role.RECRUITER, "manager": Role.HIRING_MANAGER}
    assert set(db.session.scalars(sa.select(Company.slug))) == {"acme", "globex"}


@pytest.mark.usefixtures("everything")
def test_there_are_jobs_in_every_state_and_questions_of_every_kind() -> None:
    jobs = db.session.scalars(sa.select(Job)).all()
    assert {job.status for job in jobs} == set(Status)
    assert {question["kind"] for job in jobs for question in job.questions} == set(QuestionKind)
    assert all(job.description for job in jobs)


@pytest.mark.usefixtures("everything")
def test_the_busiest_board_has_cards_in_every_stage_and_more_than_fit() -> None:
    busiest = max(db.session.scalars(sa.select(Job)), key=lambda job: job.applicants)
    assert busiest.applicants >= 150
    assert busiest.status == "open"
    assert all(busiest.count(stage) for stage in STAGE)
    assert busiest.count("applied") > 25


@pytest.mark.usefixtures("everything")
def test_the_counts_of_the_jobs_are_right() -> None:
    counted = Counter(
        (application.job_id, application.stage) for application in db.session.scalars(sa.select(Application))
    )
    kept = {
        (job.id, stage): number
        for job in db.session.scalars(sa.select(Job))
        for stage, number in job.stage_counts.items()
        if number
    }
    assert kept == dict(counted)
    assert 400 <= counted.total() <= 480


@pytest.mark.usefixtures("everything")
def test_every_history_is_legal_and_in_order() -> None:
    changes = db.session.scalars(sa.select(StageChange).order_by(StageChange.application_id, StageChange.seq)).all()
    now = datetime.now(UTC)
    for _, rows in groupby(changes, key=lambda change: change.application_id):
        history = list(rows)
        assert [change.seq for change in history] == list(range(1, len(history) + 1))
        for before, after in pairwise(history):
            assert after.from_stage == before.to_stage
            assert after.undoes_seq or (after.from_stage, after.to_stage) in MOVES
            assert before.created_at < after.created_at
        assert history[-1].created_at < now
    assert any(change.undoes_seq for change in changes)


@pytest.mark.usefixtures("everything")
def test_the_stage_of_an_application_began_when_its_history_says() -> None:
    for application in db.session.scalars(sa.select(Application).where(Application.stage != "applied")):
        entered = sa.select(sa.func.max(StageChange.created_at)).where(
            StageChange.application_id == application.id,
            StageChange.to_stage == application.stage,
            StageChange.undoes_seq.is_(None),
        )
        assert application.stage_since == db.session.scalar(entered)


@pytest.mark.usefixtures("everything")
def test_staff_move_candidates_on_working_days_only_and_candidates_withdraw_at_any_time() -> None:
    zones = {company.id: company.zone for company in db.session.scalars(sa.select(Company))}
    changes = db.session.scalars(sa.select(StageChange).options(joinedload(StageChange.actor))).all()
    by_staff = [change for change in changes if change.actor and change.actor.is_staff]
    assert len(by_staff) > 300
    for change in by_staff:
        assert change.actor is not None
        assert change.actor.company_id == change.company_id
        assert change.actor.role.includes(Role.RECRUITER)
        local = change.created_at.astimezone(zones[change.company_id])
        assert local.weekday() < 5
        assert 8 <= local.hour < 18
    assert {change.reason for change in changes if change.seq > 1 and change not in by_staff} == {"withdrawn"}


@pytest.mark.usefixtures("everything")
def test_some_wait_too_long() -> None:
    now = datetime.now(UTC)
    late = Counter[str]()
    for application in db.session.scalars(sa.select(Application).where(Application.stage.in_(OPEN_STAGES))):
        limits = STAGE[application.stage].days
        assert limits is not None
        days = (now - application.stage_since).days
        late["bad" if days > limits[1] else "late" if days > limits[0] else "fine"] += 1
    assert min(late[tone] for tone in ("fine", "late", "bad")) >= 10


@pytest.mark.usefixtures("everything")
def test_applications_come_while_their_job_is_open() -> None:
    statement = sa.select(Application).options(joinedload(Application.job), joinedload(Application.candidate))
    for application in db.session.scalars(statement):
        job = application.job
        assert job.opened_at is not None
        assert job.opened_at <= application.created_at <= (job.closed_at or datetime.now(UTC))
        assert application.candidate.created_at <= application.created_at
        assert application.source in SOURCES


@pytest.mark.usefixtures("everything")
def test_resumes_are_real_files_whose_text_is_known() -> None:
    attachments = db.session.scalars(
        sa.select(Attachment).options(undefer(Attachment.text), joinedload(Attachment.candidate))
    ).all()
    assert len(attachments) >= 60
    assert len({attachment.media_type for attachment in attachments}) == 2
    for attachment in attachments:
        assert len(files.read(attachment.key)) == attachment.size
        assert attachment.text
        assert attachment.candidate
        assert attachment.candidate.name in attachment.text
    without = sa.select(Application).where(Application.resume_id.is_(None), Application.stage != "rejected")
    assert db.session.scalars(without).all() == []


@pytest.mark.usefixtures("everything")
def test_no_mail_is_left_to_send() -> None:
    messages = db.session.scalars(sa.select(Message)).all()
    assert {message.status for message in messages} == {SENT, CANCELLED}
    undone = db.session.scalar(sa.select(sa.func.count()).where(StageChange.undoes_seq.is_not(None)))
    assert sum(message.status == CANCELLED for message in messages) == undone


@pytest.mark.usefixtures("everything")
def test_nobody_has_an_address_that_could_be_real() -> None:
    addresses = {*db.session.scalars(sa.select(Candidate.email)), *db.session.scalars(sa.select(User.email))}
    assert len(addresses) > 350
    assert all(address.endswith((".example", "@example.org")) for address in addresses)


@pytest.mark.usefixtures("everything")
def test_answers_fit_their_questions() -> None:
    for application in db.session.scalars(sa.select(Application).options(joinedload(Application.job))):
        questions = {question["id"]: question for question in application.job.questions}
        answered = {answer["id"]: answer for answer in application.answers}
        assert {id for id, question in questions.items() if question["required"]} <= set(answered) <= set(questions)
        for id, answer in answered.items():
            assert answer["answer"]
            assert answer["prompt"] == questions[id]["prompt"]
            assert not questions[id]["choices"] or answer["answer"] in questions[id]["choices"]


@pytest.mark.usefixtures("everything")
def test_colleagues_have_written_notes() -> None:
    notes = db.session.scalars(sa.select(Note).options(joinedload(Note.author)).order_by(Note.id)).all()
    assert len(notes) > 100
    assert len({note.author_id for note in notes}) == 11
    assert all(note.author.company_id == note.company_id for note in notes)
    assert [note.created_at for note in notes if note.company_id == notes[0].company_id] == sorted(
        note.created_at for note in notes if note.company_id == notes[0].company_id
    )


@pytest.mark.usefixtures("everything")
def test_the_rating_of_an_application_is_that_of_its_scorecards() -> None:
    cards = sa.select(Scorecard.application_id, sa.func.round(sa.func.avg(Scorecard.rating) * 100))
    averages = {row[0]: int(row[1]) for row in db.session.execute(cards.group_by(Scorecard.application_id))}
    ratings = {one.id: one.rating for one in db.session.scalars(sa.select(Application)) if one.rating}
    assert ratings == averages
    assert len(ratings) > 30


@pytest.mark.usefixtures("everything")
def test_only_new_applications_are_unread() -> None:
    opened = set(db.session.scalars(sa.select(Opening.application_id)))
    unread = [one for one in db.session.scalars(sa.select(Application)) if one.id not in opened]
    assert 3 <= len(unread) <= 100
    assert all((datetime.now(UTC) - one.created_at).days <= 1 for one in unread)
    assert db.session.scalars(sa.select(Tagging)).all()


@pytest.mark.usefixtures("everything")
def test_recruiters_have_views_that_narrow_a_board() -> None:
    views = db.session.scalars(sa.select(SavedView)).all()
    assert len(views) == 8
    assert all(Filters.parse(dict(parse_qsl(view.query))).is_narrowed for view in views)


def test_the_candidate_follows_applications_at_both_companies(loaded: Flask) -> None:
    with loaded.app_context():
        tenancy.enter_everything()
        robins = db.session.scalars(sa.select(Application).where(Application.user_id.is_not(None))).all()
        assert len(robins) == 4
        assert len({application.company_id for application in robins}) == 2
        assert len({application.stage for application in robins}) == 4
        robin = db.session.scalars(sa.select(User).filter_by(email="candidate@mail.example")).one()
        assert robin.confirmed_at


def test_it_goes_into_an_empty_database_only(loaded: Flask) -> None:
    with loaded.app_context():
        assert not demo.is_empty()
        with pytest.raises(click.ClickException, match="companies here already"):
            demo.load()


def test_it_is_not_for_production(loaded: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(loaded.config, "FOYER_ENV", "production")
    with loaded.app_context(), pytest.raises(click.ClickException, match="production"):
        demo.load()
