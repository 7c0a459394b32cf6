"""The people of Acme in their browsers, and what is stored."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from ats import tenancy
from tests.cast import Firm


@pytest.fixture
def recruiter(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.recruiter)


@pytest.fixture
def manager(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.manager)


@pytest.fixture
def scope(app: Flask, acme: Firm) -> Iterator[None]:
    """For what a test reads itself: Acme's rows."""
    with app.app_context():
        tenancy.enter_company(acme.id)
        yield


@pytest.fixture
def url(acme: Firm) -> str:
    """The address of the application of the cast."""
    return f"/applications/{acme.application}"
