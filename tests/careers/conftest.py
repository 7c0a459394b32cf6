"""What the tests of the candidate's side share."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from tests.cast import Firm


@pytest.fixture
def scope(app: Flask, acme: Firm) -> Iterator[None]:
    """The test's own look into the database, as Acme's."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser in which nobody has signed in."""
    return app.test_client()
