"""Templates: what their names promise, that each is used, and what holds for every page they make."""

import ast
import re
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from ats.access import Role
from ats.pipeline.stages import STAGES
from tests.cast import Firm
from tests.page import Page
from tests.sitemap import PAGES, access_of, ask, for_role, furnish

ROOT = Path(__file__).parent.parent
TEMPLATES = ROOT / "templates"
HTML = sorted(path.relative_to(TEMPLATES).as_posix() for path in TEMPLATES.rglob("*.html"))
FRAGMENTS = [name for name in HTML if "/_" in name and not name.startswith("emails/")]
PARTS = {"subject.txt", "body.txt", "body.html"}

WITHOUT_ONE_ROOT = {
    "pipeline/_cards.html": "a list of cards, each with an id",
    "pipeline/_page_of_cards.html": "the same, and what loads the next ones",
    "pipeline/_changes.html": "composes the fragments that others have changed meanwhile, out of band",
    "pipeline/_deed.html": "what stands in the toast, which is swapped as a whole",
    "pipeline/_moved.html": "composes the fragments that a move changes, out of band",
}
UNESCAPED: dict[str, str] = {}
"""The templates that say `|safe`, and why what they show cannot hold anybody's markup."""


def source(name: str) -> str:
    return (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", [name for name in HTML if not name.startswith(("layouts/", "components/", "emails/"))])
def test_an_underscore_means_a_fragment(name: str) -> None:
    is_page = "{% extends" in source(name)
    assert is_page != ("/_" in name), "A page extends a layout; a fragment never does, and its name starts with _."


@pytest.mark.parametrize("name", [name for name in FRAGMENTS if name not in WITHOUT_ONE_ROOT])
def test_a_fragment_has_one_root_with_an_id(name: str) -> None:
    """So that a swap can find what it replaces."""
    roots = Roots.of(source(name))
    assert len(roots) == 1, f"{name} has the roots {roots}. Wrap them, or say in WITHOUT_ONE_ROOT why not."
    assert "id=" in roots[0], f"Give {roots[0]} in {name} an id."


def test_the_exceptions_are_still_needed() -> None:
    for name in WITHOUT_ONE_ROOT:
        roots = Roots.of(source(name))
        assert len(roots) != 1 or "id=" not in roots[0], f"{name} has one root: take it out of WITHOUT_ONE_ROOT."
    for name in UNESCAPED:
        assert "|safe" in source(name).replace(" ", ""), f"{name} escapes everything: take it out of UNESCAPED."


def test_every_template_is_used() -> None:
    code = "\n".join(path.read_text() for path in (ROOT / "ats").rglob("*.py"))
    rendered = set(re.findall(r"[\"']([\w/-]+\.html)[\"']", code))
    for path in TEMPLATES.rglob("*.*"):
        rendered |= set(re.findall(r"[\"']([\w/-]+\.(?:html|txt))[\"']", path.read_text()))
    unused = {name for name in HTML if name not in rendered and Path(name).name not in PARTS}
    assert not unused, "Nothing renders, extends, includes or imports these templates: delete them."


def test_every_mail_has_three_parts() -> None:
    for folder in sorted(path for path in (TEMPLATES / "emails").iterdir() if path.is_dir()):
        parts = {part.name for part in folder.iterdir()}
        assert parts == PARTS, f"templates/emails/{folder.name} must hold {sorted(PARTS)}, and nothing else."
        subject = (folder / "subject.txt").read_text()
        assert len(subject.strip().splitlines()) == 1, f"The subject of {folder.name} must be one line."


def test_every_mail_that_is_sent_is_written() -> None:
    for name in {stage.mail for stage in STAGES} | set(posted_in_code()):
        assert (TEMPLATES / "emails" / name).is_dir(), f"Write templates/emails/{name}."


def test_every_mail_that_is_written_is_sent() -> None:
    named = {node.value for tree in code() for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    for folder in (path for path in (TEMPLATES / "emails").iterdir() if path.is_dir()):
        assert folder.name in named, f"No code names the mail {folder.name}: send it or delete it."


def test_nothing_shows_text_unescaped() -> None:
    """Company names, letters and notes are other people's: what they hold is shown, never run."""
    for path in sorted(TEMPLATES.rglob("*.*")):
        name = path.relative_to(TEMPLATES).as_posix()
        unescaped = re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text())
        assert not unescaped or name in UNESCAPED, f"{name} says {unescaped and unescaped[0]}: see UNESCAPED."


def test_nothing_in_a_template_needs_what_the_policy_forbids() -> None:
    """Those branches included that no test renders. Mails are excepted: mail programs know only inline styles."""
    forbidden = re.compile(
        r"<script(?![^>]*(\bsrc=|type=\"application/ld\+json\"))|<style|\bstyle=|\s(on[a-z]+|hx-on[\w:-]*)=|javascript:|=[\"']js:"
    )
    for name in HTML:
        if not name.startswith("emails/"):
            found = forbidden.search(source(name))
            assert not found, f"{name} has {found and found[0]!r}: put it into static/css or static/js."


FOR_SCRIPTS = {"careers.drafted_resume", "accounts.swatch"}
"""GETs that only a script asks, for a part of the page it is on."""


def test_every_page_keeps_the_rules_of_pages(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int
) -> None:
    own = furnish(app, acme, jane)
    browsers: dict[Role | None, FlaskClient] = {None: app.test_client()}
    browsers |= {role: sign_in(acme.user(role) if role.is_staff else jane) for role in Role}
    for role, client in browsers.items():
        for rule in PAGES:
            answer = ask(client, rule, "GET", for_role(own, role))
            is_page = answer.mimetype == "text/html" and answer.status_code not in (302, 304)
            if is_page and rule.endpoint not in FOR_SCRIPTS:
                Page(answer.text)


@pytest.mark.parametrize("status", ["open", "draft", "closed", "archived"])
def test_the_list_of_jobs_keeps_them_for_each_status(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int, status: str
) -> None:
    client = sign_in(acme.recruiter)
    Page.at(client, f"/jobs?status={status}")
    furnish(app, acme, jane)
    Page.at(client, f"/jobs?status={status}&q=acme")


@pytest.mark.parametrize("rule", [rule for rule in PAGES if "POST" in (rule.methods or ())], ids=lambda rule: rule.rule)
def test_a_form_that_is_sent_back_keeps_them_too(
    app: Flask, sign_in: Callable[[int], FlaskClient], acme: Firm, jane: int, rule: Rule
) -> None:
    role = Role.CANDIDATE if access_of(rule) is Role.CANDIDATE else Role.ADMIN
    client = sign_in(acme.user(role) if role.is_staff else jane)
    answer = ask(client, rule, "POST", for_role(furnish(app, acme, jane), role))
    if answer.status_code in (409, 422):
        assert Page(answer.text).all("[role=alert]"), "Nobody is told what is wrong."


def code() -> Iterator[ast.Module]:
    return (ast.parse(path.read_text()) for path in (ROOT / "ats").rglob("*.py"))


def posted_in_code() -> Iterator[str]:
    """The names of mails given to outbox.post. What is not written there is in a table: a Stage's, say."""
    for tree in code():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "outbox.post":
                for part in ast.walk(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield part.value


class Roots(HTMLParser):
    """The elements of a fragment that are in no other, as their opening tags. Jinja's own signs are left out."""

    EMPTY = {"img", "input", "br", "hr", "link", "meta", "source", "use", "path", "rect", "circle", "line"}

    def __init__(self) -> None:
        super().__init__()
        self.depth = 0
        self.tags: list[str] = []

    @classmethod
    def of(cls, template: str) -> list[str]:
        parser = cls()
        parser.feed(re.sub(r"\{#.*?#\}|\{%.*?%\}", "", re.sub(r"\{\{.*?\}\}", "x", template, flags=re.S), flags=re.S))
        return parser.tags

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.tags.append(self.get_starttag_text() or tag)
        self.depth += tag not in self.EMPTY

    def handle_endtag(self, tag: str) -> None:
        self.depth -= tag not in self.EMPTY

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self.depth == 0:
            self.tags.append(self.get_starttag_text() or tag)
