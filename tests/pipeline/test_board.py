"""The board over HTTP: columns, filters, order, paging, views, and what changed lately."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from bs4 import BeautifulSoup, Tag
from flask.testing import FlaskClient

from ats.accounts.models import Company, User
from ats.candidates.models import Candidate, Tagging
from ats.candidates.models import Tag as Label
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline import board as boards
from ats.pipeline.board import PAGE
from ats.pipeline.filters import Filters
from ats.pipeline.models import Application, SavedView
from tests.cast import Firm, apply

SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def recruiter(acme: Firm, sign_in: SignIn) -> FlaskClient:
    return sign_in(acme.recruiter)


@pytest.fixture
def people(scope: None, acme: Firm) -> dict[str, Application]:
    """Three more applicants of different sources, waits, ratings and tags."""
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    made = {}
    for name, source, days, rating in (
        ("Ana Sousa", "Referral", 1, 350),
        ("Bo Lind", "LinkedIn", 8, 0),
        ("Cem Kaya", "Referral", 20, 200),
    ):
        made[name] = apply(company, job, name, source=source)
        made[name].stage_since = datetime.now(UTC) - timedelta(days=days)
        made[name].rating = rating
    tag = Label.named("Go")
    db.session.flush()
    db.session.add(Tagging(candidate_id=made["Ana Sousa"].candidate_id, tag_id=tag.id))
    db.session.commit()
    return made


def soup(client: FlaskClient, address: str) -> BeautifulSoup:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return BeautifulSoup(answer.text, "html.parser")


def names(page: BeautifulSoup | Tag, stage: str = "applied") -> list[str]:
    return [str(card["data-name"]) for card in page.select(f"#cards-{stage} > .card")]


def test_the_columns_are_those_of_the_machine_with_their_counts(recruiter: FlaskClient, acme: Firm) -> None:
    page = soup(recruiter, f"/jobs/{acme.job}/board")
    assert [heading.text for heading in page.select(".column h2")] == [
        "Applied",
        "Screening",
        "Interview",
        "Offer",
        "Hired",
        "Rejected",
    ]
    assert [" ".join(count.text.split()) for count in page.select(".column .count")] == [
        "1 candidate",
        *["0 candidates"] * 5,
    ]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Lukas Brandt", "Ana Sousa", "Bo Lind", "Cem Kaya"]),
        ("q=ana", ["Ana Sousa"]),
        ("q=MAIL.example+bo", ["Bo Lind"]),
        ("q=100%25", []),
        ("source=Referral", ["Ana Sousa", "Cem Kaya"]),
        ("source=Referral&sort=longest", ["Cem Kaya", "Ana Sousa"]),
        ("tag=go", ["Ana Sousa"]),
        ("rating=350", ["Ana Sousa"]),
        ("rating=low", ["Cem Kaya"]),
        ("rating=none", ["Lukas Brandt", "Bo Lind"]),
        ("waiting=7", ["Bo Lind", "Cem Kaya"]),
        ("waiting=14", ["Cem Kaya"]),
        ("sort=longest", ["Cem Kaya", "Bo Lind", "Ana Sousa", "Lukas Brandt"]),
        ("sort=rating", ["Ana Sousa", "Cem Kaya", "Bo Lind", "Lukas Brandt"]),
        ("source=Nonsense&rating=9&waiting=x&sort=up&tag=&mine=", ["Lukas Brandt", "Ana Sousa", "Bo Lind", "Cem Kaya"]),
    ],
)
def test_filters_and_order_come_from_the_address(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application], query: str, shown: list[str]
) -> None:
    page = soup(recruiter, f"/jobs/{acme.job}/board?{query}")
    assert names(page) == shown


def test_mine_is_what_i_moved_noted_or_scored(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application]
) -> None:
    me = db.session.get_one(User, acme.recruiter)
    db.session.add(Note(application_id=people["Ana Sousa"].id, author_id=me.id, body="x"))
    db.session.add(Scorecard(application_id=people["Bo Lind"].id, author_id=me.id, rating=3))
    people["Cem Kaya"].move_to("screening", actor=me, seen_seq=1)
    db.session.commit()
    page = soup(recruiter, f"/jobs/{acme.job}/board?mine=1")
    assert (names(page), names(page, "screening")) == (["Ana Sousa", "Bo Lind"], ["Cem Kaya"])


def test_filtered_counts_stand_beside_the_totals(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application]
) -> None:
    page = soup(recruiter, f"/jobs/{acme.job}/board?source=Referral")
    count = page.select_one("#head-applied .count")
    assert count
    assert " ".join(count.text.split()) == "2 of 4 candidates"


def test_a_column_tells_its_median_and_how_many_are_late(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application]
) -> None:
    head = soup(recruiter, f"/jobs/{acme.job}/board").select_one("#head-applied")
    assert head
    assert "2 late" in head.text
    assert "1 d" in head.text


def test_the_company_sets_when_a_card_is_late(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application]
) -> None:
    db.session.get_one(Company, acme.id).stage_limits = {"applied": [0, 10]}
    db.session.commit()
    page = soup(recruiter, f"/jobs/{acme.job}/board")
    tones = {card["data-name"]: card.select_one(".age").get("data-tone") for card in page.select(".card")}  # type: ignore[union-attr]
    assert tones == {"Lukas Brandt": None, "Ana Sousa": "late", "Bo Lind": "late", "Cem Kaya": "bad"}


@pytest.mark.parametrize("sort", ["newest", "longest", "rating"])
def test_scrolling_brings_every_card_once_in_order(recruiter: FlaskClient, acme: Firm, scope: None, sort: str) -> None:
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    for number in range(60):
        application = apply(company, job, f"Person {number:02}")
        application.rating = 100 + number % 7 * 10
        application.stage_since = datetime.now(UTC) - timedelta(hours=number // 3)  # Some at the very same time.
    db.session.commit()
    page = soup(recruiter, f"/jobs/{acme.job}/board?sort={sort}")
    seen, pages = names(page), 1
    assert len(seen) == PAGE
    more = page.select_one("#cards-applied .more a")
    while more:
        part = BeautifulSoup(recruiter.get(str(more["hx-get"]), headers={"HX-Request": "true"}).text, "html.parser")
        seen += [str(card["data-name"]) for card in part.select(".card")]
        more, pages = part.select_one(".more a"), pages + 1
    assert (len(seen), len(set(seen)), pages) == (61, 61, 3)
    order = {
        "newest": (Application.stage_since.desc(), Application.id.desc()),
        "longest": (Application.stage_since.asc(), Application.id.asc()),
        "rating": (Application.rating.desc(), Application.id.desc()),
    }[sort]
    assert seen == list(
        db.session.scalars(
            sa.select(Candidate.name).join(Application, Application.candidate_id == Candidate.id).order_by(*order)
        )
    )


@pytest.mark.parametrize("cursor", ["", "x", "1-", "-1", "9" * 16 + "-1", "1-" + "9" * 17, "1-1-1", "%00"])
def test_a_cursor_that_is_none_breaks_nothing(recruiter: FlaskClient, acme: Firm, cursor: str) -> None:
    for sort in ("newest", "rating"):
        answer = recruiter.get(f"/jobs/{acme.job}/board/applied?after={cursor}&sort={sort}")
        assert answer.status_code in (200, 400)


def test_without_script_a_column_is_a_page_of_its_own(recruiter: FlaskClient, acme: Firm) -> None:
    page = soup(recruiter, f"/jobs/{acme.job}/board/applied")
    assert [heading.text for heading in page.select("h1")] == ["Applied"]
    assert recruiter.get(f"/jobs/{acme.job}/board/promoted").status_code == 404


def test_scores_of_others_stay_hidden_until_ones_own_is_in(
    sign_in: SignIn, acme: Firm, people: dict[str, Application]
) -> None:
    ana = people["Ana Sousa"]
    db.session.add(Scorecard(application_id=ana.id, author_id=acme.manager, rating=4))
    db.session.commit()
    address = f"/jobs/{acme.job}/board?q=ana"
    for user, sees in ((acme.manager, True), (acme.recruiter, False)):
        page = soup(sign_in(user), address)
        assert bool(page.select(".rating")) == sees
        assert ("3.5" in page.select_one("#cards-applied").text) == sees  # type: ignore[union-attr]


def test_a_hiring_manager_is_offered_no_moves(sign_in: SignIn, acme: Firm) -> None:
    page = soup(sign_in(acme.manager), f"/jobs/{acme.job}/board")
    assert page.select(".card")
    assert page.select(".move, .pick, #bulk, .menu form[action*=stage], [data-moves]") == []


def test_a_view_is_kept_per_user_under_a_name(recruiter: FlaskClient, sign_in: SignIn, acme: Firm, scope: None) -> None:
    query = "source=Referral&sort=longest&nonsense=1"
    answer = recruiter.post(f"/jobs/{acme.job}/views", data={"name": "Referred", "query": query})
    assert (answer.status_code, answer.location) == (303, f"/jobs/{acme.job}/board?source=Referral&sort=longest")
    recruiter.post(f"/jobs/{acme.job}/views", data={"name": "Referred", "query": "q=x"})
    (view,) = db.session.scalars(sa.select(SavedView))
    assert (view.query, view.user_id) == ("q=x", acme.recruiter)
    assert "Referred" in recruiter.get(f"/jobs/{acme.job}/board").text
    other = sign_in(acme.admin)
    assert "Referred" not in other.get(f"/jobs/{acme.job}/board").text
    assert other.post(f"/jobs/{acme.job}/views/{view.id}/deletion").status_code == 404
    assert recruiter.post(f"/jobs/{acme.job}/views/{view.id}/deletion").status_code == 303
    assert recruiter.post(f"/jobs/{acme.job}/views", data={"name": " "}).status_code == 422


class Poll:
    """An open board, asking what changed since it last did."""

    def __init__(self, client: FlaskClient, job: int, query: str = "") -> None:
        page = soup(client, f"/jobs/{job}/board?{query}")
        board = page.select_one("#board")
        assert board
        self.client, self.address, self.etag = client, str(board["data-changes"]), f'"{board["data-version"]}"'

    def __call__(self) -> tuple[int, str]:
        answer = self.client.get(self.address, headers={"HX-Request": "true", "If-None-Match": self.etag})
        self.etag = answer.headers["ETag"]
        return answer.status_code, answer.text


def test_a_poll_is_304_until_something_changes_and_then_brings_just_that(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application]
) -> None:
    poll = Poll(recruiter, acme.job)
    assert poll() == (304, "")
    admin = db.session.get_one(User, acme.admin)
    people["Ana Sousa"].move_to("screening", actor=admin, seen_seq=1)
    db.session.commit()
    status, text = poll()
    assert status == 200
    part = BeautifulSoup(text, "html.parser")
    assert [card["data-name"] for card in part.select(".card")] == ["Ana Sousa"]
    assert f'id="application-{people["Ana Sousa"].id}" hx-swap-oob="delete"' in text
    assert 'hx-target="#cards-screening"' in text
    assert poll() == (304, "")


def test_a_note_draws_the_card_anew_where_it_is(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application]
) -> None:
    poll = Poll(recruiter, acme.job)
    people["Bo Lind"].touch_card()
    db.session.commit()
    _, text = poll()
    assert f'hx-target="#application-{people["Bo Lind"].id}" hx-swap="outerHTML"' in text
    assert "delete" not in text


def test_a_new_application_appears_on_an_open_board(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    poll = Poll(recruiter, acme.job)
    apply(db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job), "Dora Novak")
    db.session.commit()
    assert "Dora Novak" in poll()[1]


def test_what_the_filters_hide_is_taken_off_an_open_board(
    recruiter: FlaskClient, acme: Firm, people: dict[str, Application]
) -> None:
    poll = Poll(recruiter, acme.job, "source=LinkedIn")
    for person in people.values():
        person.touch_card()
    db.session.commit()
    part = BeautifulSoup(poll()[1], "html.parser")
    assert [card["data-name"] for card in part.select(".card")] == ["Bo Lind"]
    assert len(part.select("[hx-swap-oob=delete]")) == 2


@pytest.mark.parametrize("etag", ["", '"x"', '"-1"', '"' + "9" * 30 + '"', "*"])
def test_a_poll_without_a_version_breaks_nothing(recruiter: FlaskClient, acme: Firm, etag: str) -> None:
    answer = recruiter.get(f"/jobs/{acme.job}/changes", headers={"If-None-Match": etag})
    assert answer.status_code in (200, 304)


def test_another_companys_board_does_not_exist(recruiter: FlaskClient, globex: Firm) -> None:
    for page in ("board", "board/applied", "changes"):
        assert recruiter.get(f"/jobs/{globex.job}/{page}").status_code == 404


def test_the_figures_are_those_of_a_recount(recruiter: FlaskClient, acme: Firm, scope: None) -> None:
    """Medians and overdue cards over many days, some on the very day that the limit divides."""
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    now = datetime.now(UTC)
    for number in range(60):
        application = apply(company, job, f"Person {number:02}")
        if number % 3 == 0:
            application.move_to("screening", seen_seq=1, actor=db.session.get_one(User, acme.recruiter))
        application.stage_since = now - timedelta(hours=5 * number + 1 + number % 3)
    db.session.commit()
    viewer = boards.Viewer(acme.recruiter, {**boards.limits_of(company), "applied": (5, 9), "screening": (4, 9)})
    for head in boards.heads(job, Filters(), viewer, ["applied", "screening"]):
        moments = db.session.scalars(sa.select(Application.stage_since).filter_by(stage=head.stage.value))
        waits = sorted(now - since for since in moments)
        assert head.median == waits[(len(waits) - 1) // 2].days
        assert head.overdue == sum(wait.days > viewer.limits[head.stage.value][0] for wait in waits) > 5
