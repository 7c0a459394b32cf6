"""A candidate's whole way, through HTTP alone: found, applied, followed, taken into an account, withdrawn, erased."""

import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.careers.form import PDF, form
from tests.cast import Firm
from tests.mailbox import Mailbox
from tests.page import Page

EMAIL = "ana.sousa@mail.example"
PASSWORD = "nine breads a day"


@pytest.fixture
def letter(run_worker: Callable[[], None], smtp: Mailbox) -> Callable[[str], str]:
    """`letter(words)` is the text of Ana's newest mail with those words in its subject, once all mails have left."""

    def text(words: str) -> str:
        run_worker()
        mails = [mail for mail in smtp.messages if mail["To"] == EMAIL and words in mail["Subject"]]
        assert mails, f"None of {[mail['Subject'] for mail in smtp.messages]} says {words!r} to her."
        return mails[-1].get_body(("plain",)).get_content().replace("\r\n", "\n")

    return text


def path_in(text: str, start: str) -> str:
    found = re.search(rf"https?://[^/\s]+({start}[^\s]+)", text)
    assert found, f"No link to {start} in:\n{text}"
    return found[1]


def move(recruiter: FlaskClient, application: str, stage: str, seq: int) -> None:
    answer = recruiter.post(f"/applications/{application}/stage", data={"stage": stage, "seq": seq})
    assert answer.status_code in (200, 303), answer.text


def test_from_the_search_to_the_last_mail(
    app: Flask,
    sign_in: Callable[[int], FlaskClient],
    acme: Firm,
    globex: Firm,
    letter: Callable[[str], str],
) -> None:
    ana, recruiter, admin = app.test_client(), sign_in(acme.recruiter), sign_in(acme.admin)

    # She finds the job among all companies' and applies.
    job = Page.at(ana, Page.at(ana, "/careers?q=acme+baker").link("Acme Baker"))
    apply = Page.at(ana, job.link("Apply for this job"))
    action, hidden = apply.sent("#application")
    wrong = Page.of(ana.post(action, data={**dict(hidden), **form(consent=None)}), 422)
    action, hidden = wrong.sent("#application")
    answer = ana.post(action, data={**dict(hidden), **form(resume=None)})
    assert Page.at(ana, answer.location).h1 == "Your application has arrived"

    # The mail holds what she sent and the way to follow it.
    received = letter("has arrived")
    assert all(words in received for words in ("Ana Sousa.pdf", "I bake.\nAnd I think.", "/register/candidate"))
    status = path_in(received, "/status/")
    assert "Your application has arrived." in Page.at(ana, status).text

    # The company moves her on; she hears of it, and only then sees it.
    application = Page.at(recruiter, f"/jobs/{acme.job}/board").link("Ana Sousa").rsplit("/", 1)[-1]
    move(recruiter, application, "screening", 1)
    assert Page.at(ana, status).one("[aria-current=step] b").text == "Applied"
    status = path_in(letter("Acme Baker"), "/status/")
    assert Page.at(ana, status).one("[aria-current=step] b").text == "Screening"

    # She sends a newer resume, which the recruiter finds.
    ana.post(f"{status}/resume", data={"resume": (io.BytesIO(PDF), "newer.pdf")})
    assert "newer.pdf" in Page.at(recruiter, f"/applications/{application}").text

    # An account, whose address she proves, takes the application.
    ana.post("/register/candidate", data={"name": "Ana Sousa", "email": EMAIL, "password": PASSWORD})
    confirm = Page.at(ana, path_in(letter("onfirm"), "/confirm"))
    action, hidden = confirm.sent("main form")
    ana.post(action, data=dict(hidden))
    ana.post("/sign-in", data={"email": EMAIL, "password": PASSWORD})
    mine = Page.at(ana, "/my/applications")
    assert not mine.all("article.application")
    action, hidden = mine.sent("form.claims")
    mine = Page.at(ana, ana.post(action, data=dict(hidden)).location)
    assert [job.text for job in mine.all("article h3")] == ["Acme Baker", "Globex Baker"], (
        "At Globex she applied before."
    )

    # She withdraws, and the recruiter reads why.
    withdrawal = mine.link("Withdraw from Acme Baker")
    ana.post(withdrawal, data={"why": "I bake in Porto now."})
    assert "I bake in Porto now." in Page.at(recruiter, f"/applications/{application}").text
    assert "you no longer want to be considered" in letter("Acme Baker")

    # She asks for erasure, the admin fulfils it, and what remains names nobody.
    ana.post(f"/my/applications/{application}/data", data={"kind": "erasure"})
    requests = Page.at(admin, "/settings/requests")
    action, hidden = requests.sent("form[action$='/fulfilment']")
    admin.post(action, data=dict(hidden))
    assert "erased" in letter("is erased")
    assert ana.get(status).status_code == 410
    left = [job.text for job in Page.at(ana, "/my/applications").all("article h3")]
    assert left == ["Globex Baker"], "What another company has is for that one to erase."
    page = Page.at(recruiter, f"/applications/{application}")
    assert "Erased person" in page.text
    assert not [words for words in ("Ana", "Porto", "newer.pdf", EMAIL) if words in page.text]
