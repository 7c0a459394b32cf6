"""The application form as a person, or a program, sends it."""

import io
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from ats.extensions import db
from ats.pipeline.models import Application
from tests.cast import Firm

RESUMES = Path(__file__).parents[1] / "candidates" / "resumes"
PDF = (RESUMES / "chromium.pdf").read_bytes()
QUESTIONS = [
    {"id": "q1", "prompt": "Why bread?", "kind": "long", "required": True, "choices": []},
    {"id": "q2", "prompt": "Nights?", "kind": "yes_no", "required": False, "choices": []},
    {"id": "q3", "prompt": "Which oven?", "kind": "choice", "required": False, "choices": ["Wood", "Gas"]},
    {"id": "q4", "prompt": "Years?", "kind": "number", "required": False, "choices": []},
    {"id": "q5", "prompt": "Best loaf?", "kind": "short", "required": False, "choices": []},
]


def form(**changes: Any) -> dict[str, Any]:
    """All that is needed, with these changes; None leaves a field out."""
    filled = {
        "name": "Ana Sousa",
        "email": "Ana.Sousa@mail.example",
        "phone": "+351 555 010 114",
        "cover_letter": "I bake.\r\nAnd I think.",
        "consent": "y",
        "resume": (io.BytesIO(PDF), "Ana Sousa.pdf"),
    }
    return {name: value for name, value in {**filled, **changes}.items() if value is not None}


def address(firm: Firm, more: str = "") -> str:
    return f"/careers/{firm.slug}/jobs/{firm.job}/apply{more}"


def send(client: FlaskClient, firm: Firm, **changes: Any) -> TestResponse:
    return client.post(address(firm), data=form(**changes), content_type="multipart/form-data")


def stored() -> list[Application]:
    """Acme's applications beside the one that the cast brings."""
    newest = sa.select(Application).order_by(Application.id).execution_options(populate_existing=True)
    return list(db.session.scalars(newest))[1:]


def files_in(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))
