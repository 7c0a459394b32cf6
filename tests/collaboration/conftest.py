"""The people of Acme in their browsers, and what is stored."""

from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from tests.cast import Firm


@pytest.fixture
def recruiter(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.recruiter)


@pytest.fixture
def manager(sign_in: Callable[[int], FlaskClient], acme: Firm) -> FlaskClient:
    return sign_in(acme.manager)


@pytest.fixture
def url(acme: Firm) -> str:
    """The address of the application of the cast."""
    return f"/applications/{acme.application}"
