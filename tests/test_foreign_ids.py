"""Ids of strangers, in every field of every form and query: nothing of theirs is shown, and nothing of theirs changes.

The ids of addresses are those of tests/test_routes.py; here are the ones that hide in queries and bodies, a colleague's
own things included.
"""

import itertools
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats.access import Role
from tests.cast import Firm
from tests.sitemap import FIELDS, HTMX, PAGES, ROUTES, SAFE, Ids, access_of, address, ask, for_role
from tests.test_malformed import NAMES

THEIRS = ("Globex", "Ana Sousa", "otto@", "Otto Krug")
"""Words that stand in every row of the strangers."""
LEFT_OUT = ("accounts.sign_out", "accounts.end_all_sessions", "accounts.sign_in", "accounts.change_password")
"""Who is signed in stays so."""
OWNED: dict[str, str] = {"note_id": "note", "view_id": "saved_view"}
"""What is one colleague's own and nobody else's to change."""


@pytest.fixture
def people(acme: Firm, jane: int) -> dict[Role, int]:
    return {Role.CANDIDATE: jane, **{role: acme.user(role) for role in Role if role.is_staff}}


@pytest.fixture
def browsers(
    app: Flask, sign_in: Callable[[int], FlaskClient], people: dict[Role, int]
) -> dict[Role | None, FlaskClient]:
    return {None: app.test_client()} | {role: sign_in(id) for role, id in people.items()}


def foreign(strange: Ids, firm: Firm) -> Iterator[dict[str, Any]]:
    """Every name that a query or a form has, each time with ids of another kind of thing."""
    things = {name: id for name, id in strange.items() if isinstance(id, int) and "_id" in str(name)}
    for id in {*things.values(), strange[Role.CANDIDATE]["application_id"], firm.admin, firm.candidate}:
        yield {name: [str(id), f"{id}:1"] for name in NAMES}


def test_no_page_shows_anything_of_strangers_by_an_id_in_its_query(
    browsers: dict[Role | None, FlaskClient], own: Ids, strange: Ids, globex: Firm
) -> None:
    queries = list(foreign(strange, globex))
    for rule in PAGES:
        access = access_of(rule)
        if rule.endpoint in ("static", "careers.companies"):  # That one lists all companies.
            continue
        roles: list[Role | None] = [None] if access == "public" else [Role.ADMIN]
        role = Role.CANDIDATE if access is Role.CANDIDATE else roles[0]
        for query, headers in zip(queries, itertools.cycle(({}, HTMX)), strict=False):
            url = address(rule, for_role(own, role))
            fields = {name: value.format_map(own) for name, value in FIELDS.get(rule.endpoint, {}).items()}
            answer = browsers[role].get(url, query_string={**query, **fields}, headers=headers)
            assert answer.status_code < 500, f"{url}: {answer.status}"
            seen = [word for word in THEIRS if word.encode() in answer.data]
            assert not seen, f"{url} shows {seen} to {role}"


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "htmx"])
def test_no_form_changes_anything_of_strangers_by_an_id_in_its_body(
    postgres_url: str,
    browsers: dict[Role | None, FlaskClient],
    own: Ids,
    strange: Ids,
    globex: Firm,
    headers: dict[str, str],
) -> None:
    bodies = list(foreign(strange, globex))
    before = rows_of_company(postgres_url, globex.id)
    assert len(before) > 15
    for rule, method in ROUTES:
        if method in SAFE or rule.endpoint in LEFT_OUT:
            continue
        for (role, client), body in zip(browsers.items(), itertools.cycle(bodies)):
            answer = client.open(address(rule, for_role(own, role)), method=method, data=body, headers=headers)
            assert answer.status_code < 500, f"{rule.rule}: {answer.status}"
        after = rows_of_company(postgres_url, globex.id)
        changed = [table for table in before if before[table] != after[table]]
        assert not changed, f"{method} {rule.rule} changes {changed} of strangers"


def test_no_id_of_strangers_in_an_address_changes_anything_of_theirs_whoever_asks(
    postgres_url: str, browsers: dict[Role | None, FlaskClient], own: Ids, strange: Ids, globex: Firm
) -> None:
    """By any role, also one that may not open the route at all: and the answer is the one to an own id, or 404."""
    before = rows_of_company(postgres_url, globex.id)
    for rule, method in ROUTES:
        if rule.endpoint in LEFT_OUT or access_of(rule) == "public":
            continue
        for (role, client), headers in itertools.product(browsers.items(), ({}, HTMX)):
            theirs = ask(client, rule, method, for_role(strange, role), headers=headers)
            if rule.arguments:
                access = access_of(rule)
                allowed = role is not None and (not isinstance(access, Role) or role.includes(access))
                expected = {404} if allowed else {401, 302} if role is None else {403}
                assert theirs.status_code in expected, f"{role}: {method} {rule.rule} answers {theirs.status}"
            assert not [word for word in THEIRS if word.encode() in theirs.data]
    assert rows_of_company(postgres_url, globex.id) == before


def test_what_is_a_colleagues_own_stays_so(
    postgres_url: str, browsers: dict[Role | None, FlaskClient], own: Ids
) -> None:
    """Right role, wrong object: the note or the view of somebody of the same company."""
    tried = 0
    for rule, method in ROUTES:
        for argument in OWNED.keys() & rule.arguments:
            for mine, theirs in itertools.permutations([role for role in Role if role.is_staff], 2):
                ids = {**own, argument: own[theirs][argument]}
                before = rows(postgres_url, OWNED[argument])
                answer = ask(browsers[mine], rule, method, ids)
                tried += 1
                assert answer.status_code in (403, 404), f"{mine}: {method} {rule.rule} answers {answer.status}"
                assert rows(postgres_url, OWNED[argument]) == before
    assert tried >= 6


def rows_of_company(url: str, company: int) -> dict[str, Any]:
    """A digest of what each table has of a company."""
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.columns WHERE column_name = 'company_id'")
        tables = {name: "company_id" for (name,) in cursor.fetchall()} | {"company": "id", "company_slug": "owner_id"}
        digest = "md5(coalesce(string_agg(t::text, chr(10) ORDER BY t::text), ''))"
        found = {}
        for table, column in tables.items():
            cursor.execute(f'SELECT {digest} FROM "{table}" AS t WHERE {column} = %s', [company])
            found[table] = cursor.fetchall()
        return found


def rows(url: str, table: str) -> Any:
    with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} AS t ORDER BY 1")
        return cursor.fetchall()
