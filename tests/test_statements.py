"""What each page costs: its SQL statements, which do not grow with the number of applications."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from ats import tenancy
from ats.access import Role
from ats.accounts.models import Company, User
from ats.extensions import db
from ats.jobs.models import Job
from tests.cast import Firm, apply, open_job
from tests.sitemap import PAGES, Ids, access_of, ask, for_role

STATEMENTS = {
    "static": 0,
    "accounts.audit_trail": 3,
    "accounts.home": 1,
    "accounts.sign_in": 1,
    "accounts.second_step": 0,
    "accounts.account": 2,
    "accounts.change_password": 1,
    "accounts.change_email": 1,
    "accounts.confirm_new_email": 2,
    "accounts.company_settings": 1,
    "accounts.look": 1,
    "accounts.swatch": 1,
    "accounts.privacy": 1,
    "accounts.security": 1,
    "accounts.join": 4,
    "accounts.mails": 2,
    "accounts.forgot_password": 1,
    "accounts.reset_password": 3,
    "accounts.register": 1,
    "accounts.register_company": 1,
    "accounts.register_candidate": 1,
    "accounts.confirm": 2,
    "accounts.set_up_second_factor": 1,
    "accounts.team_page": 3,
    "accounts.remove_member": 2,
    "jobs.index": 3,
    "jobs.new": 1,
    "jobs.show": 2,
    "jobs.edit": 2,
    "jobs.delete": 2,
    "pipeline.board": 6,
    "pipeline.column": 3,
    "pipeline.changes": 2,
    "pipeline.application": 12,
    "pipeline.resume": 2,
    "pipeline.add_candidate": 3,
    "pipeline.reject": 3,
    "pipeline_settings.pipeline": 1,
    "collaboration.edit_note": 15,
    "careers.companies": 2,
    "careers.company": 3,
    "careers.atom": 3,
    "careers.job_board": 3,
    "careers.sitemap": 2,
    "careers.robots": 0,
    "careers.theme": 1,
    "careers.job": 4,
    "careers.apply": 3,
    "careers.drafted_resume": 3,
    "careers.applied": 3,
    "careers.logo": 1,
    "careers.change_logo": 1,
    "careers.status": 5,
    "careers.status_resume": 2,
    "careers.withdraw_by_link": 3,
    "careers.ask_for_link": 2,
    "careers.my_applications": 4,
    "careers.my_application": 4,
    "careers.my_resume": 2,
    "careers.withdraw": 2,
    "privacy.ask_by_link": 4,
    "privacy.ask": 4,
    "privacy.download_copy": 9,
    "privacy.requests": 3,
    "privacy.look_at_copy": 9,
    "reports.dashboard": 13,
    "reports.applications": 4,
    "reports.chart": 4,
    "reports.job_report": 8,
    "reports.job_chart": 4,
    "reports.comparison": 3,
    "reports.definitions": 1,
    "reports.exports": 2,
}
"""For each page: statements of one request, the one that finds the signed-in person included."""

MORE = 60
BOARD_BUDGET = 6


def test_each_page_costs_what_is_written_here_however_many_applications_there_are(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int, own: Ids
) -> None:
    people = {Role.RECRUITER: acme.recruiter, Role.ADMIN: acme.admin, Role.CANDIDATE: jane}
    browsers = {role: sign_in(person) for role, person in people.items()}

    def cost(rule: Rule) -> int:
        role = access_of(rule) if access_of(rule) in (Role.CANDIDATE, Role.ADMIN) else Role.RECRUITER
        with counted() as statements:
            ask(browsers[role], rule, "GET", for_role(own, role))
        return len(statements)

    for rule in PAGES:
        cost(rule)  # Once before: what a process does a single time, it does here.
    few = {rule.endpoint: cost(rule) for rule in PAGES}
    different = {endpoint: number for endpoint, number in few.items() if STATEMENTS.get(endpoint) != number}
    assert not different, "The pages cost other numbers of statements than STATEMENTS, tests/test_statements.py, says."
    assert set(STATEMENTS) == set(few), "There is no such page any more: take it out of STATEMENTS."
    fill(app, acme, jane)
    assert {rule.endpoint: cost(rule) for rule in PAGES} == few, (
        "A page makes a statement for each application. Load them together: joinedload, or one statement for all."
    )


def test_the_board_stays_within_its_budget() -> None:
    assert STATEMENTS["pipeline.board"] <= BOARD_BUDGET


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that are sent to PostgreSQL meanwhile. Beginning and ending a transaction are none."""
    statements: list[str] = []

    def count(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", count)
    try:
        yield statements
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", count)


def fill(app: Flask, firm: Firm, candidate: int) -> None:
    """Many more applications for the job in every stage, and many more by the candidate."""
    ways: list[list[str]] = [
        [],
        ["screening"],
        ["screening", "interview"],
        ["screening", "interview", "offer"],
        ["rejected"],
    ]
    with app.app_context(), tenancy.company(firm.id):
        company, job = db.session.get_one(Company, firm.id), db.session.get_one(Job, firm.job)
        recruiter, user = db.session.get_one(User, firm.recruiter), db.session.get_one(User, candidate)
        for number in range(MORE):
            application = apply(company, job, f"Person {number}")
            for stage in ways[number % len(ways)]:
                application.move_to(stage, actor=recruiter, seen_seq=application.stage_seq)
        for number in range(MORE // 6):
            apply(company, open_job(title=f"Job {number}"), "Jane Doe", user=user)
        db.session.commit()
