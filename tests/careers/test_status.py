"""The page behind the link in each mail: one application, and the limits of the link."""

import io
import re
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import TimestampSigner

from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.models import Attachment
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.formatting import day
from ats.jobs.models import Job
from ats.notifications import delivery
from ats.notifications.models import Message
from ats.pipeline import links
from ats.pipeline.models import Application
from ats.pipeline.stages import STAGE
from tests.careers.form import PDF, send
from tests.cast import Firm, apply, open_job
from tests.mailbox import Mailbox
from tests.page import Page


@pytest.fixture
def application(acme: Firm, scope: None) -> Application:
    return db.session.get_one(Application, acme.application)


@pytest.fixture
def url(application: Application) -> str:
    return f"/status/{links.token(application)}"


def move(application: Application, *stages: str, firm: Firm, mail: str | None = None) -> None:
    recruiter = db.session.get_one(User, firm.recruiter)
    for stage in stages:
        application.move_to(stage, actor=recruiter, seen_seq=application.stage_seq, mail=mail)
    db.session.commit()


def hold(firm: Firm, seconds: int) -> None:
    db.session.get_one(Company, firm.id).mail_hold_seconds = seconds
    db.session.commit()


def again(application: Application) -> Application:
    return db.session.get_one(Application, application.id, populate_existing=True)


def current(page: Page) -> str:
    return page.one("[aria-current=step] b").text


def test_the_mail_about_an_application_leads_to_it(
    app: Flask, client: FlaskClient, acme: Firm, scope: None, run_worker: Callable[[], None], smtp: Mailbox
) -> None:
    send(client, acme)
    run_worker()
    (mail,) = [mail for mail in smtp.messages if mail["To"] == "ana.sousa@mail.example"]
    for kind in ("plain", "html"):
        text = mail.get_body((kind,)).get_content()
        (path,) = set(re.findall(rf"{app.config['PUBLIC_URL']}(/status/[\w.-]+)", text))
        page = Page.at(app.test_client(), path)
        assert page.h1 == "Your application for Acme Baker"
        assert all(words in page.text for words in ("Ana Sousa.pdf", "I bake. And I think."))


def test_it_shows_the_five_steps_with_their_dates(
    client: FlaskClient, acme: Firm, application: Application, url: str, run_worker: Callable[[], None]
) -> None:
    move(application, "screening", "interview", firm=acme)
    run_worker()  # The mails leave.
    page = Page.at(client, url)
    steps = [(step.b.text, step.small.text if step.small else "") for step in page.all(".stepper li")]
    today = day(datetime.now(UTC))
    assert steps == [("Applied", today), ("Screening", today), ("Interview", today), ("Offer", ""), ("Hired", "")]
    assert current(page) == "Interview"
    assert "They would like to talk with you." in page.text


def test_it_says_by_when_one_hears(
    client: FlaskClient, acme: Firm, application: Application, url: str, postgres_url: str
) -> None:
    """By the company's own limit of the stage, and by the stage's where the company has none."""
    company = db.session.get_one(Company, acme.id)
    limits = STAGE["applied"].days
    assert limits
    for days in (limits[0], 3):
        due = datetime.now(company.zone) + timedelta(days=days)
        assert f"You hear from them by {day(due)}" in Page.at(client, url).text
        company.stage_limits = {"applied": [3, 9]}
        db.session.commit()
    application.stage_since = sa.func.now() - timedelta(days=5)
    db.session.commit()
    with closing(psycopg2.connect(postgres_url)) as connection, connection, connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE stage_change SET created_at = created_at - interval '5 days'")
    assert "It takes longer than Acme planned" in Page.at(client, url).text


def test_a_rejection_shows_once_its_mail_has_left(
    client: FlaskClient, acme: Firm, application: Application, url: str, run_worker: Callable[[], None]
) -> None:
    hold(acme, 600)
    move(application, "rejected", firm=acme)
    page = Page.at(client, url)
    assert current(page) == "Applied"
    assert "go on with other people" not in page.text
    db.session.execute(sa.update(Message).values(due_at=sa.func.now(), nudges=1))
    db.session.commit()
    assert "go on with other people" not in Page.at(client, url).text, "Due is not sent."
    for id in db.session.scalars(sa.select(Message.id).filter_by(template="stage-rejected")).all():
        with client.application.app_context():
            delivery.deliver(id)
    assert "They go on with other people." in Page.at(client, url).text


def test_a_rejection_without_a_mail_shows_when_it_cannot_be_undone_any_more(
    client: FlaskClient, acme: Firm, application: Application, url: str
) -> None:
    hold(acme, 600)
    move(application, "rejected", firm=acme, mail="none")
    assert "go on with other people" not in Page.at(client, url).text
    hold(acme, 0)
    assert "They go on with other people." in Page.at(client, url).text


def test_a_move_that_was_undone_was_never_there(
    client: FlaskClient, acme: Firm, application: Application, url: str
) -> None:
    hold(acme, 600)
    move(application, "rejected", firm=acme)
    application.undo(actor=db.session.get_one(User, acme.recruiter), seen_seq=2)
    db.session.commit()
    page = Page.at(client, url)
    assert current(page) == "Applied"


def test_the_link_of_one_application_opens_no_other(client: FlaskClient, acme: Firm, globex: Firm, scope: None) -> None:
    """Not with the id of another in it, not with pieces of another's, not as another kind of link."""
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    other = apply(company, job, "Otto Krug")
    db.session.commit()
    mine, theirs = links.token(db.session.get_one(Application, acme.application)), links.token(other)
    payload, *signature = mine.split(".")
    forged = [".".join([theirs.split(".")[0], *signature]), payload, f"{mine}x", mine[:-1], theirs.swapcase(), "x.y.z"]
    for token in forged:
        assert client.get(f"/status/{token}").status_code == 404
    assert "Otto" not in client.get(f"/status/{mine}").text
    page = Page.at(client, f"/status/{mine}")
    own = [str(tag.get("href") or tag.get("action")) for tag in page.all("main a[href], main form[action]")]
    assert all(mine in link for link in own if "/status/" in link)
    assert Page.at(client, f"/status/{mine}").one("meta[name=robots]")["content"] == "noindex"


def test_a_link_that_is_too_old_asks_for_a_new_one(
    client: FlaskClient, acme: Firm, application: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = TimestampSigner.get_timestamp
    for days, status in ((links.DAYS - 1, 200), (links.DAYS + 1, 410)):
        with monkeypatch.context() as earlier:
            earlier.setattr(TimestampSigner, "get_timestamp", lambda self, days=days: now(self) - days * 86400)
            token = links.token(application)
        page = Page.at(client, f"/status/{token}", status)
    assert page.h1 == "This link does not work any more"
    assert "Lukas" not in page.text
    assert page.one("#link-form")["action"] == "/careers/acme/link"
    for route in ("resume", "withdrawal", "data"):
        assert client.get(f"/status/{token}/{route}", follow_redirects=True).status_code == 410
    for route in ("resume", "withdrawal", "data", "claim", "link"):
        answer = client.post(f"/status/{token}/{route}", data={"kind": "copy"}, follow_redirects=True)
        assert answer.status_code == 410


def test_the_answer_is_the_same_whether_the_address_is_known_or_not(
    app: Flask, acme: Firm, application: Application, run_worker: Callable[[], None], smtp: Mailbox
) -> None:
    pages = []
    for email in ("lukas.brandt@mail.example", "nobody.known@mail.example"):
        client = app.test_client()
        answer = client.post("/careers/acme/link", data={"email": email})
        page = Page.at(client, answer.location)
        pages.append((answer.status_code, answer.location, page.text.replace(email, "…")))
    assert pages[0] == pages[1]
    assert "If there is an application from …" in pages[0][2]
    smtp.clear()
    run_worker()
    sent = [mail for mail in smtp.messages if "link" in mail["Subject"]]
    assert [mail["To"] for mail in sent] == ["lukas.brandt@mail.example"]
    (path,) = set(re.findall(r"/status/[\w.-]+", sent[0].get_body(("plain",)).get_content()))
    assert Page.at(app.test_client(), path).h1 == "Your application for Acme Baker"


def test_a_new_link_is_not_mailed_again_and_again(client: FlaskClient, acme: Firm, application: Application) -> None:
    for _ in range(3):
        client.post("/careers/acme/link", data={"email": "LUKAS.brandt@mail.example"})
    number = sa.select(sa.func.count()).select_from(Message).where(Message.template == "status-links")
    assert db.session.scalar(number) in (1, 2), "Two where the five minutes end in between."


def test_one_company_knows_nothing_of_what_was_sent_to_another(
    client: FlaskClient, acme: Firm, globex: Firm, scope: None
) -> None:
    client.post("/careers/globex/link", data={"email": "lukas.brandt@mail.example"})
    assert not db.session.scalars(sa.select(Message).filter_by(template="status-links")).all()


def test_a_link_in_other_hands_is_replaced(
    client: FlaskClient, acme: Firm, application: Application, url: str, run_worker: Callable[[], None], smtp: Mailbox
) -> None:
    run_worker()
    smtp.clear()
    answer = client.post(f"{url}/link")
    assert (answer.status_code, answer.location) == (303, "/careers/acme")
    assert client.get(url).status_code == 410
    run_worker()
    (mail,) = smtp.messages
    assert mail["To"] == "lukas.brandt@mail.example"
    (path,) = set(re.findall(r"/status/[\w.-]+", mail.get_body(("plain",)).get_content()))
    assert Page.at(client, path).h1 == "Your application for Acme Baker"


def test_a_newer_resume_takes_its_place_and_the_one_before_is_kept(
    client: FlaskClient, acme: Firm, scope: None, run_worker: Callable[[], None]
) -> None:
    send(client, acme)
    application = db.session.scalars(sa.select(Application).order_by(Application.id.desc())).first()
    assert application
    url = f"/status/{links.token(application)}"
    board = db.session.get_one(Job, acme.job, populate_existing=True).board_version
    newer = {"resume": (io.BytesIO(PDF + b"%newer"), "newer.pdf")}
    answer = client.post(f"{url}/resume", data=newer, content_type="multipart/form-data")
    assert answer.status_code == 303
    page = Page.at(client, url)
    assert "newer.pdf is with your application now" in page.text
    resumes = db.session.scalars(sa.select(Attachment).order_by(Attachment.id)).all()
    assert [(one.name, one.candidate_id) for one in resumes] == [
        ("Ana Sousa.pdf", application.candidate_id),
        ("newer.pdf", application.candidate_id),
    ]
    assert again(application).resume_id == resumes[1].id
    assert [files.read(one.key) for one in resumes] == [PDF, PDF + b"%newer"]
    loaded = client.get(f"{url}/resume")
    assert (loaded.data, "newer.pdf" in loaded.headers["Content-Disposition"]) == (PDF + b"%newer", True)
    assert db.session.get_one(Job, acme.job, populate_existing=True).board_version > board, "Recruiters see it."


def test_a_newer_resume_that_is_none_is_refused_with_a_sentence(
    client: FlaskClient, acme: Firm, application: Application, url: str
) -> None:
    for given, says in (
        ({}, "Choose the newer file first"),
        ({"resume": (io.BytesIO(b"MZ"), "cv.exe")}, "PDF or a Word"),
    ):
        page = Page.of(client.post(f"{url}/resume", data=given, content_type="multipart/form-data"), 422)
        assert says in page.one("#error-summary").text
    assert again(application).resume_id is None


@pytest.mark.parametrize("why", ["", "I took another job."])
def test_one_can_withdraw_and_say_why(
    client: FlaskClient, acme: Firm, application: Application, url: str, why: str
) -> None:
    page = Page.at(client, url)
    asked = Page.at(client, page.link("Withdraw the application"))
    assert asked.h1 == "Withdraw your application?"
    assert again(application).stage == "applied", "To look is not to withdraw."
    answer = client.post(f"{url}/withdrawal", data={"why": why})
    assert answer.status_code == 303
    page = Page.at(client, url)
    assert "You withdrew this application." in page.text
    withdrawn = again(application)
    assert (withdrawn.stage, withdrawn.last_change().reason) == ("rejected", "withdrawn")
    assert [answer["answer"] for answer in withdrawn.answers] == ([why] if why else [])
    client.post(f"{url}/withdrawal", data={"why": why})
    assert again(application).stage_seq == 2, "Twice is as good as once."
    assert not page.all("a[href$='/withdrawal'], form[action$='/resume']")


@pytest.mark.parametrize("stages", [["screening"], ["screening", "interview"], ["screening", "interview", "offer"]])
def test_one_can_withdraw_at_any_time_before_the_end(
    client: FlaskClient, acme: Firm, application: Application, url: str, stages: list[str]
) -> None:
    move(application, *stages, firm=acme)
    assert client.post(f"{url}/withdrawal").status_code == 303
    assert again(application).last_change().reason == "withdrawn"


def test_who_was_hired_or_rejected_cannot_withdraw_and_is_told_nothing_early(
    client: FlaskClient, acme: Firm, application: Application, url: str
) -> None:
    hold(acme, 600)
    move(application, "rejected", firm=acme)
    answer = client.post(f"{url}/withdrawal")
    assert answer.status_code == 409
    assert "The team is working on your application at this very moment" in answer.text
    assert "other people" not in answer.text
    assert again(application).last_change().reason is None


def test_nothing_that_colleagues_write_shows(
    client: FlaskClient, acme: Firm, application: Application, url: str
) -> None:
    recruiter = db.session.get_one(User, acme.recruiter)
    Note.write(application, author=recruiter, body="Too shy for us.")
    Scorecard.hand_in(application, author=recruiter, rating=1, comment="Strong no indeed.")
    application.move_to("rejected", actor=recruiter, seen_seq=1, reason="Salary above range")
    db.session.commit()
    text = client.get(url).text
    assert not [words for words in ("shy", "Strong no", "Salary above", "Acme Recruiter") if words in text]


def test_it_leads_to_an_account(
    client: FlaskClient, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int, scope: None
) -> None:
    company = db.session.get_one(Company, acme.id)
    mine = apply(company, open_job(title="Cook"), "Jane")
    mine.candidate.email = "jane@mail.example"
    db.session.commit()
    url = f"/status/{links.token(mine)}"
    page = Page.at(client, url)
    assert page.link("create an account") == "/register/candidate"
    assert page.link("sign in") == f"/sign-in?next={url}"
    signed_in = sign_in(jane)
    assert Page.at(signed_in, url).one("form[action$='/claim'] button").text == "Add it to my account"
    signed_in.post(f"{url}/claim")
    assert again(mine).user_id == jane


def test_a_link_puts_an_application_into_no_other_account(
    sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int, application: Application, url: str
) -> None:
    """Who got hold of the link of somebody else, signed in or not, takes nothing; nor does staff."""
    for user in (jane, acme.recruiter):
        client = sign_in(user)
        assert not Page.at(client, url).all("form[action$='/claim']")
        assert client.post(f"{url}/claim").status_code == 303
        assert again(application).user_id is None
    db.session.get_one(User, jane).email = "lukas.brandt@mail.example"
    db.session.get_one(User, jane).confirmed_at = None
    db.session.commit()
    sign_in(jane).post(f"{url}/claim")
    assert again(application).user_id is None, "The address must be proved."
