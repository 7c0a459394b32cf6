"""Who may open what: every route there is, and every one to come, is held to these rules."""

import itertools
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from ats import create_app
from ats.access import PUBLIC, SETTING_UP, SIGNED_IN, Role
from tests.cast import Firm
from tests.sitemap import (
    HTMX,
    PRODUCTION,
    ROUTES,
    SAFE,
    Ids,
    access_of,
    address,
    ask,
    for_role,
    name,
    never_was,
    rows_of,
)

OPEN_TO = {
    "static": PUBLIC,
    "accounts.home": PUBLIC,
    "accounts.sign_in": PUBLIC,
    "accounts.sign_out": PUBLIC,
    "accounts.register": PUBLIC,
    "accounts.register_company": PUBLIC,
    "accounts.register_candidate": PUBLIC,
    "accounts.confirm": PUBLIC,
    "accounts.second_step": PUBLIC,
    "accounts.forgot_password": PUBLIC,
    "accounts.reset_password": PUBLIC,
    "accounts.join": PUBLIC,
    "accounts.confirm_new_email": PUBLIC,
    "accounts.account": SIGNED_IN,
    "accounts.change_password": SIGNED_IN,
    "accounts.change_email": SIGNED_IN,
    "accounts.send_confirmation": SIGNED_IN,
    "accounts.end_session": SIGNED_IN,
    "accounts.end_all_sessions": SIGNED_IN,
    "accounts.set_up_second_factor": SETTING_UP,
    "accounts.make_recovery_codes": SIGNED_IN,
    "accounts.switch_off_second_factor": SIGNED_IN,
    "accounts.team_page": Role.ADMIN,
    "accounts.invite": Role.ADMIN,
    "accounts.send_invitation_again": Role.ADMIN,
    "accounts.revoke_invitation": Role.ADMIN,
    "accounts.change_role": Role.ADMIN,
    "accounts.remove_member": Role.ADMIN,
    "accounts.reset_second_factor": Role.ADMIN,
    "accounts.audit_trail": Role.ADMIN,
    "accounts.mails": Role.ADMIN,
    "accounts.retry_mail": Role.ADMIN,
    "accounts.company_settings": Role.ADMIN,
    "accounts.look": Role.ADMIN,
    "accounts.swatch": Role.ADMIN,
    "accounts.privacy": Role.ADMIN,
    "accounts.security": Role.ADMIN,
    "accounts.preview_text": Role.ADMIN,
    "pipeline_settings.pipeline": Role.ADMIN,
    "careers.logo": PUBLIC,
    "careers.change_logo": Role.ADMIN,
    "careers.remove_logo": Role.ADMIN,
    "careers.companies": PUBLIC,
    "careers.company": PUBLIC,
    "careers.atom": PUBLIC,
    "careers.job_board": PUBLIC,
    "careers.sitemap": PUBLIC,
    "careers.robots": PUBLIC,
    "careers.theme": PUBLIC,
    "careers.job": PUBLIC,
    "careers.apply": PUBLIC,
    "careers.applied": PUBLIC,
    "careers.my_applications": Role.CANDIDATE,
    "careers.save_draft": PUBLIC,
    "careers.drafted_resume": PUBLIC,
    "careers.remove_resume": PUBLIC,
    "careers.discard_draft": PUBLIC,
    "careers.status": PUBLIC,
    "careers.status_resume": PUBLIC,
    "careers.replace_resume": PUBLIC,
    "careers.withdraw_by_link": PUBLIC,
    "careers.claim_by_link": PUBLIC,
    "careers.replace_link": PUBLIC,
    "careers.ask_for_link": PUBLIC,
    "careers.my_application": Role.CANDIDATE,
    "careers.my_resume": Role.CANDIDATE,
    "careers.replace_my_resume": Role.CANDIDATE,
    "careers.claim": Role.CANDIDATE,
    "privacy.ask_by_link": PUBLIC,
    "privacy.ask": Role.CANDIDATE,
    "privacy.download_copy": PUBLIC,
    "privacy.requests": Role.ADMIN,
    "privacy.look_at_copy": Role.ADMIN,
    "privacy.fulfil": Role.ADMIN,
    "careers.withdraw": Role.CANDIDATE,
    "jobs.index": Role.HIRING_MANAGER,
    "jobs.show": Role.HIRING_MANAGER,
    "jobs.new": Role.RECRUITER,
    "jobs.edit": Role.RECRUITER,
    "jobs.preview": Role.RECRUITER,
    "jobs.change_status": Role.RECRUITER,
    "jobs.delete": Role.RECRUITER,
    "pipeline.board": Role.HIRING_MANAGER,
    "pipeline.column": Role.HIRING_MANAGER,
    "pipeline.application": Role.HIRING_MANAGER,
    "pipeline.resume": Role.HIRING_MANAGER,
    "pipeline.opening": Role.HIRING_MANAGER,
    "pipeline.add_tag": Role.RECRUITER,
    "pipeline.remove_tag": Role.RECRUITER,
    "pipeline.add_candidate": Role.RECRUITER,
    "collaboration.add_note": Role.HIRING_MANAGER,
    "collaboration.edit_note": Role.HIRING_MANAGER,
    "collaboration.delete_note": Role.HIRING_MANAGER,
    "collaboration.hand_in": Role.HIRING_MANAGER,
    "pipeline.changes": Role.HIRING_MANAGER,
    "pipeline.save_view": Role.HIRING_MANAGER,
    "pipeline.delete_view": Role.HIRING_MANAGER,
    "pipeline.move": Role.RECRUITER,
    "pipeline.undo": Role.RECRUITER,
    "pipeline.send_mail_now": Role.RECRUITER,
    "pipeline.move_selected": Role.RECRUITER,
    "pipeline.undo_selected": Role.RECRUITER,
    "pipeline.send_mails_now": Role.RECRUITER,
    "pipeline.tag_selected": Role.RECRUITER,
    "pipeline.reject": Role.RECRUITER,
    "reports.dashboard": Role.HIRING_MANAGER,
    "reports.applications": Role.HIRING_MANAGER,
    "reports.chart": Role.HIRING_MANAGER,
    "reports.job_report": Role.HIRING_MANAGER,
    "reports.job_chart": Role.HIRING_MANAGER,
    "reports.comparison": Role.HIRING_MANAGER,
    "reports.definitions": Role.HIRING_MANAGER,
    "reports.weekly_mail": Role.HIRING_MANAGER,
    "reports.exports": Role.RECRUITER,
    "reports.export": Role.RECRUITER,
}
"""The access list, written out, so that a change of access shows where it is reviewed."""

PRIVATE = [(rule, method) for rule, method in ROUTES if access_of(rule) != PUBLIC]
# Everybody may see the public pages of a company; but not a job of one company on the pages of another.
WITH_ROWS = [(rule, method) for rule, method in ROUTES if len(rule.arguments) > (access_of(rule) == PUBLIC)]
ANY_IDS: Ids = {argument: 1 for rule, _ in ROUTES for argument in rule.arguments}
"""Enough to build every address, where nothing is looked up."""
HEADERS: dict[str, dict[str, str]] = {"a page": {}, "htmx": HTMX}


@pytest.fixture
def people(acme: Firm, jane: int) -> dict[Role, int]:
    return {Role.CANDIDATE: jane, **{role: acme.user(role) for role in Role if role.is_staff}}


def test_each_route_declares_the_access_listed_here() -> None:
    declared = {rule.endpoint: access_of(rule) for rule, _ in ROUTES}
    assert declared == OPEN_TO, (
        "A route's access changed, or there is a new route. If that is meant, say so in OPEN_TO, tests/test_routes.py; "
        "a view without @public, @signed_in or @requires(Role.…) is closed to everybody."
    )


def test_production_has_no_other_routes(settings: Mapping[str, Any]) -> None:
    production = create_app({**settings, **PRODUCTION})
    assert set(production.view_functions) == set(OPEN_TO)


@pytest.mark.parametrize(("rule", "method"), PRIVATE, ids=name)
def test_strangers_are_sent_to_sign_in(app: Flask, rule: Rule, method: str) -> None:
    client, url = app.test_client(), address(rule, ANY_IDS)
    answer = client.open(f"{url}?a=1", method=method)
    assert (answer.status_code, urlsplit(answer.location).path) == (302, "/sign-in")
    assert parse_qs(urlsplit(answer.location).query) == ({"next": [f"{url}?a=1"]} if method == "GET" else {})
    swapped = client.open(url, method=method, headers=HTMX)
    assert (swapped.status_code, swapped.text) == (401, "")
    assert swapped.headers["HX-Redirect"] == "/sign-in?next=/jobs?status%3Ddraft"


@pytest.mark.parametrize("headers", HEADERS.values(), ids=HEADERS)
@pytest.mark.parametrize(("rule", "method"), PRIVATE, ids=name)
def test_a_role_opens_what_it_may_and_nothing_else(
    sign_in: Callable[[int], FlaskClient],
    people: dict[Role, int],
    own: Ids,
    rule: Rule,
    method: str,
    headers: dict[str, str],
) -> None:
    for role, user in people.items():
        answer = ask(sign_in(user), rule, method, for_role(own, role), headers=headers)
        if may_open(role, OPEN_TO.get(rule.endpoint)):
            assert answer.status_code < 500, f"{role} gets {answer.status}"
            assert answer.status_code not in (401, 403, 404), f"{role} is refused: {answer.status}"
            assert not (answer.location or "").startswith("/sign-in"), f"{role} is sent to sign in"
        else:
            assert answer.status_code == 403, f"{role} gets {answer.status} and not 403"


@pytest.mark.parametrize(
    ("rule", "method"), [(rule, method) for rule, method in ROUTES if access_of(rule) == PUBLIC], ids=name
)
def test_a_public_route_answers_everybody(
    app: Flask, sign_in: Callable[[int], FlaskClient], people: dict[Role, int], own: Ids, rule: Rule, method: str
) -> None:
    for client in (app.test_client(), *map(sign_in, people.values())):
        for headers in HEADERS.values():
            status = ask(client, rule, method, own, headers=headers).status_code
            assert status < 500
            assert status not in (401, 403, 404)


@pytest.mark.parametrize(("rule", "method"), WITH_ROWS, ids=name)
def test_what_belongs_to_strangers_does_not_exist(
    app: Flask,
    sign_in: Callable[[int], FlaskClient],
    people: dict[Role, int],
    own: Ids,
    strange: Ids,
    rule: Rule,
    method: str,
) -> None:
    """The same 404, to the byte, as for an id that never was."""
    roles: list[Any] = [role for role in people if may_open(role, access_of(rule))]
    for role in roles or [None]:
        client = sign_in(people[role]) if role else app.test_client()
        mine, theirs = for_role(own, role), for_role(strange, role)
        rows = rows_of(rule, mine, theirs)
        assert rows, f"Nothing in {rule.rule} differs between two companies: see `furnish` in tests/sitemap.py."
        for argument, headers in itertools.product(rows, HEADERS.values()):
            foreign = ask(client, rule, method, {**mine, argument: theirs[argument]}, headers=headers)
            absent = ask(client, rule, method, {**mine, argument: never_was(argument)}, headers=headers)
            assert foreign.status_code == 404, f"{argument} of another company answers {foreign.status}"
            assert seen(foreign) == seen(absent), "The answer tells that there is something."


def test_another_candidates_application_does_not_exist(
    sign_in: Callable[[int], FlaskClient], jane: int, own: Ids, strange: Ids
) -> None:
    """Neither one with an account behind it nor one that came without signing in, in whatever company."""
    client = sign_in(jane)
    for application in (own["application_id"], strange["application_id"], strange[Role.CANDIDATE]["application_id"]):
        url = f"/my/applications/{application}/withdrawal"
        assert [client.get(url).status_code, client.post(url).status_code] == [404, 404]
    own_application = own[Role.CANDIDATE]["application_id"]
    assert client.get(f"/my/applications/{own_application}/withdrawal").status_code == 200


def test_an_id_that_no_column_can_hold_is_not_found_either(sign_in: Callable[[int], FlaskClient], acme: Firm) -> None:
    client = sign_in(acme.admin)
    for id in (2**31, 2**63, 10**40):
        assert client.get(f"/jobs/{id}").status_code == 404
        assert client.get(f"/applications/{id}").status_code == 404


@pytest.mark.parametrize("role", [None, *Role])
def test_a_route_that_declares_nothing_is_closed(
    settings: Mapping[str, Any],
    sign_in: Callable[..., FlaskClient],
    people: dict[Role, int],
    role: Role | None,
) -> None:
    app = create_app(settings)
    app.add_url_rule("/export", "export", lambda: "a secret")
    client = sign_in(people[role], app) if role else app.test_client()
    answer = client.get("/export")
    assert answer.status_code == (403 if role else 302)
    assert "secret" not in answer.text


@pytest.mark.parametrize(("rule", "method"), [route for route in ROUTES if route[1] not in SAFE], ids=name)
def test_nothing_is_changed_without_a_csrf_token(
    strict_app: Flask,
    sign_in: Callable[..., FlaskClient],
    people: dict[Role, int],
    rule: Rule,
    method: str,
) -> None:
    client = sign_in(people[Role.CANDIDATE if access_of(rule) is Role.CANDIDATE else Role.ADMIN], strict_app)
    for headers in HEADERS.values():
        answer = client.open(address(rule, ANY_IDS), method=method, headers=headers)
        assert answer.status_code == 400
        assert "its form has expired" in answer.text


def may_open(role: Role, access: Any) -> bool:
    """Whether the role is listed. Any access that is none of a role, and not missing, is for all who have signed in."""
    return role.includes(access) if isinstance(access, Role) else access not in (None, PUBLIC)


def seen(answer: TestResponse) -> tuple[int, dict[str, str], bytes]:
    """All that comes over the wire, but for the token that is another one each second."""
    headers = {key: value for key, value in answer.headers if key != "Set-Cookie"}
    token = re.compile(rb'((?:name="csrf_token" value=|"X-CSRFToken": )")[\w.-]+')
    body = token.sub(rb"\1", answer.data)
    return answer.status_code, headers | {"Content-Length": str(len(body))}, body
