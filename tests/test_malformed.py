"""Whatever is sent, in whatever field: it is refused or taken, and never a mistake of ours (500).

Every form and every query there is, with the values that a browser would send but for some that no browser would.
"""

import os
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.routing import Rule

from ats.access import Role
from tests.cast import Firm
from tests.sitemap import FIELDS, HTMX, PAGES, ROUTES, SAFE, Ids, access_of, address, ask, for_role, furnish

EXAMPLES = int(os.environ.get("MALFORMED_EXAMPLES", "150"))
ATS = Path(__file__).parents[1] / "ats"
Fields = dict[str, list[str]]

NASTY = [
    "",
    " ",
    "\0",
    "a\0b",
    "\x1b[31m\x07",
    "\u202egnp.exe",
    "\u200b",
    "\ufffe\uffff",
    "🦊" * 40,
    "é" * 300,
    "x" * 5000,
    "-1",
    "0",
    "00",
    "+1",
    " 1 ",
    "1.5",
    "1e309",
    "NaN",
    "-Infinity",
    "1_000",
    "0x10",
    "²",
    "٣",
    "१२",
    "²:١",
    "9" * 19,
    "9" * 400,
    "-" + "9" * 30,
    "2147483648",
    "9223372036854775808",
    "1:1",
    "1:",
    ":1",
    "1:1:1",
    "1-1",
    "9" * 16 + "-1",
    "9" * 30 + ":" + "9" * 30,
    "null",
    "true",
    "[]",
    "{}",
    '{"a":',
    "%",
    "%s%n",
    "{0.__class__}",
    "{{7*7}}",
    "'",
    '"',
    "\\",
    "' OR 1=1 --",
    "_%\\",
    "../../etc/passwd",
    "//",
    "http://[",
    "https://evil.example",
    "@",
    "a@b",
    "a@[1.2.3.4]",
    "a@" + "b" * 250 + ".example",
    '"a b"@x.example',
    "ana@exämple.example",
    "2026-02-30",
    "0000-00-00",
    "9999-12-31",
    "10000-01-01",
    "12:60",
    "\r\nBcc: a@x.example",
    "=?utf-8?q?x?=",
    "applied",
    "hired",
    "admin",
    "<script>alert(1)</script>",
]
# As bytes in the address or the body: what is no UTF-8 at all.
RAW = ["%FF", "%C0%AF", "%ED%A0%80", "%F4%90%80%80", "%E2%82", "%", "%%", "%u0041", "%00"]

value = st.one_of(st.sampled_from(NASTY), st.text(max_size=30), st.integers().map(str))
route = st.sampled_from([(rule, method) for rule, method in ROUTES if rule.endpoint != "static"])
page = st.sampled_from([rule for rule in PAGES if rule.endpoint != "static"])
unsafe = st.sampled_from([(rule, method) for rule, method in ROUTES if method not in SAFE])
role = st.sampled_from([None, *Role])
some = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="MALFORMED_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)


class Site:
    """Everybody's browser, what they see, and which fields each address takes."""

    def __init__(self, browsers: dict[Role | None, FlaskClient], ids: Ids) -> None:
        self.browsers, self.ids = browsers, ids
        self.forms: dict[tuple[str, str], Fields] = {}
        for rule in PAGES:
            who = self.role_for(rule)
            answer = ask(self.browsers[who], rule, "GET", for_role(self.ids, who))
            if answer.mimetype == "text/html":
                self._read(answer.text, answer.request.path)
        assert len(self.forms) > 30, sorted(self.forms)

    def _read(self, html: str, path: str) -> None:
        for form in BeautifulSoup(html, "html.parser").select("form"):
            fields: Fields = {}
            for control in form.select("input[name], select[name], textarea[name], button[name]"):
                if control.get("type") == "file":
                    continue
                first = control.select_one("option[value]") if control.name == "select" else control
                text = control.get_text() if control.name == "textarea" else str((first or control).get("value", "on"))
                fields.setdefault(str(control["name"]), []).append(text)
            target = str(form.get("action") or path).partition("?")[0]
            self.forms.setdefault((str(form.get("method", "get")).upper(), target), {}).update(fields)

    @staticmethod
    def role_for(rule: Rule) -> Role | None:
        access = access_of(rule)
        if isinstance(access, Role):
            return Role.ADMIN if access.is_staff else access
        return None if access == "public" else Role.ADMIN

    def honest(self, rule: Rule, method: str, who: Role | None) -> Fields:
        """What a browser sends there."""
        ids = for_role(self.ids, who)
        known = {name: [text.format_map(ids)] for name, text in FIELDS.get(rule.endpoint, {}).items()}
        return {**self.forms.get((method, address(rule, ids)), {}), **known}


def names() -> list[str]:
    """Every field that the code asks a query or a form for by name."""
    found: set[str] = set()
    for path in ATS.glob("**/*.py"):
        if "ats/dev" not in path.as_posix():
            found |= set(re.findall(r'\.(?:get|getlist)\("([a-z_]+)"', path.read_text()))
    return sorted(found)


NAMES = names()


@pytest.fixture
def site(app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int) -> Site:
    people = {role: acme.user(role) if role.is_staff else jane for role in Role}
    browsers: dict[Role | None, FlaskClient] = {None: app.test_client()}
    return Site(browsers | {role: sign_in(id) for role, id in people.items()}, furnish(app, acme, jane))


@given(data=st.data())
@some
def test_no_query_is_a_mistake_of_ours(site: Site, data: st.DataObject) -> None:
    rule = data.draw(page)
    who = site.role_for(rule)
    fields = site.honest(rule, "GET", who)
    for name in data.draw(st.lists(st.sampled_from([*fields, *NAMES]), min_size=1, max_size=4)):
        fields[name] = data.draw(st.lists(value, min_size=1, max_size=2))
    query = encoded(fields, data)
    headers = data.draw(st.sampled_from([{}, HTMX]))
    url = address(rule, for_role(site.ids, who))
    check(site.browsers[who].get(f"{url}?{query}", headers=headers))


@given(data=st.data())
@some
def test_no_form_is_a_mistake_of_ours(site: Site, data: st.DataObject) -> None:
    rule, method = data.draw(unsafe)
    if rule.endpoint in ("accounts.sign_out", "accounts.end_all_sessions"):
        return  # Or nobody would be signed in for the rest.
    who = site.role_for(rule)
    url = address(rule, for_role(site.ids, who))
    fields = site.honest(rule, method, who)
    for name in data.draw(st.lists(st.sampled_from([*fields, *NAMES]), max_size=4)):
        fields[name] = data.draw(st.lists(value, min_size=1, max_size=2))
    for name in data.draw(st.lists(st.sampled_from(sorted(fields) or ["x"]), max_size=2)):
        fields.pop(name, None)
    kind = data.draw(st.sampled_from(["form", "form", "form", "multipart", "json", "broken", "file"]))
    headers = data.draw(st.sampled_from([{}, HTMX]))
    client = site.browsers[who]
    if kind == "form":
        body = encoded(fields, data).encode("ascii")
        answer = client.open(
            url, method=method, data=body, content_type="application/x-www-form-urlencoded", headers=headers
        )
    elif kind in ("multipart", "file"):
        upload = data.draw(st.sampled_from(["resume", "logo", *fields])) if kind == "file" else "resume"
        name = data.draw(st.one_of(st.sampled_from(["a.pdf", "", ".docx", "x" * 300 + ".pdf", "a\0.pdf"]), value))
        content = data.draw(st.one_of(st.binary(max_size=60), st.sampled_from([b"%PDF-1.4", b"PK\x03\x04", b""])))
        parts = [(key, text) for key, texts in fields.items() for text in texts if key != upload]
        form: dict[str, Any] = {}
        for key, text in parts:
            form.setdefault(key, []).append(text)
        form[upload] = (BytesIO(content), name.replace("\r", "").replace("\n", ""))
        answer = client.open(url, method=method, data=form, content_type="multipart/form-data", headers=headers)
    else:
        body = data.draw(st.binary(max_size=60))
        types = ["application/json", "multipart/form-data", "multipart/form-data; boundary=x", "text/\0", "x"]
        content_type = data.draw(st.sampled_from(types[:1] if kind == "json" else types[1:]))
        answer = client.open(url, method=method, data=body, content_type=content_type, headers=headers)
    check(answer)


@given(data=st.data())
@some
def test_no_address_header_or_cookie_is_a_mistake_of_ours(site: Site, data: st.DataObject) -> None:
    rule, method = data.draw(route)
    if rule.endpoint in ("accounts.sign_out", "accounts.end_all_sessions"):
        return
    who = data.draw(role)
    ids = for_role(site.ids, who)
    for name in sorted(rule.arguments):
        if data.draw(st.booleans()):
            text = data.draw(value).replace("/", "") or "x"
            ids = {**ids, name: text if "int:" not in f"{rule.rule}" or name not in integers(rule) else 2**40}
            ids = {**ids, f"{rule.endpoint}:{name}": ids[name]}
    spelled = ["HX-Current-URL", "HX-Request-Type", "User-Agent", "If-None-Match", "Range", "Referer", "Accept"]
    spelled += ["X-CSRFToken", "If-Modified-Since", "X-Forwarded-For", "Accept-Language", "Content-Length"]
    headers = {"HX-Request": "true"} if data.draw(st.booleans()) else {}
    for name in data.draw(st.lists(st.sampled_from(spelled[:-1]), max_size=3)):
        headers[name] = "".join(char for char in data.draw(value) if 31 < ord(char) < 256)
    client = site.browsers[who]
    if data.draw(st.booleans()):
        cookie = quote("".join(char for char in data.draw(value) if 31 < ord(char) < 127))
        for path in ("/", url_without_query(address_of(rule, ids))):
            client.set_cookie("foyer-draft", cookie, path=path)
    check(client.open(address_of(rule, ids), method=method, headers=headers))


def encoded(fields: Fields, data: st.DataObject) -> str:
    """As in an address; here and there with bytes that are no text."""
    query = urlencode([(name, text.encode("utf-8", "replace")) for name, texts in fields.items() for text in texts])
    if data.draw(st.integers(0, 9)) == 0:
        query += f"&{data.draw(st.sampled_from([*fields, *NAMES]))}={data.draw(st.sampled_from(RAW))}"
    return query


def integers(rule: Rule) -> set[str]:
    return set(re.findall(r"<int:(\w+)>", rule.rule))


def address_of(rule: Rule, ids: Ids) -> str:
    return address(rule, ids)


def url_without_query(url: str) -> str:
    return url.partition("?")[0]


def check(answer: Any) -> None:
    """A mistake raises in tests (TESTING), and so is told with its place."""
    assert answer.status_code < 500 or answer.status_code == 503, answer.status
