"""The link in each mail that opens one application, and no other, without an account."""

from typing import TYPE_CHECKING

import sqlalchemy as sa
from flask import current_app
from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer

from ats import tenancy
from ats.accounts.models import Company
from ats.extensions import db
from ats.notifications import outbox

if TYPE_CHECKING:
    from ats.pipeline.models import Application

DAYS = 180


class LinkExpired(Exception):
    """The link was ours once: too old now, or revoked. `company` is whom to ask for a new one."""

    def __init__(self, company: Company) -> None:
        super().__init__()
        self.company = company


def url(application: "Application") -> str:
    """The absolute address, for a mail."""
    return outbox.link("careers.status", token=token(application))


def token(application: "Application") -> str:
    return _serializer().dumps([application.company_id, application.id, application.link_version])


def opened(token: str, *loads: sa.orm.interfaces.ORMOption) -> "tuple[Application, Company]":
    """The application of the link and its company, whose scope the request enters.

    Raises LinkExpired, and itsdangerous.BadSignature for what never was a link of ours.
    """
    from ats.pipeline.models import Application  # Which writes these links into its mails.

    try:
        company_id, application_id, version = _serializer().loads(token, max_age=DAYS * 86400)
        expired = False
    except SignatureExpired as error:
        company_id, application_id, version = _serializer().load_payload(error.payload or b"")
        expired = True
    company = db.session.get(Company, company_id)
    if company is None:
        raise BadSignature("of a company that is gone")
    tenancy.enter_company(company.id)
    wanted = sa.select(Application).filter_by(id=application_id, link_version=version)
    application = None if expired else db.session.scalar(wanted.options(*loads))
    if application is None:
        raise LinkExpired(company)
    return application, company


def revoke(application: "Application") -> None:
    """No link that was sent opens the application any more; the next mail brings one that does."""
    application.link_version += 1


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="application-link")
