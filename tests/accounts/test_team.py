"""The team: invitations, roles, removal; and a trail of all that, for good."""

import threading
from collections.abc import Callable
from contextlib import closing

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from psycopg2 import errors

from ats import tenancy
from ats.access import Role
from ats.accounts.audit import AuditEvent
from ats.accounts.invitations import Invitation
from ats.accounts.models import User
from ats.extensions import db
from tests.accounts.conftest import Later, Link, Mails, enter, is_in
from tests.cast import PASSWORD, Firm
from tests.page import Page

SignIn = Callable[[int], FlaskClient]
NEW = "new@mail.example"
ACCEPTED = {"name": "Noor Haddad", "password": "a kettle of blue herons"}


@pytest.fixture
def admin(acme: Firm, sign_in: SignIn) -> FlaskClient:
    return sign_in(acme.admin)


def invite(admin: FlaskClient, email: str = NEW, role: str = "recruiter") -> int:
    return admin.post("/team/invitations", data={"email": email, "role": role}).status_code


def trail(app: Flask, firm: Firm) -> list[str]:
    with app.app_context(), tenancy.company(firm.id):
        return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def role_of(app: Flask, user: int) -> Role:
    with app.app_context():
        return db.session.get_one(User, user).role


def test_who_is_invited_joins_with_that_role(
    app: Flask, client: FlaskClient, admin: FlaskClient, link: Link, acme: Firm
) -> None:
    assert invite(admin, role="hiring_manager") == 303
    path = link("invitation", NEW)
    assert "Acme" in Page.at(client, path).text
    # What the form does not ask for is not taken from it.
    asked = {**ACCEPTED, "role": "admin", "email": "else@mail.example", "company_id": "1"}
    answer = client.post(path, data=asked)
    assert (answer.status_code, answer.location) == (303, "/dashboard")
    with app.app_context():
        user = db.session.scalars(sa.select(User).filter_by(email=NEW)).one()
        assert (user.role, user.company_id, user.name) == (Role.HIRING_MANAGER, acme.id, "Noor Haddad")
        assert user.confirmed_at is not None
    assert client.get("/jobs/new").status_code == 403
    assert trail(app, acme) == ["team.invited", "team.joined"]


def test_an_invitation_is_good_once(client: FlaskClient, app: Flask, admin: FlaskClient, link: Link) -> None:
    invite(admin)
    path = link("invitation", NEW)
    assert [client.get(path).status_code for _ in range(2)] == [200, 200]
    assert client.post(path, data={**ACCEPTED, "password": "short"}).status_code == 422
    assert client.post(path, data=ACCEPTED).status_code == 303
    other = app.test_client()
    assert [other.get(path).status_code, other.post(path, data=ACCEPTED).status_code] == [404, 404]


def test_it_expires_after_a_week(
    client: FlaskClient, admin: FlaskClient, link: Link, later: Later, acme: Firm, sign_in: SignIn
) -> None:
    invite(admin)
    path = link("invitation", NEW)
    later(days=6.9)
    assert client.get(path).status_code == 200
    later(days=0.2)
    assert [client.get(path).status_code, client.post(path, data=ACCEPTED).status_code] == [404, 404]
    assert "Expired" in Page.at(sign_in(acme.admin), "/team").text


def test_it_can_be_taken_back_and_sent_again(
    app: Flask, client: FlaskClient, admin: FlaskClient, link: Link, acme: Firm
) -> None:
    invite(admin)
    first = link("invitation", NEW)
    with app.app_context(), tenancy.company(acme.id):
        id = db.session.scalars(sa.select(Invitation.id)).one()
    assert admin.post(f"/team/invitations/{id}/mail").status_code == 303
    second = link("invitation", NEW)
    assert [client.get(first).status_code, client.get(second).status_code] == [404, 200]
    assert admin.post(f"/team/invitations/{id}/revocation").status_code == 303
    assert [client.get(second).status_code, client.post(second, data=ACCEPTED).status_code] == [404, 404]
    assert admin.post(f"/team/invitations/{id}/mail").status_code == 409
    assert trail(app, acme) == ["team.invited", "team.invited_again", "team.invitation_revoked"]


def test_the_link_belongs_to_its_company(client: FlaskClient, admin: FlaskClient, link: Link, globex: Firm) -> None:
    invite(admin)
    path = link("invitation", NEW)
    assert client.get(path.replace("/acme/", "/globex/")).status_code == 404
    assert client.post(path.replace("/acme/", "/globex/"), data=ACCEPTED).status_code == 404
    assert client.get(path).status_code == 200


def test_an_address_of_an_account_elsewhere_is_not_taken_over(
    app: Flask, client: FlaskClient, admin: FlaskClient, link: Link, globex: Firm, jane: int
) -> None:
    for email in ("recruiter@globex.example", "jane@mail.example"):
        assert invite(admin, email) == 303  # Whether there is an account is told to nobody but its owner.
        answer = client.post(link("invitation", email), data=ACCEPTED)
        assert answer.status_code == 409
        assert "account" in answer.text
        assert enter(app.test_client(), email, ACCEPTED["password"]) == 422
        assert enter(app.test_client(), email) == 303
    assert (role_of(app, globex.recruiter), role_of(app, jane)) == (Role.RECRUITER, Role.CANDIDATE)


@pytest.mark.parametrize(
    ("email", "role"),
    [(NEW, "candidate"), (NEW, "owner"), (NEW, ""), ("nonsense", "admin"), ("recruiter@acme.example", "admin")],
)
def test_a_wrong_invitation_is_refused(
    app: Flask, admin: FlaskClient, mails: Mails, acme: Firm, email: str, role: str
) -> None:
    assert invite(admin, email, role) == 422
    assert mails("invitation", email) == []
    assert trail(app, acme) == []


def test_an_admin_gives_another_role(app: Flask, admin: FlaskClient, acme: Firm) -> None:
    assert admin.post(f"/team/{acme.recruiter}/role", data={"role": "admin"}).status_code == 303
    assert role_of(app, acme.recruiter) is Role.ADMIN
    for role in ("candidate", "owner", ""):
        assert admin.post(f"/team/{acme.recruiter}/role", data={"role": role}).status_code == 422
    assert role_of(app, acme.recruiter) is Role.ADMIN
    assert trail(app, acme) == ["team.role_changed"]


def test_the_last_admin_cannot_be_lost(app: Flask, admin: FlaskClient, acme: Firm) -> None:
    for path, data in ((f"/team/{acme.admin}/role", {"role": "recruiter"}), (f"/team/{acme.admin}/removal", {})):
        answer = admin.post(path, data=data)
        assert answer.status_code == 409
        assert "Make somebody else an admin first" in answer.text
    assert role_of(app, acme.admin) is Role.ADMIN
    assert trail(app, acme) == []
    admin.post(f"/team/{acme.recruiter}/role", data={"role": "admin"})
    assert admin.post(f"/team/{acme.admin}/removal").status_code == 303
    assert not is_in(admin)


def test_two_admins_who_remove_each_other_at_once_leave_one(
    app: Flask, admin: FlaskClient, acme: Firm, sign_in: SignIn
) -> None:
    admin.post(f"/team/{acme.recruiter}/role", data={"role": "admin"})
    other = sign_in(acme.recruiter)
    start, statuses = threading.Barrier(2), []

    def remove(client: FlaskClient, user: int) -> None:
        start.wait()
        statuses.append(client.post(f"/team/{user}/removal").status_code)

    threads = [
        threading.Thread(target=remove, args=[admin, acme.recruiter]),
        threading.Thread(target=remove, args=[other, acme.admin]),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses.count(303) == 1, statuses
    with app.app_context():
        left = sa.select(sa.func.count()).select_from(User).filter_by(company_id=acme.id, role=Role.ADMIN)
        assert db.session.scalars(left.where(User.removed_at.is_(None))).one() == 1


def test_removal_keeps_the_history_readable_and_frees_the_address(
    app: Flask, client: FlaskClient, admin: FlaskClient, acme: Firm, sign_in: SignIn, link: Link
) -> None:
    recruiter = sign_in(acme.recruiter)
    recruiter.post(f"/applications/{acme.application}/stage", data={"stage": "screening", "seq": "1"})
    recruiter.post(f"/applications/{acme.application}/notes", data={"body": "Bakes well."})
    assert admin.post(f"/team/{acme.recruiter}/removal").status_code == 303
    page = Page.at(admin, f"/applications/{acme.application}")
    assert "Bakes well." in page.text
    assert "Acme Recruiter" in page.text
    assert "Formerly on the team" in Page.at(admin, "/team").text
    assert client.post("/sign-in", data={"email": "recruiter@acme.example", "password": PASSWORD}).status_code == 422
    assert invite(admin, "recruiter@acme.example", "hiring_manager") == 303
    assert client.post(link("invitation", "recruiter@acme.example"), data=ACCEPTED).status_code == 303
    for path in ("role", "removal", "second-factor"):
        assert admin.post(f"/team/{acme.recruiter}/{path}", data={"role": "admin"}).status_code == 404


@pytest.mark.parametrize("role", ["recruiter", "manager"])
def test_nobody_else_may(app: Flask, acme: Firm, sign_in: SignIn, role: str) -> None:
    client = sign_in(getattr(acme, role))
    assert invite(client) == 403
    for path in (f"/team/{acme.manager}/role", f"/team/{acme.recruiter}/removal"):
        assert client.post(path, data={"role": "admin"}).status_code == 403
    assert client.get("/audit-trail").status_code == 403
    assert trail(app, acme) == []


def test_an_admin_of_another_company_touches_nobody(app: Flask, acme: Firm, globex: Firm, sign_in: SignIn) -> None:
    client = sign_in(globex.admin)
    for path in ("role", "removal", "second-factor"):
        assert client.post(f"/team/{acme.recruiter}/{path}", data={"role": "admin"}).status_code == 404
    assert role_of(app, acme.recruiter) is Role.RECRUITER


def test_an_admin_who_was_demoted_meanwhile_is_refused(app: Flask, admin: FlaskClient, acme: Firm) -> None:
    with app.app_context():
        db.session.get_one(User, acme.admin).role = Role.RECRUITER
        db.session.commit()
    assert invite(admin) == 403


def test_everything_is_in_the_trail_with_a_page_of_it(
    app: Flask, admin: FlaskClient, acme: Firm, globex: Firm, sign_in: SignIn
) -> None:
    invite(admin)
    admin.post(f"/team/{acme.manager}/role", data={"role": "recruiter"})
    admin.post(f"/team/{acme.manager}/removal")
    admin.post("/settings/security", data={"second_factor_required": ""})
    admin.post("/settings/privacy", data={"consent_text": "Yes.", "retention_months": "12"})
    page = Page.at(admin, "/audit-trail")
    for told in (
        "invited new@mail.example",
        "changed the role of Acme Manager",
        "removed Acme Manager",
        "changed the settings",
    ):
        assert told in page.text
    assert "Acme Admin" in page.text
    assert "Acme" not in Page.at(sign_in(globex.admin), "/audit-trail").text
    narrowed = Page.at(admin, "/audit-trail?area=settings").text
    assert "removed Acme Manager" not in narrowed


def test_the_trail_is_only_ever_added_to(
    app: Flask, postgres_url: str, database_url: str, admin: FlaskClient, acme: Firm
) -> None:
    """Not even a superuser changes a line, and the application has not so much as the right to try."""
    invite(admin)
    changes = "UPDATE audit_event SET action = 'team.removed'", "DELETE FROM audit_event"
    for address, refusal in ((postgres_url, errors.RestrictViolation), (database_url, errors.InsufficientPrivilege)):
        for statement in (*changes, "TRUNCATE audit_event"):
            with closing(psycopg2.connect(address)) as connection, connection.cursor() as cursor:
                cursor.execute("SET foyer.scope = 'everything'")
                with pytest.raises(refusal):
                    cursor.execute(statement)
    assert trail(app, acme) == ["team.invited"]
