"""Hostile files, all the way: what the form takes of them ends in the worker as no text, and the worker goes on."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from ats.candidates.models import Attachment
from ats.extensions import db
from tests.candidates import hostile
from tests.cast import Firm

CORPUS: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a zip bomb": ("a.docx", lambda: hostile.bomb_docx(150)),
    "a page that is a bomb": ("c.pdf", lambda: hostile.bomb_pdf(60)),
    "an external entity": ("d.docx", lambda: hostile.xxe_docx("/etc/passwd")),
    "a billion laughs": ("e.docx", hostile.laughing_docx),
    "a hundred thousand controls": ("f.docx", lambda: hostile.nested_docx(100_000)),
    "a crowd of files": ("g.docx", lambda: hostile.crowded_docx(5_000)),
    "a password": ("h.pdf", hostile.encrypted_pdf),
    "half a file": ("i.pdf", lambda: hostile.pdf()[:400]),
    "half an archive": ("j.docx", lambda: hostile.docx()[:2000]),
    "noise that says it is a PDF": ("k.pdf", lambda: b"%PDF-1.7\n" + bytes(range(256)) * 200),
    "a page of HTML": ("l.pdf", lambda: b"<html><script>alert(1)</script></html>"),
    "a program": ("m.pdf", lambda: b"MZ" + bytes(5000)),
    "a page of HTML in a PDF": ("n.pdf", lambda: b"%PDF-1.4\n<script>alert(1)</script>"),
}


def upload(client: FlaskClient, firm: Firm, number: int, name: str, content: bytes) -> int:
    filled = {
        "name": f"Person {number}",
        "email": f"person{number}@mail.example",
        "consent": "y",
        "resume": (BytesIO(content), name),
    }
    path = f"/careers/{firm.slug}/jobs/{firm.job}/apply"
    return client.post(path, data=filled, content_type="multipart/form-data").status_code


def test_each_is_refused_or_ends_as_no_text_and_the_next_is_read(
    app: Flask, acme: Firm, run_worker: Callable[[], None], subtests: pytest.Subtests
) -> None:
    client = app.test_client()
    for number, (kind, (name, make)) in enumerate(CORPUS.items()):
        with subtests.test(kind):
            status = upload(client, acme, number, name, make())
            assert status in (303, 422)
            run_worker()
            for text in texts(app, acme, name):
                assert text is not None, "The worker has not looked at it, or is stuck."
                assert "root:" not in text
                assert "laugh" not in text
                # The words around an entity are read, and what it names is not.
                assert text in ("", "Before after", "Before"), f"{kind} has the text {text[:80]!r}"
    assert upload(client, acme, 99, "honest.pdf", hostile.pdf("An honest resume")) == 303
    run_worker()
    assert texts(app, acme, "honest.pdf") == ["An honest resume"]


def test_five_thousand_pages_cost_what_fifty_do(app: Flask, acme: Firm, run_worker: Callable[[], None]) -> None:
    assert upload(app.test_client(), acme, 1, "long.pdf", hostile.endless_pdf(5_000)) == 303
    run_worker()
    (text,) = texts(app, acme, "long.pdf")
    assert text is not None
    assert "This is page 51." not in text


def test_what_is_stored_comes_back_as_a_download_and_never_as_a_page(
    app: Flask, acme: Firm, sign_in: Callable[[int], FlaskClient], uploads: Path
) -> None:
    """Whatever it is inside, and whatever its name says."""
    content = hostile.pdf("<script>alert(1)</script>")
    assert upload(app.test_client(), acme, 1, "a.html\r\nX-Evil: 1<script>.pdf", content) in (303, 422)
    assert upload(app.test_client(), acme, 2, "x.html.pdf", content) == 303
    with app.app_context(), tenancy.company(acme.id):
        resume = db.session.scalars(sa.select(Attachment).order_by(Attachment.id.desc())).first()
        assert resume
        assert "html" not in resume.key
    client = sign_in(acme.recruiter)
    for application in range(acme.application, acme.application + 4):
        answer = client.get(f"/applications/{application}/resume")
        if answer.status_code == 200:
            assert answer.mimetype == "application/pdf"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
            assert "X-Evil" not in answer.headers
            assert "sandbox" in answer.headers["Content-Security-Policy"] or "script-src 'self'" in str(answer.headers)
    assert not list(Path("static").glob("**/*.pdf"))


def texts(app: Flask, firm: Firm, name: str) -> list[str | None]:
    with app.app_context(), tenancy.company(firm.id):
        return list(db.session.scalars(sa.select(Attachment.text).filter_by(name=name)))
