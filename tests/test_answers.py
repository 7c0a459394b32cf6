"""What every answer carries, and that to look at a page changes nothing."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import psycopg2
import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats import create_app
from ats.access import PUBLIC, Role
from tests.cast import Firm
from tests.sitemap import HTMX, PAGES, PRODUCTION, Ids, ask, for_role

NO_STORE = "no-store"
KEPT = {
    "static",
    "careers.theme",
    "careers.logo",
    "careers.atom",
    "careers.job_board",
    "careers.sitemap",
    "careers.robots",
}
"""The routes whose answers a browser or a proxy may keep: they show nobody's data."""
MARKS = {"opening", "user_session"}
"""The tables that hold nothing but that somebody has looked: at an application, or (once a minute) at anything."""


@pytest.fixture
def browsers(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int
) -> dict[Role | None, FlaskClient]:
    """One for each role, and one in which nobody has signed in."""
    people = {role: acme.user(role) if role.is_staff else jane for role in Role}
    return {None: app.test_client()} | {role: sign_in(id) for role, id in people.items()}


def test_to_look_at_a_page_changes_nothing(
    app: Flask, postgres_url: str, browsers: dict[Role | None, FlaskClient], own: Ids
) -> None:
    before = everything(app, postgres_url)
    for rule in PAGES:
        for role, client in browsers.items():
            ask(client, rule, "GET", for_role(own, role))
            ask(client, rule, "GET", for_role(own, role), headers=HTMX)
            assert ask(client, rule, "HEAD", for_role(own, role)).data == b""
        assert everything(app, postgres_url) == before, f"GET {rule.rule} changed what is stored. Make it a POST."


def test_every_answer_carries_the_headers_of_safety(browsers: dict[Role | None, FlaskClient], own: Ids) -> None:
    """Pages, redirects and refusals alike: each role opens every route, allowed or not."""
    statuses = set()
    for role, client in browsers.items():
        for rule in PAGES:
            answer = ask(client, rule, "GET", for_role(own, role))
            statuses.add(answer.status_code)
            check_headers(answer)
            if rule.endpoint not in KEPT:
                assert answer.headers["Cache-Control"] == NO_STORE, (
                    f"{rule.endpoint} may be kept by browsers and proxies."
                )
    assert statuses >= {200, 302, 403}


def test_error_pages_carry_them_too(strict_app: Flask, sign_in: Callable[..., FlaskClient], acme: Firm) -> None:
    client = sign_in(acme.admin, strict_app)
    answers = [
        client.get("/nothing-here"),
        client.get("/jobs?q=%00"),
        client.post("/jobs/new"),
        client.put("/jobs"),
        client.get("/my/applications"),
    ]
    assert [answer.status_code for answer in answers] == [404, 400, 400, 405, 403]
    for answer in answers:
        check_headers(answer)
        assert answer.headers["Cache-Control"] == NO_STORE


def test_a_mistake_of_ours_is_a_page_with_the_headers_and_no_trace(settings: Mapping[str, Any]) -> None:
    app = create_app({**settings, "TESTING": False})

    def fail() -> str:
        raise RuntimeError("the secret inside")

    fail.access = PUBLIC  # type: ignore[attr-defined]
    app.add_url_rule("/failing", "failing", fail)
    answer = app.test_client().get("/failing")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.text
    assert "secret" not in answer.text
    check_headers(answer)


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(settings: Mapping[str, Any]) -> None:
    production = create_app({**settings, **PRODUCTION})
    answer = production.test_client().get("/sign-in", base_url="https://jobs.example")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-foyer=")
    for flag in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"):
        assert flag in cookie
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]


def check_headers(answer: TestResponse) -> None:
    policy = {
        directive.split()[0]: directive.split()[1:]
        for directive in answer.headers["Content-Security-Policy"].split(";")
    }
    assert policy["default-src"] == ["'none'"]
    assert policy["script-src"] == ["'self'"]
    assert policy["style-src"] == ["'self'"]
    assert policy["form-action"] == ["'self'"]
    assert policy["base-uri"] == ["'none'"]
    assert policy["frame-ancestors"] in (["'none'"], ["'self'"])
    assert not re.search(r"unsafe|\*|https?:", answer.headers["Content-Security-Policy"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=()" in answer.headers["Permissions-Policy"]


def everything(app: Flask, postgres_url: str) -> dict[str, Any]:
    """A digest of each table, and the names of what lies in Redis."""
    connection = psycopg2.connect(postgres_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename")
        digest = "SELECT '{0}', md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), '')) FROM \"{0}\" AS t"
        cursor.execute(" UNION ALL ".join(digest.format(table) for (table,) in cursor.fetchall() if table not in MARKS))
        stored = dict(cursor.fetchall())
    connection.close()
    with redis.from_url(app.config["REDIS_URL"]) as queue:
        return stored | {"redis": sorted(queue.keys())}
