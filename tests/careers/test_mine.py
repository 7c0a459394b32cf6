"""A candidate's account: all of a person's applications, across companies, and nobody else's."""

import io
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company, User
from ats.candidates.models import Candidate
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import Message
from ats.pipeline.models import Application
from tests.careers.form import PDF, address, form, send, stored
from tests.cast import PASSWORD, Firm, apply, open_job
from tests.page import Page

SignIn = Callable[[int], FlaskClient]


def applied(app: Flask, firm: Firm, name: str, *, user: int | None = None, stages: tuple[str, ...] = ()) -> int:
    """An application at that firm, its mails out of the way."""
    with app.app_context(), tenancy.company(firm.id):
        company, job = db.session.get_one(Company, firm.id), db.session.get_one(Job, firm.job)
        account = db.session.get_one(User, user) if user else None
        application = apply(company, job, name, user=account)
        recruiter = db.session.get_one(User, firm.recruiter)
        for stage in stages:
            application.move_to(stage, actor=recruiter, seen_seq=application.stage_seq)
        db.session.execute(sa.update(Message).values(status="sent"))
        db.session.commit()
        return application.id


def owner(app: Flask, firm: Firm, application_id: int) -> int | None:
    with app.app_context(), tenancy.company(firm.id):
        return db.session.get_one(Application, application_id).user_id


def confirm(app: Flask, user_id: int, *, confirmed: bool = True) -> None:
    with app.app_context():
        db.session.get_one(User, user_id).confirmed_at = db.func.now() if confirmed else None
        db.session.commit()


def test_all_of_a_persons_applications_are_listed_with_their_steps(
    app: Flask, sign_in: SignIn, acme: Firm, globex: Firm, jane: int
) -> None:
    at_acme = applied(app, acme, "Jane", user=jane, stages=("screening", "interview"))
    at_globex = applied(app, globex, "Jane", user=jane, stages=("rejected",))
    applied(app, globex, "Somebody Else")
    page = Page.at(sign_in(jane), "/my/applications")
    assert {str(entry["id"]) for entry in page.all("article, .rows.tile > li")} == {
        f"application-{at_acme}",
        f"application-{at_globex}",
    }
    card = page.one(f"#application-{at_acme}")
    assert [step.b.text for step in card.select("[aria-current=step]")] == ["Interview"]
    assert "Acme" in card.text
    assert "They go on with other people." in page.one(f"#application-{at_globex}").text
    assert "Somebody" not in page.text


def test_one_of_them_is_followed_given_a_newer_resume_and_withdrawn(
    app: Flask, sign_in: SignIn, acme: Firm, jane: int
) -> None:
    id, client = applied(app, acme, "Jane", user=jane), sign_in(jane)
    url = f"/my/applications/{id}"
    assert Page.at(client, url).h1 == "Your application for Acme Baker"
    newer = {"resume": (io.BytesIO(PDF), "newer.pdf")}
    assert client.post(f"{url}/resume", data=newer, content_type="multipart/form-data").status_code == 303
    assert client.get(f"{url}/resume").data == PDF
    assert Page.of(client.post(f"{url}/resume"), 422).one("#error-summary")
    assert Page.at(client, f"{url}/withdrawal").h1 == "Withdraw your application?"
    assert client.post(f"{url}/withdrawal", data={"why": "Moved away."}).status_code == 303
    page = Page.at(client, "/my/applications")
    assert "You withdrew this application." in page.one(f"#application-{id}").text
    with app.app_context(), tenancy.company(acme.id):
        change = db.session.get_one(Application, id).last_change()
        assert (change.reason, change.actor_id) == ("withdrawn", jane)


@pytest.mark.parametrize("what", ["", "/resume", "/withdrawal", "/data"])
def test_another_persons_do_not_exist(app: Flask, sign_in: SignIn, acme: Firm, jane: int, what: str) -> None:
    id = applied(app, acme, "Otto Krug")
    assert sign_in(jane).get(f"/my/applications/{id}{what}").status_code == 404


def test_applying_with_an_address_that_has_an_account_changes_nothing_of_it(
    client: FlaskClient, sign_in: SignIn, acme: Firm, jane: int, scope: None
) -> None:
    """Neither of the account nor of what the company knows: what was typed stands with the application alone."""

    def account() -> tuple[object, ...]:
        user = db.session.get_one(User, jane, populate_existing=True)
        return (user.name, user.email, user.password_hash, user.confirmed_at, user.role, user.company_id)

    before = account()
    send(client, acme, name="Jane the Second", email="JANE@mail.example", phone="1")
    (first,) = stored()
    assert (first.user_id, account()) == (None, before)
    assert client.get("/my/applications").status_code == 302, "Nobody was signed in by it."
    assert "Nothing here yet" in Page.at(sign_in(jane), "/my/applications").text
    assert first.candidate.name == "Jane the Second"


def test_applying_with_an_address_that_is_known_changes_nothing_of_the_candidate(
    client: FlaskClient, acme: Firm, scope: None
) -> None:
    candidate = db.session.get_one(Candidate, acme.candidate)
    candidate.phone = "030 5550"
    db.session.get_one(Application, acme.application).user_id = None
    job = open_job(title="Cook")
    db.session.commit()
    client.post(
        f"/careers/acme/jobs/{job.id}/apply",
        data=form(name="Not Lukas", phone="0666", email="lukas.brandt@mail.example"),
        content_type="multipart/form-data",
    )
    known = db.session.get_one(Candidate, acme.candidate, populate_existing=True)
    assert (known.name, known.phone) == ("Lukas Brandt", "030 5550")
    application = db.session.scalars(sa.select(Application).filter_by(job_id=job.id)).one()
    assert {answer["id"]: answer["answer"] for answer in application.answers} == {"name": "Not Lukas", "phone": "0666"}


def test_the_mail_to_an_address_offers_to_take_the_application_into_an_account(
    app: Flask, client: FlaskClient, sign_in: SignIn, acme: Firm, jane: int, scope: None
) -> None:
    send(client, acme, email="jane@mail.example")
    mail = db.session.scalars(
        sa.select(Message).filter_by(template="application-received", recipient="jane@mail.example")
    ).one()
    assert mail.context["register_url"] == f"{app.config['PUBLIC_URL']}/register/candidate"
    path = mail.context["follow_url"].removeprefix(app.config["PUBLIC_URL"])
    signed_in = sign_in(jane)
    page = Page.at(signed_in, path)
    signed_in.post(str(page.one("form[action$='/claim']")["action"]))
    (application,) = stored()
    assert application.user_id == jane


def test_what_was_sent_signed_in_needs_no_claim(sign_in: SignIn, acme: Firm, jane: int, scope: None) -> None:
    send(sign_in(jane), acme)
    mail = db.session.scalars(sa.select(Message).filter_by(template="application-received").order_by(Message.id.desc()))
    assert mail.first().context["register_url"] == ""


def test_applications_are_claimed_after_the_address_is_confirmed_and_not_before(
    app: Flask, sign_in: SignIn, acme: Firm, globex: Firm, jane: int
) -> None:
    ids = {firm.id: applied(app, firm, "Jane") for firm in (acme, globex)}
    strange = applied(app, acme, "Otto Krug")
    confirm(app, jane, confirmed=False)
    client = sign_in(jane)
    answer = client.post("/my/applications/claims")
    assert "Confirm first that jane@mail.example is yours" in Page.at(client, answer.location).text
    assert {owner(app, acme, ids[acme.id]), owner(app, globex, ids[globex.id])} == {None}
    confirm(app, jane)
    answer = client.post("/my/applications/claims")
    page = Page.at(client, answer.location)
    assert "2 applications are in your account now." in page.text
    assert len(page.all("article.application")) == 2
    assert {owner(app, acme, ids[acme.id]), owner(app, globex, ids[globex.id])} == {jane}
    assert owner(app, acme, strange) is None
    answer = client.post("/my/applications/claims")
    assert "There are no further applications from jane@mail.example" in Page.at(client, answer.location).text


def test_nobody_claims_what_is_in_an_account_already(app: Flask, sign_in: SignIn, acme: Firm, jane: int) -> None:
    with app.app_context():
        otto = User.register(name="Otto", email="otto@mail.example", password=PASSWORD)
        db.session.commit()
        otto_id = otto.id
    id = applied(app, acme, "Jane", user=otto_id)
    sign_in(jane).post("/my/applications/claims")
    assert owner(app, acme, id) == otto_id


def test_a_new_account_proves_its_address_by_mail_and_then_claims(
    app: Flask, client: FlaskClient, acme: Firm, scope: None
) -> None:
    """The whole way, as a person goes it who applied without an account."""
    send(client, acme, email="ana@mail.example")
    client.post(
        "/register/candidate", data={"name": "Ana Sousa", "email": "ana@mail.example", "password": "a long pass phrase"}
    )
    client.post("/sign-in", data={"email": "ana@mail.example", "password": "a long pass phrase"})
    client.post("/my/applications/claims")
    (application,) = stored()
    assert application.user_id is None
    tenancy.leave()
    tenancy.enter_everything()
    wanted = sa.select(Message.context["confirm_url"].astext).filter_by(template="confirm-address")
    (url,) = db.session.scalars(wanted)
    tenancy.leave()
    tenancy.enter_company(acme.id)
    page = Page.at(client, str(url).removeprefix(app.config["PUBLIC_URL"]))
    action, fields = page.sent("main form")
    client.post(action, data=dict(fields))
    client.post("/my/applications/claims")
    (application,) = stored()
    assert application.user_id
    assert "Acme Baker" in Page.at(client, "/my/applications").text


def test_the_account_is_reached_from_there(sign_in: SignIn, jane: int) -> None:
    """Name, address and password are the account's own pages."""
    page = Page.at(sign_in(jane), "/my/applications")
    account = Page.at(sign_in(jane), page.link("Your account"))
    assert re.search("password", account.text, re.IGNORECASE)


def test_the_form_of_a_signed_in_candidate_is_filled_in_and_keeps_the_address(
    sign_in: SignIn, acme: Firm, jane: int, scope: None
) -> None:
    client = sign_in(jane)
    assert Page.at(client, address(acme)).one("[name=email]")["value"] == "jane@mail.example"
    send(client, acme, name="Jane Doe", email="another@mail.example")
    (application,) = stored()
    assert (application.candidate.email, application.user_id) == ("jane@mail.example", jane)
