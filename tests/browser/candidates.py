"""What the browser tests of the candidate's side share: a firm with something on every page, and where those are."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from flask import Flask
from itsdangerous import TimestampSigner

from ats import tenancy
from ats.accounts.models import Company, User
from ats.candidates import files
from ats.candidates.models import Attachment
from ats.extensions import db
from ats.jobs.models import Job, Status, Workplace
from ats.notifications.models import Message
from ats.pipeline import links
from tests.careers.form import PDF, QUESTIONS
from tests.cast import Firm, apply, open_job

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1440, "height": 900}
ABOUT = """We bake for nine hundred breakfasts a day, and we are home by two in the afternoon.

## How we work

* in teams of four, each with its own oven
* with flour from [mills we know](https://mill.example)

Nobody works alone, and **nobody** works on Sundays."""
DESCRIPTION = """You start when the town sleeps, and you see the sun rise over warm bread.

## What you will do

* Shape and bake sixty kinds of bread, with three colleagues.
* Teach what you know to somebody who starts.
* Decide with us what stands in the window.

## What you bring

1. Hands that know dough.
2. Patience, or the wish to learn it.

Miss one of these? Apply anyway."""


@dataclass(frozen=True)
class Pages:
    """The candidate's pages by what they show."""

    public: dict[str, str]
    own: dict[str, str]
    """Those behind the sign-in of the candidate."""


def furnish(app: Flask, firm: Firm, candidate: int) -> Pages:
    """Give the firm jobs of every kind, and the candidate applications that stand at different steps."""
    with app.app_context(), tenancy.company(firm.id):
        company, job = db.session.get_one(Company, firm.id), db.session.get_one(Job, firm.job)
        recruiter, user = db.session.get_one(User, firm.recruiter), db.session.get_one(User, candidate)
        company.about, company.retention_months = ABOUT, 12
        company.consent_text = "We keep your application to decide about it. **Nothing else.**\n\n* in our own house"
        job.questions, job.description, job.country = QUESTIONS, DESCRIPTION, "DE"
        job.salary_min, job.salary_max, job.closes_on = 30_000, 36_000, date.today() + timedelta(days=30)
        titles = ("Pastry Chef", "Head of Sourdough, Rye and Everything Else That Takes Longer than a Night", "Driver")
        for title in titles:
            open_job(title=title, department="Kitchen" if title != "Driver" else "Shop")
        far = open_job(title="Bookkeeper", department="Office", location="", workplace=Workplace.REMOTE.value)
        shut = open_job(title="Miller")
        answers = [{"id": "q1", "prompt": "Why bread?", "kind": "long", "answer": "It rises.\nAnd so do I."}]
        content = Attachment(key=files.store(PDF), name="Jane Doe.pdf", media_type="application/pdf", size=len(PDF))
        db.session.add(content)
        open_one = apply(
            company, job, "Jane Doe", user=user, cover_letter="I bake.\n\nI think.", answers=answers, resume=content
        )
        content.candidate_id = open_one.candidate_id
        open_one.move_to("screening", actor=recruiter, seen_seq=1)
        ended = apply(company, far, "Jane Doe", user=user)
        ended.move_to("rejected", actor=recruiter, seen_seq=1)
        shut.change_status(Status.CLOSED)
        db.session.execute(sa.update(Message).values(status="sent"))
        db.session.commit()
        token, old = links.token(open_one), _expired(firm)
        base, board = f"/careers/{firm.slug}", f"/careers/{firm.slug}/jobs/{job.id}"
        return Pages(
            public={
                "companies": "/careers",
                "search": "/careers?q=baker",
                "search-nothing": "/careers?q=zeppelin",
                "company": base,
                "company-nothing": f"{base}?q=zeppelin",
                "job": board,
                "apply": f"{board}/apply",
                "applied": f"{board}/applied",
                "applied-again": f"{board}/applied?again=1",
                "closed": f"{base}/jobs/{shut.id}",
                "status": f"/status/{token}",
                "status-withdraw": f"/status/{token}/withdrawal",
                "status-data": f"/status/{token}/data",
                "link": f"{base}/link",
                "link-expired": f"/status/{old}",
                "link-unknown": "/status/never.was.one",
                "not-found": f"{base}/jobs/999999",
                "register": "/register/candidate",
                "sign-in": "/sign-in",
            },
            own={
                "mine": "/my/applications",
                "mine-one": f"/my/applications/{open_one.id}",
                "mine-ended": f"/my/applications/{ended.id}",
                "mine-withdraw": f"/my/applications/{open_one.id}/withdrawal",
                "mine-data": f"/my/applications/{open_one.id}/data",
                "mine-apply": f"{board}/apply",
                "account": "/account",
                "password": "/account/password",
            },
        )


def _expired(firm: Firm) -> str:
    """A link as it was sent long ago."""
    from ats.pipeline.models import Application

    now = TimestampSigner.get_timestamp
    try:
        TimestampSigner.get_timestamp = lambda self: now(self) - (links.DAYS + 1) * 86400  # type: ignore[method-assign]
        return links.token(db.session.get_one(Application, firm.application))
    finally:
        TimestampSigner.get_timestamp = now  # type: ignore[method-assign]
