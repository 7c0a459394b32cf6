"""Jobs as their company sees them: the list, writing one, and its life."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats.access import Role
from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.forms import MOST_QUESTIONS
from ats.jobs.models import Job, Status, StatusRefused
from tests.cast import Firm, apply, open_job
from tests.page import Fragment, Page

SignIn = Callable[[int], FlaskClient]


@pytest.fixture
def recruiter(sign_in: SignIn, acme: Firm) -> FlaskClient:
    return sign_in(acme.recruiter)


def form(**changes: Any) -> dict[str, Any]:
    filled = {
        "title": "Pastry chef",
        "department": "Kitchen",
        "location": "Lisbon",
        "workplace": "on_site",
        "employment_type": "full_time",
        "salary_min": "30000",
        "salary_max": "36000",
        "salary_currency": "EUR",
        "description": "Cakes.",
        "closes_on": "",
    }
    return {**filled, **changes}


def question(number: int, prompt: str, **changes: Any) -> dict[str, Any]:
    """The fields of a row of the list of questions."""
    row = {"id": "", "prompt": prompt, "kind": "short", "choices": "", **changes}
    return {f"questions-{number}-{name}": value for name, value in row.items()}


def newest() -> Job:
    return db.session.scalars(sa.select(Job).order_by(Job.id.desc()).limit(1)).one()


def rows(page: Fragment) -> list[str]:
    return [" ".join(row.get_text(" ").split()) for row in page.all("#jobs tbody tr")]


# The list


def test_a_job_is_listed_under_its_status_with_the_numbers_of_its_stages(
    scope: None, recruiter: FlaskClient, acme: Firm
) -> None:
    apply(db.session.get_one(Company, acme.id), db.session.get_one(Job, acme.job), "Ana Sousa")
    db.session.add(Job(title="Waiter"))
    db.session.commit()
    page = Page.at(recruiter, "/jobs")
    assert rows(page) == ["Acme Baker Kitchen · Berlin 2 0 0 0 0 2 today"]
    assert page.link("Acme Baker") == f"/jobs/{acme.job}/board"
    assert page.one(".stagebar")["aria-label"] == "2 applied"
    assert page.one(f'a[href="/applications?job={acme.job}&stage=applied"]').text == "2"
    drafts = Page.at(recruiter, "/jobs?status=draft")
    assert [row.split()[0] for row in rows(drafts)] == ["Waiter"]
    assert drafts.link("Waiter") == f"/jobs/{newest().id}"
    assert "Drafts 1" in page.text


def test_a_search_finds_jobs_that_have_every_word(scope: None, recruiter: FlaskClient) -> None:
    open_job(title="Head baker", location="Porto")
    open_job(title="Cook", location="Porto")
    db.session.commit()
    for query, expected in [
        ("porto", ["Cook", "Head"]),
        ("PORTO bak", ["Head"]),
        ("%", []),
        ("kitchen cook", ["Cook"]),
    ]:
        page = Page.at(recruiter, f"/jobs?q={query.replace('%', '%25')}")
        assert [row.split()[0] for row in rows(page)] == expected


def test_an_unknown_status_shows_the_open_jobs(recruiter: FlaskClient) -> None:
    assert rows(Page.at(recruiter, "/jobs?status=paused"))


def test_only_those_who_may_are_offered_to_write_and_change_jobs(sign_in: SignIn, acme: Firm) -> None:
    manager, recruiter = sign_in(acme.manager), sign_in(acme.recruiter)
    for path in ("/jobs", f"/jobs/{acme.job}"):
        forbidden = 'a[href="/jobs/new"], a[href$="/edit"], a[href$="/deletion"], form[action$="/status"]'
        assert Page.at(recruiter, path).all(forbidden)
        assert not Page.at(manager, path).all(forbidden)


# Writing


def test_a_new_job_is_a_draft(scope: None, recruiter: FlaskClient, acme: Firm) -> None:
    answer = recruiter.post("/jobs/new", data=form())
    job = newest()
    assert (answer.status_code, answer.location) == (303, f"/jobs/{job.id}")
    assert (job.title, job.location, job.salary_min, job.status) == ("Pastry chef", "Lisbon", 30000, Status.DRAFT)
    assert (job.created_by_id, job.company_id) == (acme.recruiter, acme.id)


def test_a_job_without_a_title_is_sent_back_with_all_that_was_typed(recruiter: FlaskClient) -> None:
    answer = recruiter.post("/jobs/new", data=form(title=" ", **question(0, "Can you bake?")))
    page = Page.of(answer, 422)
    assert "Give the job a title." in page.one("#error-summary").text
    assert page.one("[name=location]")["value"] == "Lisbon"
    assert page.one("[name=questions-0-prompt]")["value"] == "Can you bake?"


def test_the_upper_end_of_the_salary_is_not_below_the_lower(recruiter: FlaskClient) -> None:
    answer = recruiter.post("/jobs/new", data=form(salary_min="40000", salary_max="30000"))
    assert "The upper end must not be below the lower one." in Page.of(answer, 422).text


def test_a_country_is_two_letters(scope: None, recruiter: FlaskClient) -> None:
    for wrong in ("Portugal", "P1", "ŁŁ"):
        page = Page.of(recruiter.post("/jobs/new", data=form(country=wrong)), 422)
        assert "Type the two letters of the country" in page.one("#error-summary").text
    recruiter.post("/jobs/new", data=form(country="pt"))
    assert newest().country == "PT"


def test_questions_are_kept_as_typed_and_one_without_text_is_none(scope: None, recruiter: FlaskClient) -> None:
    data = form(
        **question(0, "Which shift?", kind="choice", choices="Early\r\n\r\nLate\r\nEarly", required="y"),
        **question(1, "  "),
        **question(2, "Since when?", choices="left over"),
    )
    assert recruiter.post("/jobs/new", data=data).status_code == 303
    first, second = newest().questions
    assert (first["prompt"], first["kind"], first["required"]) == ("Which shift?", "choice", True)
    assert (first["choices"], second["choices"]) == (["Early", "Late"], [])
    assert (second["prompt"], second["required"]) == ("Since when?", False)
    assert first["id"] != second["id"]


def test_a_question_with_a_list_needs_two_choices(recruiter: FlaskClient) -> None:
    answer = recruiter.post("/jobs/new", data=form(**question(0, "Why?"), **question(1, "Which shift?", kind="choice")))
    page = Page.of(answer, 422)
    assert "number 2. Write at least two choices" in page.one("#error-summary").text
    assert page.one("[name=questions-1-choices]")["aria-invalid"] == "true"


@pytest.mark.parametrize("name", ["prompt", "choices"])
def test_a_question_that_cannot_be_stored_is_refused(recruiter: FlaskClient, name: str) -> None:
    row = {"prompt": "Which shift?", "kind": "choice", "choices": "Early\nLate"}
    row[name] += "\0"
    answer = recruiter.post("/jobs/new", data=form(**question(0, **row)))
    assert "invisible character" in Page.of(answer, 422).one("#error-summary").text


def test_the_form_shows_the_choices_one_a_line(scope: None, recruiter: FlaskClient, acme: Firm) -> None:
    asked = {"id": "a", "prompt": "Shift?", "kind": "choice", "required": True, "choices": ["Early", "Late"]}
    db.session.get_one(Job, acme.job).questions = [asked]
    db.session.commit()
    page = Page.at(recruiter, f"/jobs/{acme.job}/edit")
    assert page.one("[name=questions-0-choices]").text.strip() == "Early\nLate"
    assert page.one("[name=questions-0-required]").has_attr("checked")
    assert page.one("[name=questions-0-kind] option[selected]")["value"] == "choice"


def test_an_edited_question_keeps_its_id_and_nobody_can_give_one(
    scope: None, recruiter: FlaskClient, acme: Firm
) -> None:
    job = db.session.get_one(Job, acme.job)
    job.questions = [{"id": "aa", "prompt": "Why?", "kind": "short", "required": False, "choices": []}]
    db.session.commit()
    rows = [question(0, "Why us?", id="aa"), question(1, "Twice?", id="aa"), question(2, "Forged?", id="bb")]
    recruiter.post(f"/jobs/{acme.job}/edit", data=form(**rows[0], **rows[1], **rows[2]))
    db.session.refresh(job)
    ids = [asked["id"] for asked in job.questions]
    assert ids[0] == "aa"
    assert len(set(ids)) == 3
    assert "bb" not in ids


def test_a_row_for_a_question_is_added_by_the_server_and_nothing_is_saved(recruiter: FlaskClient, acme: Firm) -> None:
    data = form(title="Changed", **question(0, "Why?"), **{"add-question": "1"})
    page = Page.of(recruiter.post(f"/jobs/{acme.job}/edit", data=data))
    assert [row.get("value", "") for row in page.all("[name$=-prompt]")] == ["Why?", ""]
    assert page.one("[name=title]")["value"] == "Changed"
    assert not page.all("#error-summary")
    assert "Changed" not in Page.at(recruiter, f"/jobs/{acme.job}").text


def test_a_row_for_a_question_is_taken_away_by_its_number(recruiter: FlaskClient) -> None:
    rows = {**question(0, "First?"), **question(1, "Second?"), **question(2, "Third?")}
    page = Page.of(recruiter.post("/jobs/new", data=form(**rows, **{"remove-question": "1"})))
    assert [row["value"] for row in page.all("[name$=-prompt]")] == ["First?", "Third?"]
    for number in ("7", "-1", "x"):
        page = Page.of(recruiter.post("/jobs/new", data=form(**rows, **{"remove-question": number})))
        assert len(page.all("[name$=-prompt]")) == 3


def test_a_job_has_at_most_so_many_questions(scope: None, recruiter: FlaskClient) -> None:
    data = form()
    for number in range(MOST_QUESTIONS + 5):
        data |= question(number, f"Question {number}?")
    page = Page.of(recruiter.post("/jobs/new", data={**data, "add-question": "1"}))
    assert len(page.all("[name$=-prompt]")) == MOST_QUESTIONS
    assert not page.all("[name=add-question]")
    recruiter.post("/jobs/new", data=data)
    assert len(newest().questions) == MOST_QUESTIONS


def test_enter_in_a_field_saves(recruiter: FlaskClient) -> None:
    """The first button of a form is the one that Enter presses."""
    page = Page.at(recruiter, "/jobs/new")
    first = next(
        button for button in page.all("button") if button.get("form") == "job-form" or button.find_parent(id="job-form")
    )
    assert first.text == "Save the draft"


def test_the_preview_shows_markdown_and_runs_nothing(recruiter: FlaskClient) -> None:
    answer = recruiter.post("/jobs/preview", data={"description": "## Bread\n\n<script>alert(1)</script>"})
    preview = Fragment.of(answer)
    assert preview.one("#preview h2").text == "Bread"
    assert not preview.all("script")


# Its life


def test_a_published_job_is_on_the_careers_site_until_it_is_closed(
    scope: None, app: Flask, recruiter: FlaskClient, acme: Firm
) -> None:
    recruiter.post("/jobs/new", data=form())
    job = newest()
    public = f"/careers/{acme.slug}/jobs/{job.id}"
    for status, answer in [("open", 200), ("closed", 410), ("archived", 404)]:
        page = Page.of(recruiter.post(f"/jobs/{job.id}/status", data={"status": status}, follow_redirects=True))
        assert f"“Pastry chef” is {status} now." in page.text
        assert app.test_client().get(public).status_code == answer
        assert bool(page.all(f'a[href="{public}"]')) == (status == "open")


@pytest.mark.parametrize(
    ("status", "target"),
    [
        ("open", "archived"),
        ("open", "draft"),
        ("closed", "draft"),
        ("archived", "open"),
        ("draft", "closed"),
        ("open", "x"),
    ],
)
def test_there_are_no_other_changes_of_status(scope: None, acme: Firm, status: str, target: str) -> None:
    job = Job(title="Waiter", status=status)
    with pytest.raises(StatusRefused, match=f"cannot become {target}"):
        job.change_status(target)
    assert job.status == status


def test_a_change_of_status_that_is_none_says_so(recruiter: FlaskClient, acme: Firm) -> None:
    page = Page.of(recruiter.post(f"/jobs/{acme.job}/status", data={"status": "archived"}), 422)
    assert "A job that is open cannot become archived." in page.text


def test_a_job_past_its_last_day_says_that_nobody_can_apply(scope: None, recruiter: FlaskClient, acme: Firm) -> None:
    recruiter.post(f"/jobs/{acme.job}/edit", data=form(closes_on="2020-02-29"))
    page = Page.at(recruiter, f"/jobs/{acme.job}")
    assert "The last day to apply was 29 Feb 2020" in page.text
    assert not page.all(f'a[href="/careers/{acme.slug}/jobs/{acme.job}"]')


def test_a_job_that_nobody_applied_for_is_deleted_after_a_question(scope: None, recruiter: FlaskClient) -> None:
    recruiter.post("/jobs/new", data=form())
    id = newest().id
    Page.at(recruiter, f"/jobs/{id}/deletion").one("button.danger")
    page = Page.of(recruiter.post(f"/jobs/{id}/deletion", follow_redirects=True))
    assert "“Pastry chef” is deleted." in page.text
    assert recruiter.get(f"/jobs/{id}").status_code == 404


def test_a_job_with_applications_is_not_deleted_but_can_be_closed_and_archived(
    recruiter: FlaskClient, acme: Firm
) -> None:
    page = Page.of(recruiter.post(f"/jobs/{acme.job}/deletion"), 409)
    assert "has 1 application, and their history" in page.one("[role=alert]").text
    for target in ("closed", "archived"):
        page = Page.at(recruiter, f"/jobs/{acme.job}/deletion")
        assert not page.all("button.danger")
        assert page.one("main form button")["value"] == target
        recruiter.post(f"/jobs/{acme.job}/status", data={"status": target})
    assert not Page.at(recruiter, f"/jobs/{acme.job}/deletion").all("main form")


@pytest.mark.parametrize("path", ["", "/edit", "/deletion"])
def test_strangers_find_no_job(sign_in: SignIn, acme: Firm, globex: Firm, path: str) -> None:
    stranger = sign_in(globex.user(Role.ADMIN))
    assert stranger.get(f"/jobs/{acme.job}{path}").status_code == 404
    assert "Acme" not in Page.at(stranger, "/jobs").text
