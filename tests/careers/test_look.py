"""What makes a careers site a company's own: its logo, its colour, the words that applicants agree to."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from ats.accounts.models import Company
from ats.extensions import db
from ats.pipeline.consent import Consent
from tests.careers.form import address, files_in, send, stored
from tests.cast import Firm
from tests.page import Page
from tests.sitemap import LOGO

PICTURES = {"image/png": LOGO, "image/jpeg": b"\xff\xd8\xff\xe0" + bytes(20), "image/webp": b"RIFF\0\0\0\0WEBPVP8 "}
HOSTILE = {
    "nothing": b"",
    "a page": b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
    "HTML": b"<html><script>alert(1)</script>",
    "large": LOGO + bytes(1024 * 1024),
}


def upload(client: FlaskClient, content: bytes) -> int:
    data = {"logo": (io.BytesIO(content), "logo.png")}
    return client.post("/settings/logo", data=data, content_type="multipart/form-data").status_code


@pytest.mark.parametrize("media_type", PICTURES)
def test_a_logo_stands_on_the_companys_pages(
    client: FlaskClient, sign_in: Callable[[int], FlaskClient], acme: Firm, media_type: str
) -> None:
    assert upload(sign_in(acme.admin), PICTURES[media_type]) == 303
    for path in ("/careers", "/careers/acme", address(acme)):
        (picture,) = Page.at(client, path).all("img.logo")
        answer = client.get(str(picture["src"]))
        assert (answer.data, answer.mimetype) == (PICTURES[media_type], media_type)
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "public" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_small_picture_is_refused(
    sign_in: Callable[[int], FlaskClient], acme: Firm, uploads: Path, content: bytes
) -> None:
    assert upload(sign_in(acme.admin), content) == 422
    assert files_in(uploads) == 0


def test_a_company_without_a_logo_shows_its_letter(client: FlaskClient, acme: Firm) -> None:
    assert Page.at(client, "/careers/acme").one(".topbar .logo").text == "A"
    assert client.get("/careers/acme/logo").status_code == 404


def test_the_colour_is_the_companys(client: FlaskClient, acme: Firm, scope: None) -> None:
    company = db.session.get_one(Company, acme.id)
    company.accent_hue, company.accent_chroma = 160, 0.12
    db.session.commit()
    href = str(Page.at(client, "/careers/acme").one("link[href*='theme.css']")["href"])
    answer = client.get(href)
    assert answer.mimetype == "text/css"
    assert "--accent-h: 160; --accent-c: 0.12" in answer.text


def test_each_application_keeps_the_words_it_agreed_to(
    client: FlaskClient, sign_in: Callable[[int], FlaskClient], acme: Firm, scope: None
) -> None:
    admin = sign_in(acme.admin)
    send(client, acme, email="first@mail.example")
    admin.post("/settings/privacy", data={"consent_text": "We keep it **a year**.", "retention_months": "12"})
    page = Page.at(client, address(acme))
    assert page.one(".consent strong").text == "a year"
    assert page.one("[name=consent_version]")["value"] == "2"
    # Who had the page open meanwhile is asked to read the new words.
    stale = Page.of(send(client, acme, email="second@mail.example", consent_version="1"), 422)
    assert "The text has changed while the page was open" in stale.one("#consent-error").text
    assert not stale.one("[name=consent]").has_attr("checked")
    assert send(client, acme, email="second@mail.example", consent_version="2").status_code == 303
    texts = {consent.version: consent.text for consent in db.session.scalars(sa.select(Consent))}
    agreed = [texts[application.consent_version or 0] for application in stored()]
    assert agreed == ["Acme may store this application to decide about it.", "We keep it **a year**."]
