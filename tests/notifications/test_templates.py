"""The words of every mail that the product sends, written for what has really happened."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup
from flask import Flask
from jinja2 import StrictUndefined

from ats import tenancy
from ats.access import Role
from ats.accounts import addresses, confirmation, recovery
from ats.accounts.invitations import Invitation
from ats.accounts.models import Company, User
from ats.careers.status import post_links
from ats.collaboration import mentions
from ats.collaboration.models import Note
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications import delivery, outbox
from ats.notifications.models import Message
from ats.pipeline.models import REJECTION_TEMPLATES, Application
from ats.pipeline.stages import STAGES
from ats.privacy import erasure
from ats.privacy.models import DataRequest, Kind
from ats.reports import weekly
from ats.reports.models import WeeklyMail
from tests.cast import PASSWORD, Firm, apply, found

EMAILS = Path(__file__).parents[2] / "templates" / "emails"
TEMPLATES = sorted(path.name for path in EMAILS.iterdir() if path.is_dir())
TO_CANDIDATES = [name for name in TEMPLATES if name.startswith(("application-", "stage-", "rejected-"))]
NASTY = "Bo <b>Bold</b> =?utf-8?q?x?="
JOB = "Baker & Pastry <chef>"


@pytest.fixture(scope="module")
def posted(app: Flask) -> dict[str, Message]:
    """One mail of each template, as the product posts it when the thing happens. Made once, for they are only read."""
    acme = found(app, "Acme", "Lukas Brandt")
    with app.app_context():
        with tenancy.company(acme.id):
            everything_happens(acme)
        tenancy.enter_everything()
        messages = db.session.scalars(sa.select(Message).order_by(Message.id.desc())).all()
        db.session.expunge_all()
        # The cast's own application came before the job had its difficult name.
        return {mail.template: mail for mail in messages if mail.context.get("job_title", JOB) == JOB}


@pytest.fixture(autouse=True)
def within_the_app(app: Flask) -> Iterator[None]:
    with app.app_context():
        yield


def everything_happens(acme: Firm) -> None:
    company = db.session.get_one(Company, acme.id)
    recruiter = db.session.get_one(User, acme.recruiter)
    jane = User.register(name="Jane Doe", email="jane@mail.example", password=PASSWORD)
    confirmation.post(recruiter)
    confirmation.post_already_registered("ana@mail.example")
    recovery.post(recruiter.email)
    recovery.post("nobody@mail.example")
    addresses.post_change(recruiter, "new@acme.example")
    Invitation.send("colleague@acme.example", Role.RECRUITER, actor=db.session.get_one(User, acme.admin))
    job = db.session.get_one(Job, acme.job)
    job.title = JOB
    db.session.commit()
    answers = [{"id": "a", "prompt": "Why <i>bread</i>?", "kind": "short", "answer": "It rises."}]
    application = apply(company, job, NASTY, user=jane, cover_letter="I bake <i>a lot</i>.", answers=answers)
    for seq, stage in enumerate(("screening", "interview", "offer", "hired"), 1):
        application.move_to(stage, actor=recruiter, seen_seq=seq)
        db.session.commit()
    for kind in REJECTION_TEMPLATES:
        rejected = apply(company, job, f"Rejected {kind}")
        db.session.commit()
        rejected.move_to("rejected", actor=recruiter, seen_seq=1, mail=kind)
    db.session.get_one(Application, acme.application).withdraw(actor=None)
    note = Note.write(application, author=recruiter, body="@Acme Admin, please <i>look</i>.")
    admin = db.session.get_one(User, acme.admin)
    mentions.post_mails(
        note.id,
        note.body,
        people=[admin],
        author=recruiter,
        application_id=application.id,
        name=application.candidate.name,
        job_title=JOB,
    )
    post_links(application.candidate.email, company)
    for kind in Kind:
        request = DataRequest.ask(application.candidate, kind)
        db.session.flush()  # The copy's link names the request's id.
        db.session.refresh(request, ["candidate"])
        request.post_copy(company, actor=admin)
    erasure.post_erased(application.candidate.email, NASTY, company, 1, actor=admin)
    offered = apply(company, job, f"Offered {NASTY}")
    for seq, stage in enumerate(("screening", "interview", "offer"), 1):
        offered.move_to(stage, actor=recruiter, seen_seq=seq)
    db.session.add(WeeklyMail(user_id=acme.manager))
    db.session.flush()
    weekly.post(company, date(2026, 3, 30))
    db.session.commit()


@dataclass(frozen=True)
class Letter:
    """A mail as its reader gets it."""

    subject: str
    sender: str
    text: str
    html: BeautifulSoup

    @property
    def words(self) -> str:
        """What there is to read in the HTML part, with single spaces."""
        return " ".join(self.html.get_text().split())


def letter(name: str, posted: dict[str, Message]) -> Letter:
    mail = delivery.rendered(posted[name])
    return Letter(mail.subject, str(mail.sender), mail.body or "", BeautifulSoup(mail.html or "", "html.parser"))


def test_every_mail_there_is_has_been_posted(posted: dict[str, Message]) -> None:
    assert posted.keys() == set(TEMPLATES), "Let `everything_happens` do what the mail is about."
    assert {stage.mail for stage in STAGES} | set(filter(None, REJECTION_TEMPLATES.values())) <= posted.keys()


@pytest.mark.parametrize("name", TEMPLATES)
def test_it_needs_nothing_but_what_its_cause_has_written_down(
    app: Flask, posted: dict[str, Message], name: str
) -> None:
    """A variable that nobody fills would be a hole in the sentence."""
    letter(name, posted)
    message, strict = posted[name], app.jinja_env.overlay(undefined=StrictUndefined)
    for part in ("subject.txt", "body.txt", "body.html"):
        strict.get_template(f"emails/{name}/{part}").render(company_name=message.sender_name, **message.context)


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_subject_is_one_short_line(posted: dict[str, Message], name: str) -> None:
    subject = letter(name, posted).subject
    assert subject == " ".join(subject.split()) != ""
    assert len(subject) < 100
    assert "=?" not in subject
    assert "&amp;" not in subject


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_text_part_can_stand_alone(posted: dict[str, Message], name: str) -> None:
    mail = letter(name, posted)
    assert {link["href"] for link in mail.html.select("a[href]")} <= set(re.findall(r"https?://\S+", mail.text))
    assert not re.search(r"&(amp|lt|gt|#\d+);|\{[{%]|</", re.sub("</[bi]>", "", mail.text)), "That is markup."
    assert "None" not in mail.text, "Something is shown that there is not."
    assert "\n\n\n" not in mail.text
    assert mail.text == mail.text.strip() + "\n"


@pytest.mark.parametrize("name", TEMPLATES)
def test_the_html_part_shows_names_and_runs_nothing_in_them(posted: dict[str, Message], name: str) -> None:
    mail = letter(name, posted)
    titles = [" ".join(title.text.split()) for title in mail.html.select("h1, title")]
    assert len(titles) == 2
    assert titles[0] == titles[1]
    assert not mail.html.select("script, img, link, chef, bdi b")
    for key in ("name", "job_title"):
        if (value := posted[name].context.get(key)) and value in mail.text:
            assert value in mail.words


@pytest.mark.parametrize("name", TO_CANDIDATES)
def test_candidates_learn_which_job_it_is_about_and_whose(posted: dict[str, Message], name: str) -> None:
    mail = letter(name, posted)
    for part in (mail.text, mail.words):
        assert JOB in part
        assert "Acme" in part
    assert mail.sender.startswith("Acme <")


@pytest.mark.parametrize("name", TO_CANDIDATES)
def test_candidates_are_spoken_to_as_people(posted: dict[str, Message], name: str) -> None:
    """Never "unfortunately", never a stage's name alone, never a reason: those are for the team."""
    text = re.sub(r"https?://\S+", "", letter(name, posted).text)
    assert not re.search(r"unfortunately|regret|\bstage\b|pipeline|\bstatus\b|screening\b", text, re.IGNORECASE)


@pytest.mark.parametrize("name", TO_CANDIDATES)
def test_candidates_are_led_to_the_application_it_is_about(posted: dict[str, Message], name: str) -> None:
    assert posted[name].context["follow_url"] in letter(name, posted).text


@pytest.mark.parametrize("name", [*TO_CANDIDATES, "status-links", "data-copy", "data-erased"])
def test_the_mail_is_the_companys_and_an_answer_reaches_somebody_there(posted: dict[str, Message], name: str) -> None:
    mail = delivery.rendered(posted[name])
    assert str(mail.sender).startswith("Acme <")
    assert mail.reply_to
    assert re.search("@acme.example>?$", str(mail.reply_to if isinstance(mail.reply_to, str) else mail.reply_to[1]))


def test_candidates_get_a_copy_of_what_they_sent(posted: dict[str, Message]) -> None:
    mail = letter("application-received", posted)
    for part in (mail.text, mail.words):
        assert all(
            words in part for words in ("Why <i>bread</i>?", "It rises.", "Your cover letter", "I bake <i>a lot</i>.")
        )


def test_a_mail_of_the_product_itself_names_no_company_as_its_sender(posted: dict[str, Message]) -> None:
    mail = letter("confirm-address", posted)
    assert mail.sender.startswith(f"{outbox.PRODUCT} <")
    assert "Sent by Foyer." in mail.words
