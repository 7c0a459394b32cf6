"""What comes in: from which host, through which proxies, how often, and where it may send people on to."""

import json
import subprocess
import sys
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats import create_app
from ats.access import PUBLIC, Role
from tests.cast import PASSWORD, Browser, Firm
from tests.sitemap import HTMX, PRODUCTION, furnish
from tests.test_answers import check_headers

ROOT = Path(__file__).parents[1]
ELSEWHERE = [
    "https://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example/%2f..",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "http:evil.example",
    "https:///evil.example",
    "evil.example",
    ".evil.example",
    "@evil.example",
    "/%09/evil.example\\",
    "/\u2028/evil.example\x0b",
]


@pytest.fixture
def limited(settings: Mapping[str, Any]) -> Flask:
    app = create_app({**settings, "RATELIMIT_ENABLED": True})
    app.test_client_class = Browser
    return app


@pytest.mark.parametrize("target", ELSEWHERE)
def test_nothing_leads_away_from_this_site(app: Flask, acme: Firm, target: str) -> None:
    credentials = {"email": acme.emails["recruiter"], "password": PASSWORD}
    for answer in (
        app.test_client().post("/sign-in", data={**credentials, "next": target}),
        app.test_client().post("/sign-in", query_string={"next": target}, data=credentials),
    ):
        assert answer.status_code == 303
        assert_stays(answer)
    page = app.test_client().get("/sign-in", query_string={"next": target})
    assert page.status_code == 200


def test_a_foreign_address_of_htmx_leads_back_here(app: Flask) -> None:
    for address in (
        "https://evil.example/jobs?a=1",
        "//evil.example/x",
        "javascript:alert(1)",
        "\\\\evil.example",
        "http://[",
        "x",
    ):
        answer = app.test_client().get("/jobs", headers={**HTMX, "HX-Current-URL": address})
        assert answer.status_code == 401
        target = urllib.parse.urlsplit(answer.headers["HX-Redirect"])
        assert (target.scheme, target.netloc, target.path) == ("", "", "/sign-in")
        assert "evil.example" not in urllib.parse.parse_qs(target.query).get("next", [""])[0]


def test_only_the_named_hosts_are_answered(settings: Mapping[str, Any]) -> None:
    client = create_app({**settings, **PRODUCTION, "TESTING": False}).test_client()
    assert client.get("/sign-in", base_url="https://jobs.example").status_code == 200
    for host in ("evil.example", "jobs.example.evil.example", "evil-jobs.example", "127.0.0.1", "jobs.example@evil"):
        for path in ("/sign-in", "/", "/static/css/base.css", "/nothing-here"):
            answer = client.get(path, headers={"Host": host}, base_url="https://jobs.example")
            assert answer.status_code == 400, f"{host}{path}"
            assert "evil" not in answer.text
            check_headers(answer)
    forwarded = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Original-URL": "/jobs"}
    answer = client.get("/", headers=forwarded, base_url="https://jobs.example")
    assert "evil" not in str(answer.headers)


def test_links_in_mails_do_not_follow_the_host(settings: Mapping[str, Any], app: Flask, acme: Firm) -> None:
    from ats.notifications import outbox

    with app.test_request_context("/", headers={"Host": "evil.example"}):
        assert outbox.link("accounts.sign_in") == f"{app.config['PUBLIC_URL']}/sign-in"


@pytest.mark.parametrize(
    ("proxies", "address", "secure"),
    [(0, "127.0.0.1", False), (1, "10.0.0.2", True), (2, "203.0.113.9", False), (3, "198.51.100.1", True)],
)
def test_as_many_proxies_are_believed_as_there_are(
    settings: Mapping[str, Any], proxies: int, address: str, secure: bool
) -> None:
    """What stands further to the left, the client may have written itself."""
    app = create_app({**settings, "TRUSTED_PROXIES": proxies})
    seen: list[Any] = []

    def look() -> str:
        seen.append((request.remote_addr, request.is_secure, request.host))
        return ""

    look.access = PUBLIC  # type: ignore[attr-defined]
    app.add_url_rule("/look", "look", look)
    forwarded = {
        "X-Forwarded-For": "198.51.100.1, 203.0.113.9, 10.0.0.2",
        "X-Forwarded-Proto": "https, http, https",
        "X-Forwarded-Host": "evil.example",
    }
    app.test_client().get("/look", headers=forwarded)
    assert seen == [(address, secure, "localhost")]


def test_each_door_that_can_be_forced_is_slow(
    limited: Flask,
    app: Flask,
    sign_in: Callable[..., FlaskClient],
    acme: Firm,
    jane: int,
    subtests: pytest.Subtests,
) -> None:
    """Signing in, registering, resetting, inviting, applying, uploading, exporting, searching: 429 with Retry-After."""
    own = furnish(app, acme, jane)
    admin, candidate = sign_in(acme.admin, limited), sign_in(jane, limited)
    application = own[Role.CANDIDATE]["application_id"]
    somebody = limited.test_client()
    apply = f"/careers/acme/jobs/{acme.job}/apply"
    doors: dict[str, tuple[FlaskClient, str, str, int]] = {
        "sign in": (somebody, "POST", "/sign-in", 10),
        "register a company": (somebody, "POST", "/register/company", 10),
        "register": (somebody, "POST", "/register/candidate", 10),
        "forgot": (somebody, "POST", "/forgot-password", 5),
        "reset": (somebody, "POST", "/reset-password/x", 20),
        "join": (somebody, "POST", "/join/acme/x", 20),
        "invite": (admin, "POST", "/team/invitations", 30),
        "change the password": (admin, "POST", "/account/password", 10),
        "apply": (somebody, "POST", apply, 30),
        "upload to a draft": (somebody, "POST", f"{apply}/draft", 120),
        "upload a newer resume": (candidate, "POST", f"/my/applications/{application}/resume", 60),
        "upload a logo": (admin, "POST", "/settings/logo", 60),
        "upload for somebody": (admin, "POST", f"/jobs/{acme.job}/candidates/new", 60),
        "export": (admin, "GET", f"/settings/requests/{own['request_id']}/copy.zip", 30),
        "search applications": (admin, "GET", "/applications?q=a", 120),
        "search companies": (somebody, "GET", "/careers?q=a", 120),
        "ask for a link": (somebody, "POST", "/careers/acme/link", 10),
    }
    for name, (client, method, path, allowed) in doors.items():
        with subtests.test(name):
            statuses = []
            for _ in range(allowed + 1):
                answer = client.open(path, method=method)
                statuses.append(answer.status_code)
            assert 429 not in statuses[:allowed], f"after {statuses.index(429)}"
            assert statuses[allowed] == 429
            assert int(answer.headers["Retry-After"]) > 0
            assert "Too many tries" in answer.text
            check_headers(answer)
            swapped = client.open(path, method=method, headers=HTMX)
            assert (swapped.status_code, swapped.headers["HX-Retarget"]) == (429, "#toast")
    assert admin.get("/applications").status_code == 200, "Only words make it a search."
    assert candidate.get("/my/applications").status_code == 200


def test_an_account_is_guarded_against_many_addresses_and_an_address_against_many_accounts(
    settings: Mapping[str, Any], acme: Firm, globex: Firm
) -> None:
    client = create_app({**settings, "RATELIMIT_ENABLED": True, "TRUSTED_PROXIES": 1}).test_client()

    def guess(email: str, source: str, password: str = "wrong wrong wrong") -> int:
        data = {"email": email, "password": password}
        return client.post("/sign-in", data=data, headers={"X-Forwarded-For": source}).status_code

    known = acme.emails["recruiter"]
    assert [guess(known, f"203.0.113.{number}") for number in range(11)] == [422] * 10 + [429]
    assert guess(known.upper() + " ", "203.0.113.99") == 429
    assert guess(acme.emails["admin"], "203.0.113.99", PASSWORD) == 303
    many = [guess(f"{number}@mail.example", "198.51.100.7") for number in range(21)]
    assert many == [422] * 20 + [429]


def test_limits_hold_without_redis(settings: Mapping[str, Any], acme: Firm) -> None:
    client = create_app({**settings, "RATELIMIT_ENABLED": True, "REDIS_URL": "redis://127.0.0.1:1/0"}).test_client()
    data = {"email": acme.emails["recruiter"], "password": "wrong wrong wrong"}
    assert [client.post("/sign-in", data=data).status_code for _ in range(11)] == [422] * 10 + [429]


SERVER = """
import json, sys
from werkzeug.serving import make_server
from ats import create_app
server = make_server("127.0.0.1", 0, create_app(json.loads(sys.argv[1])))
print(server.server_port, flush=True)
server.serve_forever()
"""


@pytest.fixture
def two_servers(settings: Mapping[str, Any]) -> Iterator[list[str]]:
    """The addresses of two processes that serve the application, beside each other."""
    given = json.dumps({**settings, "RATELIMIT_ENABLED": True})
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", SERVER, given],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        yield [f"http://127.0.0.1:{process.stdout.readline().strip()}" for process in processes]  # type: ignore[union-attr]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def test_a_limit_holds_across_two_web_processes(two_servers: list[str], acme: Firm) -> None:
    """And so does what the answer tells of who has an account: nothing."""

    def guess(server: str, email: str) -> tuple[int, str]:
        data = urllib.parse.urlencode({"email": email, "password": "wrong wrong wrong"}).encode()
        try:
            with urllib.request.urlopen(f"{server}/sign-in", data=data, timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    for email in (acme.emails["recruiter"], "nobody@mail.example"):
        answers = [guess(two_servers[number % 2], email) for number in range(12)]
        assert [status for status, _ in answers] == [422] * 10 + [429] * 2


def assert_stays(answer: TestResponse) -> None:
    target = urllib.parse.urlsplit(answer.location)
    assert (target.scheme, target.netloc) == ("", ""), answer.location
    assert answer.location.startswith("/")
    assert not answer.location.startswith(("//", "/\\"))
    assert "evil" not in answer.location
