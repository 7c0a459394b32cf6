"""What a company decides for itself, and its former addresses that lead on."""

import json
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.accounts.audit import AuditEvent
from ats.accounts.models import Company
from ats.extensions import db
from tests.cast import Firm
from tests.page import Page

SETTINGS = {"name": "Acme", "slug": "acme", "time_zone": "Europe/Berlin", "about": "## Bread"}


@pytest.fixture
def admin(acme: Firm, sign_in: Callable[[int], FlaskClient]) -> FlaskClient:
    return sign_in(acme.admin)


def company(app: Flask, firm: Firm) -> Company:
    with app.app_context():
        return db.session.get_one(Company, firm.id)


def test_name_zone_and_about_are_kept_and_shown(
    app: Flask, admin: FlaskClient, client: FlaskClient, acme: Firm
) -> None:
    changed = {**SETTINGS, "name": "Acme & Söhne", "about": "We **bake**. <script>alert(1)</script>"}
    assert admin.post("/settings", data=changed).status_code == 303
    kept = company(app, acme)
    assert (kept.name, kept.time_zone) == ("Acme & Söhne", "Europe/Berlin")
    page = Page.at(client, "/careers/acme")
    assert "Acme & Söhne" in page.text
    assert "bake" in page.text
    assert page.all("main script") == []
    with app.app_context(), tenancy.company(acme.id):
        lines: dict[str, Any] = dict(db.session.execute(sa.select(AuditEvent.subject, AuditEvent.details)).all())
    assert lines["Name"] == {"before": "Acme", "after": "Acme & Söhne"}
    assert lines["About the company"] == {}


def test_old_addresses_of_the_careers_pages_lead_on(
    app: Flask, admin: FlaskClient, client: FlaskClient, acme: Firm
) -> None:
    for slug in ("acme-berlin", "acme-bread"):
        assert admin.post("/settings", data={**SETTINGS, "slug": slug}).status_code == 303
    for old in ("acme", "acme-berlin"):
        for path in ("", f"/jobs/{acme.job}", f"/jobs/{acme.job}/apply?source=LinkedIn"):
            answer = client.get(f"/careers/{old}{path}")
            assert (answer.status_code, answer.location) == (308, f"/careers/acme-bread{path}")
    assert client.get("/careers/acme-bread").status_code == 200
    assert client.get("/careers/acme-never").status_code == 404
    assert admin.post("/settings", data=SETTINGS).status_code == 303  # Back to an own one.
    assert client.get("/careers/acme-bread").location == "/careers/acme"


def test_no_company_takes_an_address_that_another_has_or_had(
    app: Flask, admin: FlaskClient, acme: Firm, globex: Firm, sign_in: Callable[[int], FlaskClient]
) -> None:
    admin.post("/settings", data={**SETTINGS, "slug": "acme-bread"})
    other = sign_in(globex.admin)
    for slug in ("acme", "acme-bread"):
        answer = other.post("/settings", data={**SETTINGS, "name": "Globex", "slug": slug})
        assert answer.status_code == 422
        assert "Another company has this address" in answer.text
    assert company(app, globex).slug == "globex"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/settings", {**SETTINGS, "name": " "}),
        ("/settings", {**SETTINGS, "name": "x" * 101}),
        ("/settings", {**SETTINGS, "slug": "Ac me"}),
        ("/settings", {**SETTINGS, "slug": "../jobs"}),
        ("/settings", {**SETTINGS, "slug": "-"}),
        ("/settings", {**SETTINGS, "time_zone": "Mars/Olympus"}),
        ("/settings", {**SETTINGS, "about": "x" * 10_001}),
        ("/settings/look", {"accent_hue": "361", "accent_chroma": "0.1"}),
        ("/settings/look", {"accent_hue": "1", "accent_chroma": "NaN"}),
        ("/settings/look", {"accent_hue": "1; }", "accent_chroma": "0.1"}),
        ("/settings/privacy", {"retention_months": "0"}),
        ("/settings/privacy", {"retention_months": "1e9"}),
        ("/settings/privacy", {"consent_text": "x" * 5_001}),
    ],
)
def test_what_makes_no_sense_is_refused(
    app: Flask, admin: FlaskClient, acme: Firm, path: str, data: dict[str, str]
) -> None:
    before = company(app, acme)
    assert admin.post(path, data=data).status_code == 422
    after = company(app, acme)
    for column in sa.inspect(Company).columns:
        assert getattr(after, column.key) == getattr(before, column.key)


def test_the_colour_reaches_the_careers_pages(admin: FlaskClient, client: FlaskClient, acme: Firm) -> None:
    assert admin.post("/settings/look", data={"accent_hue": "120", "accent_chroma": "0.05"}).status_code == 303
    assert "--accent-h: 120; --accent-c: 0.05;" in client.get("/careers/acme/theme.css").text


def test_another_consent_text_is_another_version(app: Flask, admin: FlaskClient, acme: Firm) -> None:
    before = company(app, acme).consent_version
    data = {"consent_text": "You agree.", "retention_months": "24"}
    for _ in range(2):
        assert admin.post("/settings/privacy", data=data).status_code == 303
    kept = company(app, acme)
    assert (kept.consent_text, kept.retention_months, kept.consent_version) == ("You agree.", 24, before + 1)


def test_the_pipelines_settings_are_kept(app: Flask, admin: FlaskClient, acme: Firm) -> None:
    page = Page.at(admin, "/settings/pipeline")
    form = page.one('main form[method="post"]')
    data: list[tuple[str, str]] = []
    for control in form.select("input[name], select[name]"):
        name, kind = str(control["name"]), control.get("type")
        if kind in ("checkbox", "radio") and not control.has_attr("checked"):
            continue
        chosen = control.select_one("option[selected]") if control.name == "select" else control
        data.append((name, str((chosen or control).get("value", ""))))
    holds = [name for name, _ in data if "hold" in name]
    assert holds, data
    data = [(name, "60" if name in holds else value) for name, value in data]
    fields: dict[str, list[str]] = {}
    for name, value in data:
        fields.setdefault(name, []).append(value)
    answer = admin.post("/settings/pipeline", data=fields)
    assert answer.status_code == 303, answer.text
    assert company(app, acme).mail_hold_seconds == 60
    assert json.dumps(company(app, acme).rejection_reasons)
