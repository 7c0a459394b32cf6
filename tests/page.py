"""A page as a test reads it. Whoever makes one has also checked what must be true of every page."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Self

from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

CONTROLS = "input, select, textarea"
UNNAMED = ("hidden", "submit", "button", "image")
"""The kinds of input that need no label: they show nothing, or say what they do themselves."""
REFERENCES = (
    "aria-describedby",
    "aria-labelledby",
    "aria-controls",
    "aria-details",
    "popovertarget",
    "for",
    "form",
    "list",
)
"""The attributes that name other elements by their ids."""


class Fragment:
    """What an answer to htmx holds. Raises AssertionError, with all that is wrong, unless it keeps the rules below."""

    def __init__(self, html: str) -> None:
        self.soup = BeautifulSoup(html, "html.parser")
        problems = [problem for rule in self.rules() for problem in rule()]
        assert not problems, f"{self} breaks rules that hold for all:\n  " + "\n  ".join(problems)

    def __str__(self) -> str:
        return f"The fragment “{self.text[:60]}…”"

    @classmethod
    def of(cls, answer: TestResponse, status: int = 200) -> Self:
        assert answer.status_code == status, f"{answer.request.path} answers {answer.status}:\n{answer.text[:2000]}"
        return cls(answer.text)

    @property
    def text(self) -> str:
        """What there is to read, with single spaces."""
        return " ".join(self.soup.get_text(" ").split())

    def all(self, selector: str) -> list[Tag]:
        return list(self.soup.select(selector))

    def one(self, selector: str) -> Tag:
        found = self.all(selector)
        assert len(found) == 1, f"{len(found)} elements and not one are {selector}"
        return found[0]

    def link(self, text: str) -> str:
        """Where the link with that text leads."""
        found = {str(link["href"]) for link in self.all("a[href]") if text_of(link) == text}
        assert len(found) == 1, f"{len(found)} links say “{text}”"
        return found.pop()

    def sent(self, form: str, **typed: str) -> tuple[str, list[tuple[str, str]]]:
        """Where a form goes, and what a browser sends with it: its hidden fields, and what is `typed`."""
        element = self.one(form)
        hidden = [(str(field["name"]), str(field["value"])) for field in element.select("input[type=hidden]")]
        return str(element["action"]), [*hidden, *typed.items()]

    def rules(self) -> list[Callable[[], Iterator[str]]]:
        return [self._labels, self._content_policy, self._forms, self._names]

    def _labels(self) -> Iterator[str]:
        labelled = {label.get("for") for label in self.soup.select("label[for]")}
        for control in self.soup.select(CONTROLS):
            if control.get("type") in UNNAMED or control.get("aria-label") or control.get("aria-labelledby"):
                continue
            label = control.find_parent("label")
            if not (control.get("id") in labelled or (label and text_of(label))):
                yield f"no label: {start_of(control)}"

    def _content_policy(self) -> Iterator[str]:
        """What the Content-Security-Policy would not let run, and what htmx would evaluate."""
        for element in self.soup.select("style, [style], script:not([src], [type='application/ld+json'])"):
            yield f"inline style or script: {start_of(element)}"
        for element in self.soup.find_all(True):
            for attribute, value in element.attrs.items():
                if re.match(r"on|hx-on", attribute):
                    yield f"a script in an attribute: {start_of(element)}"
                if re.match(r"\s*(javascript|js):", str(value)):
                    yield f"a script in a value: {start_of(element)}"

    def _forms(self) -> Iterator[str]:
        for form in self.soup.select("form"):
            inside = form.select("button:not([type=button]), input[type=submit]")
            outside = self.soup.select(f'button[form="{form["id"]}"]') if form.get("id") else []
            if not inside and not outside:
                yield f"a form without a button: {start_of(form)}"
            if form.find_parent("form"):
                yield f"a form in a form: {start_of(form)}"
            tokens = form.select("input[name=csrf_token]")
            if str(form.get("method", "get")).lower() == "post" and not (len(tokens) == 1 and tokens[0].get("value")):
                yield f"a form that posts needs one csrf_token: {start_of(form)}"
            if str(form.get("method", "get")).lower() == "get" and tokens:
                yield f"a csrf_token would show in the address: {start_of(form)}"

    def _names(self) -> Iterator[str]:
        """What a screen reader says of links, buttons and pictures."""
        for element in self.soup.select("a[href], button, summary, [role=button]"):
            pictures = [str(image.get("alt", "")) for image in element.select("img")]
            if not (text_of(element) or element.get("aria-label") or element.get("aria-labelledby") or any(pictures)):
                yield f"nothing to read in: {start_of(element)}"
        for image in self.soup.select("img:not([alt])"):
            yield f"no alt: {start_of(image)}"
        for frame in self.soup.select("iframe:not([title])"):
            yield f"no title: {start_of(frame)}"
        for drawing in self.soup.select("svg:not([aria-hidden=true])"):
            if not (drawing.get("aria-label") or drawing.get("aria-labelledby")):
                yield f"neither hidden nor labelled: {start_of(drawing)}"


class Page(Fragment):
    """A whole page, with what must be true of it besides."""

    def __str__(self) -> str:
        return f"The page “{self.title}”"

    @classmethod
    def at(cls, client: FlaskClient, url: str, status: int = 200) -> Self:
        """What the browser shows at this address, redirects followed."""
        return cls.of(client.get(url, follow_redirects=True), status)

    @property
    def title(self) -> str:
        return text_of(self.soup.title) if self.soup.title else ""

    @property
    def h1(self) -> str:
        return text_of(self.one("h1"))

    def rules(self) -> list[Callable[[], Iterator[str]]]:
        return [*super().rules(), self._headings, self._ids, self._references]

    def _headings(self) -> Iterator[str]:
        if not (self.soup.html and self.soup.html.get("lang")):
            yield "<html> says no lang"
        for element in ("h1", "main", "title"):
            if (number := len(self.soup.select(f"{element}:not(svg *)"))) != 1:
                yield f"there are {number} <{element}>, there must be one"
        headings = self.soup.select("h1")
        if headings and not self.title.startswith(text_of(headings[0])):
            yield f"the title “{self.title}” does not start with the h1, “{text_of(headings[0])}”"

    def _ids(self) -> Iterator[str]:
        ids = Counter(str(element["id"]) for element in self.soup.select("[id]"))
        yield from (f"{number} elements have the id {id}" for id, number in ids.items() if number > 1)
        if "" in ids:
            yield "an id is empty"

    def _references(self) -> Iterator[str]:
        ids = {str(element["id"]) for element in self.soup.select("[id]")}
        for attribute in REFERENCES:
            for element in self.soup.select(f"[{attribute}]"):
                if element.name == "dialog" and not text_of(element):
                    continue  # Its title comes with what it is filled with.
                if missing := set(str(element[attribute]).split()) - ids:
                    yield f"{attribute} names {sorted(missing)}, which the page does not have: {start_of(element)}"
        for attribute in ("href", "hx-target", "hx-select"):
            for element in self.soup.select(f'[{attribute}^="#"]'):
                if str(element[attribute])[1:] not in ids and not element.find_parent("svg"):
                    yield f"{attribute} leads nowhere on the page: {start_of(element)}"


def text_of(element: Tag) -> str:
    return " ".join(element.get_text().split())


def start_of(element: Tag) -> str:
    """The element's tag, to find it by."""
    return str(element).split(">", 1)[0][:200] + ">"
