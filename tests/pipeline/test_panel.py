"""The page of one application, and the same as a panel of the board."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates.models import Tag, Tagging
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import Application, Opening
from tests.cast import Firm, apply, open_job
from tests.page import Fragment, Page
from tests.sitemap import HTMX, furnish


@pytest.fixture
def recruiter(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.recruiter)


@pytest.fixture
def manager(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.manager)


@pytest.fixture
def url(acme: Firm) -> str:
    return f"/applications/{acme.application}"


def hold(acme: Firm, seconds: int = 300) -> None:
    db.session.get_one(Company, acme.id).mail_hold_seconds = seconds
    db.session.commit()


def move(acme: Firm, stage: str, *, by: int | None = None, **more: str) -> None:
    application = db.session.get_one(Application, acme.application, populate_existing=True)
    actor = db.session.get_one(User, by or acme.recruiter)
    application.move_to(stage, actor=actor, seen_seq=application.stage_seq, **more)
    db.session.commit()


# What it shows


def test_the_page_shows_all_there_is_to_know(app: Flask, recruiter: FlaskClient, acme: Firm, jane: int) -> None:
    own = f"/applications/{furnish(app, acme, jane)[Role.CANDIDATE]['application_id']}"
    page = Page.at(recruiter, own)
    assert page.h1 == "Jane Doe"
    assert page.one(".contact a[href='mailto:jane.doe@mail.example']")
    assert page.one(".resume iframe")["src"].startswith(f"{own}/resume#")
    assert "Baker since 2009." in page.one(".resume .paper").text
    assert "Bread is all I do." in page.one("#answers").text
    assert "Rye bread" in page.one("#answers").text
    assert page.one("#notes .entry__body strong").text == "fine"
    assert page.one("#tagging .tag bdi").text == "Night owl"
    assert "Applied, Careers page" in " ".join(page.one("#timeline").text.split())


def test_htmx_gets_the_panel_without_the_page_around_it(recruiter: FlaskClient, url: str) -> None:
    panel = Fragment.of(recruiter.get(url, headers=HTMX))
    assert [child.name for child in panel.soup.find_all(recursive=False)] == ["article"]
    assert panel.one("#candidate-name").text == "Lukas Brandt"
    assert panel.one("form.actions")["hx-post"] == f"{url}/stage"
    assert "hx-post" not in Page.at(recruiter, url).one("form.actions").attrs, (
        "A page of its own has no board to answer."
    )


def test_the_stages_show_how_far_it_has_come(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    move(acme, "screening")
    assert "Screening" in Page.at(recruiter, url).one(".stepper [aria-current=step]").text


def test_a_rejection_by_us_and_a_withdrawal_read_differently(
    recruiter: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    move(acme, "rejected", reason="Place filled")
    rejected = Page.at(recruiter, url).one(".now .notice").text
    assert "Rejected" in rejected
    assert "Place filled" in rejected
    other = apply(db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job), "Ana Sousa")
    db.session.commit()
    other.withdraw(actor=None)
    db.session.commit()
    withdrawn = Page.at(recruiter, f"/applications/{other.id}").one(".now .notice").text
    assert "Withdrew" in withdrawn
    assert "Rejected" not in withdrawn


def test_the_persons_other_applications_in_this_company_are_listed(
    app: Flask, recruiter: FlaskClient, acme: Firm, globex: Firm, url: str, scope: None
) -> None:
    company = db.session.get_one(Company, acme.id)
    other = apply(company, open_job(title="Acme Cook"), "Lukas Brandt")
    db.session.commit()
    tenancy.leave()
    with tenancy.company(globex.id):
        elsewhere = db.session.get_one(Company, globex.id)
        apply(elsewhere, db.session.get_one(Job, globex.job), "Lukas Brandt")
        db.session.commit()
    others = Page.at(recruiter, url).one("#others")
    assert [(link["href"], link.text) for link in others.select("a")] == [(f"/applications/{other.id}", "Acme Cook")]


def test_the_timeline_tells_what_became_of_each_mail(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    hold(acme)
    move(acme, "screening")
    assert "waits to be sent" in Page.at(recruiter, url).one("#timeline").text
    recruiter.post(f"{url}/undo", data={"seq": 2, "from": "page"})
    timeline = Page.at(recruiter, url).one("#timeline").text
    assert "not sent, the move was undone" in timeline
    assert "Back to Applied" in timeline


# What one may do there


def test_a_hiring_manager_reads_scores_and_notes_and_finds_nothing_to_move_with(
    manager: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    move(acme, "screening", by=acme.manager)  # Even a move of their own, of a time when they were recruiter.
    hold(acme)
    for headers in ({}, HTMX):
        answer = Fragment.of(manager.get(url, headers=headers))
        actions = {str(form["action"]).removeprefix(url) for form in answer.all("main form, article form")}
        assert actions == {"/opening", "/scorecard", "/notes"}
        assert not answer.all("[href*=rejection], [data-dialog=reject]")
        assert "Recruiters move candidates" in answer.text


def test_a_recruiter_is_offered_the_legal_moves_alone(
    recruiter: FlaskClient, acme: Firm, url: str, scope: None
) -> None:
    page = Page.at(recruiter, url)
    assert [button["value"] for button in page.all("form.actions button")] == ["screening"]
    assert page.one("form.actions a[data-dialog=reject]")["href"] == (
        f"/jobs/{acme.job}/rejection?application={acme.application}:1&from=page"
    )
    move(acme, "rejected")
    assert not Page.at(recruiter, url).all("form.actions")


def test_without_script_a_move_leads_back_to_the_page(recruiter: FlaskClient, url: str) -> None:
    answer = recruiter.post(f"{url}/stage", data={"stage": "screening", "seq": 1, "from": "page"})
    assert (answer.status_code, answer.location) == (303, url)


def test_who_moved_may_undo_while_the_mail_waits_and_nobody_else(
    recruiter: FlaskClient, sign_in: Callable[[int], FlaskClient], acme: Firm, url: str, scope: None
) -> None:
    hold(acme)
    move(acme, "screening")
    assert Page.at(recruiter, url).all(f"form[action='{url}/undo']")
    assert not Page.at(sign_in(acme.admin), url).all(f"form[action='{url}/undo']")
    recruiter.post(f"{url}/mail", data={"seq": 2, "from": "page"})
    assert not Page.at(recruiter, url).all(f"form[action='{url}/undo']"), "The mail has left."


# Opening


def test_the_card_is_new_until_this_user_has_opened_it(
    recruiter: FlaskClient, sign_in: Callable[[int], FlaskClient], acme: Firm, url: str, scope: None
) -> None:
    board, own = f"/jobs/{acme.job}/board", f"#application-{acme.application} .new-dot"
    assert Page.at(recruiter, board).all(own)
    opening = Fragment.of(recruiter.get(url, headers=HTMX)).one("[hx-trigger=load]")
    assert opening["hx-post"] == f"{url}/opening"
    answer = Fragment.of(recruiter.post(f"{url}/opening", headers=HTMX))
    assert answer.one(f"hx-partial #application-{acme.application}")
    assert not answer.all(".new-dot")
    assert not Page.at(recruiter, board).all(own)
    assert Page.at(sign_in(acme.admin), board).all(own), "A colleague has not opened it."
    assert not Fragment.of(recruiter.get(url, headers=HTMX)).all("[hx-trigger=load]")
    assert recruiter.post(f"{url}/opening").status_code == 204, "Twice is as good as once."
    assert db.session.scalars(sa.select(Opening.user_id)).all() == [acme.recruiter]


def test_opening_is_no_news_for_other_boards(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    before = db.session.get_one(Job, acme.job).board_version
    recruiter.post(f"{url}/opening")
    assert db.session.get_one(Job, acme.job, populate_existing=True).board_version == before


# Previous and next


@pytest.fixture
def column(acme: Firm, scope: None) -> list[int]:
    """Three in Applied, the newest first, as the board shows them; the last is the cast's own."""
    company, job = db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job)
    newer = [apply(company, job, "Bo Berg"), apply(company, job, "Ida Lund", source="Referral")]
    now = db.session.scalar(sa.select(sa.func.now()))
    assert now
    for number, application in enumerate(newer, 1):
        application.stage_since = now + timedelta(minutes=number)
    db.session.commit()
    return [newer[1].id, newer[0].id, acme.application]


def around(page: Fragment) -> tuple[str | None, str | None]:
    found = [page.all(f".panel-head a[rel={rel}]") for rel in ("prev", "next")]
    return tuple(str(links[0]["href"]) if links else None for links in found)  # type: ignore[return-value]


def test_previous_and_next_walk_the_column_in_its_order(recruiter: FlaskClient, column: list[int]) -> None:
    first, middle, last = (f"/applications/{id}" for id in column)
    assert around(Page.at(recruiter, first)) == (None, middle)
    assert around(Page.at(recruiter, middle)) == (first, last)
    assert around(Page.at(recruiter, last)) == (middle, None)
    assert "3 in Applied" in Page.at(recruiter, first).one(".panel-head nav").text


def test_they_keep_to_the_boards_filters_and_order(recruiter: FlaskClient, acme: Firm, column: list[int]) -> None:
    ida, bo, lukas = column
    backwards = Page.at(recruiter, f"/applications/{bo}?sort=longest")
    assert around(backwards) == (f"/applications/{lukas}?sort=longest", f"/applications/{ida}?sort=longest")
    filtered = Page.at(recruiter, f"/applications/{bo}?source=Careers+page&nonsense=1")
    assert around(filtered) == (None, f"/applications/{lukas}?source=Careers+page")
    back = filtered.one("[data-action=close-panel]")["href"]
    assert back == f"/jobs/{acme.job}/board?source=Careers+page#application-{bo}"


def test_other_columns_are_no_neighbours(recruiter: FlaskClient, acme: Firm, column: list[int]) -> None:
    move(acme, "screening")
    assert around(Page.at(recruiter, f"/applications/{acme.application}")) == (None, None)


# Tags


def tags_of(candidate: int) -> list[str]:
    own = sa.select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.candidate_id == candidate)
    return list(db.session.scalars(own.order_by(Tag.name)))


def test_a_recruiter_tags_and_the_card_shows_it(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    answer = Fragment.of(recruiter.post(f"{url}/tags", data={"tag": " Night  owl "}, headers=HTMX))
    assert answer.one("#tagging .tag bdi").text == "Night owl"
    assert answer.one(f"hx-partial #application-{acme.application} .tag").text == "Night owl"
    assert answer.one("#company-tags option")["value"] == "Night owl"
    again = recruiter.post(f"{url}/tags", data={"tag": "NIGHT OWL"})
    assert (again.status_code, again.location) == (303, f"{url}#tagging")
    assert tags_of(acme.candidate) == ["Night owl"]


def test_a_tag_is_taken_away_again(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    recruiter.post(f"{url}/tags", data={"tag": "Night owl"})
    removal = Page.at(recruiter, url).one("#tagging li form")["action"]
    answer = Fragment.of(recruiter.post(str(removal), headers=HTMX))
    assert not answer.all(".tag")
    assert recruiter.post(str(removal)).status_code == 303
    assert tags_of(acme.candidate) == []
    assert recruiter.post(f"{url}/tags/2000000000/removal").status_code == 404


def test_all_cards_of_the_person_are_news_then(recruiter: FlaskClient, acme: Firm, url: str, scope: None) -> None:
    other = apply(db.session.get_one(Company, acme.id), open_job(title="Acme Cook"), "Lukas Brandt")
    db.session.commit()
    shown = other.shown_version
    recruiter.post(f"{url}/tags", data={"tag": "Night owl"})
    assert db.session.get_one(Application, other.id, populate_existing=True).shown_version > shown


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["a page", "htmx"])
@pytest.mark.parametrize("tag", ["", "  ", "x" * 41, "a\0b", "x" * 10_000])
def test_a_tag_that_is_none_is_refused_where_it_was_typed(
    recruiter: FlaskClient, acme: Firm, url: str, scope: None, tag: str, headers: dict[str, str]
) -> None:
    answer = recruiter.post(f"{url}/tags", data={"tag": tag}, headers=headers)
    page = (Fragment if headers else Page).of(answer, 422)
    assert page.one("#new-tag-error")
    assert page.one("#new-tag")["value"] == tag.replace("\0", "").strip()
    assert tags_of(acme.candidate) == []


def test_a_hiring_manager_reads_tags_and_changes_none(recruiter: FlaskClient, manager: FlaskClient, url: str) -> None:
    recruiter.post(f"{url}/tags", data={"tag": "Night owl"})
    tagging = Page.at(manager, url).one("#tagging")
    assert "Night owl" in tagging.text
    assert not tagging.select("form")
    assert manager.post(f"{url}/tags", data={"tag": "Mine"}).status_code == 403
