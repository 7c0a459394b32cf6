"""The list of all applications: its filters, its pages, and what becomes of nonsense in its address."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.models import Company
from ats.candidates.models import Candidate
from ats.dev.servers import OWNER, Postgres
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application
from ats.reports import applications as lists
from tests.cast import Firm, apply, open_job
from tests.page import Page
from tests.reports.history import happened

SignIn = Callable[[int], FlaskClient]
NOW = datetime.now(UTC)


@pytest.fixture
def scope(app: Flask, acme: Firm, globex: Firm) -> Iterator[None]:
    """Acme's. Globex has an application too, which must not show anywhere."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield


@pytest.fixture
def manager(sign_in: SignIn, acme: Firm) -> FlaskClient:
    return sign_in(acme.manager)


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


def names(client: FlaskClient, query: str = "") -> list[str]:
    return [link.text for link in Page.at(client, f"/applications{query}").all("#applications th[scope=row] a")]


def test_all_are_listed_the_newest_first(scope: None, manager: FlaskClient, acme: Firm) -> None:
    job = db.session.get_one(Job, acme.job)
    happened(job, "Older One", {"applied": ago(3), "screening": ago(2)}, source="LinkedIn")
    happened(job, "Oldest One", {"applied": ago(4)})
    db.session.commit()
    page = Page.at(manager, "/applications")
    assert names(manager) == ["Lukas Brandt", "Older One", "Oldest One"]
    assert page.link("Lukas Brandt") == f"/applications/{acme.application}"
    assert "3 applications" in page.one("[role=status]:not(#toast)").text
    row = " ".join(page.all("#applications tbody tr")[1].get_text(" ").split())
    assert row.startswith("Older One older.one@mail.example Acme Baker Screening LinkedIn")


def test_the_filters_narrow_and_combine(scope: None, manager: FlaskClient, acme: Firm) -> None:
    baker, cook = db.session.get_one(Job, acme.job), open_job(title="Cook")
    way = {"applied": ago(40), "screening": ago(39), "interview": ago(38), "offer": ago(37)}
    happened(baker, "Hired Hand", {**way, "hired": ago(36)}, source="Referral")
    happened(cook, "Cook One", {"applied": ago(20), "screening": ago(19)}, source="Referral")
    happened(cook, "Cook Two", {"applied": ago(5), "rejected": ago(4)}, source="LinkedIn")
    db.session.commit()
    for query, expected in [
        (f"job={cook.id}", ["Cook Two", "Cook One"]),
        ("stage=hired", ["Hired Hand"]),
        ("stage=open", ["Lukas Brandt", "Cook One"]),
        ("source=Referral", ["Cook One", "Hired Hand"]),
        ("days=7", ["Lukas Brandt", "Cook Two"]),
        ("q=cook", ["Cook Two", "Cook One"]),
        ("q=two+cook", ["Cook Two"]),
        ("q=HIRED.HAND%40mail", ["Hired Hand"]),
        (f"job={cook.id}&source=Referral&stage=open&q=cook&days=30", ["Cook One"]),
        (f"job={cook.id}&stage=hired", []),
    ]:
        assert names(manager, f"?{query}") == expected, query


def test_short_words_are_found_where_a_word_begins(scope: None, manager: FlaskClient, acme: Firm) -> None:
    job = db.session.get_one(Job, acme.job)
    for name in ("Wei Li", "Olivia Stone", "王 伟"):
        happened(job, name, {"applied": ago(1)})
    db.session.commit()
    assert set(names(manager, "?q=li")) == {"Wei Li"}
    assert set(names(manager, "?q=o")) == {"Olivia Stone"}
    assert names(manager, "?q=伟") == ["王 伟"]
    assert names(manager, "?q=%25") == []
    assert names(manager, "?q=___") == []


def test_the_form_shows_what_was_asked_for(scope: None, manager: FlaskClient, acme: Firm) -> None:
    page = Page.at(
        manager, f"/applications?q=brandt&department=Kitchen&job={acme.job}&stage=open&source=Referral&days=30"
    )
    assert page.one("[name=q]")["value"] == "brandt"
    selected = {select["name"]: select.select_one("[selected]") for select in page.all(".sieve select")}
    chosen = {name: option.get("value", option.text) for name, option in selected.items() if option}
    assert chosen == {
        "department": "Kitchen",
        "job": str(acme.job),
        "stage": "open",
        "source": "Referral",
        "days": "30",
    }
    assert page.link("Clear the filters") == "/applications"


def test_pages_show_everybody_once_in_order(scope: None, manager: FlaskClient, acme: Firm) -> None:
    """Those who applied in the same moment included: a bulk import makes hundreds of them."""
    job = db.session.get_one(Job, acme.job)
    for number in range(2 * lists.PAGE + 5):
        happened(job, f"Number {number}", {"applied": ago(1 + number // 40)})
    db.session.commit()
    url, seen, pages = "/applications?q=number", [], 0
    while url:
        page = Page.at(manager, url)
        seen += [link.text for link in page.all("#applications th[scope=row] a")]
        following = page.all("a[rel=next]")
        url, pages = str(following[0]["href"]) if following else "", pages + 1
        assert bool(page.all(".pager a:-soup-contains('newest')")) == (pages > 1)
    newest = sa.select(Application).order_by(Application.created_at.desc(), Application.id.desc())
    names = [one.candidate.name for one in db.session.scalars(newest.options(sa.orm.joinedload(Application.candidate)))]
    assert seen == names[1:]  # Lukas, whom the cast brings, is no number.
    assert pages == 3


def test_who_withdrew_is_not_called_rejected(scope: None, manager: FlaskClient, acme: Firm) -> None:
    db.session.get_one(Application, acme.application).withdraw(actor=None)
    db.session.commit()
    assert Page.at(manager, "/applications").one("#applications .status").text == "Withdrew"


def test_an_empty_list_says_why_it_is_empty(scope: None, sign_in: SignIn, manager: FlaskClient, acme: Firm) -> None:
    assert "Nobody fits all of that" in Page.at(manager, "/applications?q=nobody").one(".empty").text
    assert "That was all" in Page.at(manager, "/applications?after=1-1").one(".empty").text


@pytest.mark.parametrize(
    "query",
    [
        "job=999999999999999999999",
        "job=x",
        "job=-1",
        "stage=promoted",
        "source=Nowhere",
        "days=x",
        "days=99999999999999",
        "after=x",
        "after=1",
        "after=-",
        "after=99999999999999999999-1",
        "after=1-99999999999999999999",
        "after=٣-٣",
        "q=" + "a" * 10_000,
        "q=" + "%25_%5C%2F" * 20,
        "q=%F0%9F%92%A9",
        "job=1&job=2",
    ],
)
def test_nonsense_asks_for_nothing(scope: None, manager: FlaskClient, query: str) -> None:
    Page.at(manager, f"/applications?{query}")


@pytest.mark.parametrize(
    "query", ["job=x", "job=99999999999999999999", "stage=promoted", "days=x", "source=x", "after=x"]
)
def test_an_unknown_value_does_not_hide_anybody(scope: None, manager: FlaskClient, query: str) -> None:
    assert names(manager, f"?{query}") == ["Lukas Brandt"]


def test_what_cannot_be_stored_is_not_looked_for(manager: FlaskClient) -> None:
    assert manager.get("/applications?q=a%00").status_code == 400


def test_strangers_find_nobody(scope: None, sign_in: SignIn, acme: Firm, globex: Firm) -> None:
    stranger = sign_in(globex.manager)
    assert names(stranger) == ["Ana Sousa"]
    assert names(stranger, "?q=lukas") == []
    page = Page.at(stranger, f"/applications?job={acme.job}")
    assert [option.text for option in page.all("[name=job] option")] == ["All jobs", "Globex Baker"]
    assert "Lukas" not in page.text


@pytest.mark.parametrize("word", ["so", "sousa", "a.so", "@mail"])
def test_the_search_has_an_index_for_every_kind_of_word(scope: None, postgres: Postgres, word: str) -> None:
    """Of whole words, parts of words and their beginnings, in names and in addresses.

    Looked at as the owner, in whose name the function of the search runs: row-level security rules an index out.
    """
    (pattern,) = Candidate.patterns(word)
    with closing(psycopg2.connect(postgres.url("test", role=OWNER))) as connection, connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off; SET enable_indexscan = off")
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'candidates_with'")
        body = cursor.fetchall()[0][0].replace("LIKE pattern", "LIKE %s")
        body = body.replace("(further)", "('{}'::text[])").replace("LIMIT most", "")
        cursor.execute(f"SET foyer.scope = 'everything'; EXPLAIN {body}", [pattern])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "ix_candidate_words" in plan


def test_an_application_by_the_public_form_is_listed(scope: None, manager: FlaskClient, acme: Firm) -> None:
    company = db.session.get_one(Company, acme.id)
    apply(company, db.session.get_one(Job, acme.job), "Ana Sousa")
    db.session.commit()
    assert names(manager) == ["Ana Sousa", "Lukas Brandt"]
