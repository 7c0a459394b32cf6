"""Exports: whole, the company's own, harmless in a spreadsheet, and written into the audit trail."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats import create_app, tenancy
from ats.accounts.audit import AuditEvent
from ats.accounts.models import Company
from ats.extensions import db
from ats.jobs.models import Job
from ats.reports import exports, sheets
from tests.cast import Browser, Firm, open_job
from tests.page import Page
from tests.reports.history import Step, happened, told

SignIn = Callable[[int], FlaskClient]


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


@pytest.fixture
def client(app: Flask, sign_in: SignIn, acme: Firm, globex: Firm) -> FlaskClient:
    with app.app_context():
        tenancy.enter_company(acme.id)
        db.session.get_one(Company, acme.id).time_zone = "Asia/Kolkata"
        job = db.session.get_one(Job, acme.job)
        told(
            job,
            '=HYPERLINK("https://evil.example")',
            [
                Step("applied", ago(9)),
                Step("screening", ago(8)),
                Step("applied", ago(7.9), True),
                Step("rejected", ago(7), False, "+1 \n“too far”, really"),
            ],
        )
        happened(open_job(title="Müller, Köchin", department="Küche"), "Zoë Ünal", {"applied": ago(40)})
        db.session.commit()
    return sign_in(acme.recruiter)


def days(first: float, last: float) -> dict[str, str]:
    return {"from": ago(first).date().isoformat(), "to": (ago(last) + timedelta(days=1)).date().isoformat()}


def exported(client: FlaskClient, kind: str, **fields: str) -> TestResponse:
    answer = client.post("/exports", data={"kind": kind, **fields})
    assert answer.status_code == 200
    assert answer.mimetype == "text/csv"
    return answer


def rows(answer: TestResponse) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(answer.get_data().decode("utf-8"), newline="")))


def test_applications_of_the_period_come_with_where_they_stand(client: FlaskClient, acme: Firm) -> None:
    found = rows(exported(client, "applications", **days(10, 0)))
    assert [(row["Candidate"], row["Stage"], row["Source"]) for row in found] == [
        ("Lukas Brandt", "Applied", "Careers page"),
        ('\'=HYPERLINK("https://evil.example")', "Rejected", "Careers page"),
    ]
    assert list(found[0]) == exports.APPLICATIONS
    assert all(row["Applied"].endswith("+05:30") for row in found)


def test_every_change_is_there_with_the_undone_and_the_undo(client: FlaskClient) -> None:
    found = rows(exported(client, "stage-changes", **days(10, 5)))
    assert [(row["Number"], row["From"], row["To"], row["Undoes"]) for row in found] == [
        ("1", "", "Applied", ""),
        ("2", "Applied", "Screening", ""),
        ("3", "Screening", "Applied", "2"),
        ("4", "Applied", "Rejected", ""),
    ]
    assert found[3]["Reason"] == "'+1 \n“too far”, really"


def test_a_job_or_a_department_narrows_it(client: FlaskClient, acme: Firm) -> None:
    for place, names in [({"department": "Küche"}, ["Zoë Ünal"]), ({"job": str(acme.job)}, ["Lukas Brandt", "'=H"])]:
        found = rows(exported(client, "applications", **days(60, 0), **place))
        assert [row["Candidate"][: len(name)] for row, name in zip(found, names, strict=True)] == names


def test_lines_end_as_rfc_4180_says_and_what_needs_quotes_has_them(client: FlaskClient) -> None:
    content = exported(client, "applications", **days(60, 0)).get_data()
    assert content.count(b"\r\n") == 4  # The headings, and three applications.
    assert content.endswith(b"\r\n")
    assert '"Müller, Köchin"'.encode() in content
    assert b'"\'=HYPERLINK(""https://evil.example"")"' in content


def test_the_byte_order_mark_is_a_choice(client: FlaskClient) -> None:
    assert exported(client, "applications", bom="1").get_data().startswith(b"\xef\xbb\xbfApplication,")
    assert exported(client, "applications").get_data().startswith(b"Application,")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@A1", "\t=1", "\r=1", "\n=1", " =1", "＝1+1"])
def test_text_that_would_run_is_made_harmless(text: str) -> None:
    assert list(csv.reader(sheets.lines([[text, -1, "a=1"]]))) == [[f"'{text}", "-1", "a=1"]]


def test_what_is_exported_is_written_into_the_audit_trail(
    app: Flask, client: FlaskClient, sign_in: SignIn, acme: Firm
) -> None:
    exported(client, "stage-changes", **days(10, 0), department="Küche")
    with app.app_context(), tenancy.company(acme.id):
        event = db.session.scalars(sa.select(AuditEvent)).one()
        assert (event.action, event.subject, event.actor_id) == ("export.made", "Changes of stage", acme.recruiter)
        assert event.details == {**days(10, 0), "department": "Küche"}
    assert "exported Changes of stage" in Page.at(sign_in(acme.admin), "/audit-trail?area=export").text


def test_any_number_of_rows_comes_piece_by_piece(
    app: Flask, client: FlaskClient, acme: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PIECE", 2)
    with app.app_context(), tenancy.company(acme.id):
        job = db.session.get_one(Job, acme.job)
        for number in range(5):
            happened(job, f"Number {number}", {"applied": ago(3), "screening": ago(2)})
        db.session.commit()
    assert len({row["Application"] for row in rows(exported(client, "applications", **days(60, 0)))}) == 8
    changes = rows(exported(client, "stage-changes", **days(60, 0)))
    assert len({(row["Application"], row["Number"]) for row in changes}) == len(changes) == 5 * 2 + 1 + 4 + 1


def test_it_is_read_while_it_is_sent(app: Flask, client: FlaskClient) -> None:
    """No request holds all rows: the headings leave before the first row is read."""
    statements: list[str] = []
    record = lambda connection, cursor, statement, *_: statements.append(statement)  # noqa: E731
    with app.app_context():
        engine = db.engine
    answer = client.post("/exports", data={"kind": "applications", **days(60, 0)})
    sa.event.listen(engine, "before_cursor_execute", record)
    parts = answer.iter_encoded()
    assert next(parts).startswith(b"Application,")
    read = len(statements)
    assert b"Lukas Brandt" in b"".join(parts)
    sa.event.remove(engine, "before_cursor_execute", record)
    assert (read, len(statements)) == (0, 2)


def test_strangers_get_their_own_rows_alone(client: FlaskClient, sign_in: SignIn, acme: Firm, globex: Firm) -> None:
    stranger = sign_in(globex.recruiter)
    for kind, name in [("applications", "Ana Sousa"), ("stage-changes", "Globex Baker")]:
        content = exported(stranger, kind, **days(400, 0), job=str(acme.job)).get_data().decode()
        assert name in content
        assert "Lukas" not in content
        assert "Acme" not in content
        assert "HYPERLINK" not in content


def test_who_only_looks_on_exports_nothing(sign_in: SignIn, acme: Firm) -> None:
    client = sign_in(acme.manager)
    assert client.post("/exports", data={"kind": "applications"}).status_code == 403
    assert "Export applications" not in Page.at(client, "/dashboard").text


def test_exports_are_limited_in_number(
    settings: dict[str, object], sign_in: Callable[..., FlaskClient], acme: Firm
) -> None:
    app = create_app({**settings, "RATELIMIT_ENABLED": True})
    app.test_client_class = Browser
    client = sign_in(acme.recruiter, app)
    statuses = [client.post("/exports", data={"kind": "applications"}).status_code for _ in range(21)]
    assert statuses == [200] * 20 + [429]


def test_a_chart_is_a_file_as_well(client: FlaskClient, acme: Firm) -> None:
    for name in ("figures", "funnel", "time-in-stage", "sources", "weeks", "jobs"):
        for address in ("/dashboard.csv", f"/jobs/{acme.job}/report.csv"):
            answer = client.get(f"{address}?chart={name}&period=365")
            assert answer.headers["Content-Disposition"].startswith(f"attachment; filename={name}-")
            assert len(list(csv.reader(StringIO(answer.text)))) > 1
    funnel = list(csv.reader(StringIO(client.get("/dashboard.csv?chart=funnel&period=90").text)))
    assert funnel[1] == ["Applied", "3", "0", "1", "0", "2"]
    assert client.get("/dashboard.csv?chart=nothing").status_code == 404
