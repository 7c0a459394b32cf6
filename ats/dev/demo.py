"""The demo: two companies in the middle of ninety days of hiring, the same ones each time. Development only."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import click
import sqlalchemy as sa
from flask import current_app

from ats import tenancy
from ats.access import Role
from ats.accounts import passwords
from ats.accounts.models import Company, User
from ats.dev import histories
from ats.dev.ads import FIRMS, Ad, Firm
from ats.dev.people import PastJob, Person, people
from ats.dev.season import Dossier, write_down
from ats.dev.trades import TRADES
from ats.extensions import db
from ats.jobs.models import Job

PASSWORD = "try-the-demo"
SEED = 7
FOUNDED = timedelta(days=120)
ROBIN = Person(
    name="Robin Ashby",
    headline="Backend engineer, Kestrel & Vale",
    email="candidate@mail.example",
    phone="+44 7700 900781",
    city="Leeds, United Kingdom",
    summary="I like systems that are boring to operate: clear data models, few moving parts, honest dashboards.",
    jobs=[
        PastJob(
            "Backend engineer",
            "Kestrel & Vale",
            "2021–today",
            ["Moved 40,000 customers to the new billing service without a night of downtime."],
        ),
        PastJob("Technical support specialist", "Tidewell Health", "2018–2021", ["Answered 260 tickets a week."]),
    ],
    skills=["Python", "PostgreSQL", "Flask", "Incident response", "API design"],
    education=["BSc Computer Science, Northgate Polytechnic, 2018"],
    languages="English, Deutsch",
)
ROBINS_WAYS = {
    "Senior Backend Engineer": ["screening", "interview"],
    "Frontend Engineer": ["rejected"],
    "Site Reliability Engineer": [],
    "Data Engineer": ["screening", "interview", "offer"],
}
"""Where the demo's candidate applied, and the stages that it led to."""
BUSY = 100
WAYS = [
    [],
    ["screening"],
    ["screening", "interview"],
    ["screening", "interview", "offer"],
    ["screening", "interview", "offer", "hired"],
    ["screening", "rejected"],
]
"""The stages of the first applicants of a job with `BUSY` applications, so that no column of its board is empty."""


def is_empty() -> bool:
    """Whether there is no company yet."""
    return db.session.scalar(sa.select(sa.func.count()).select_from(Company)) == 0


def load(progress: Callable[[str], object] = print) -> None:
    """Fill an empty database, and the storage of files, in one transaction.

    Raises click.ClickException in production, and where there are companies already.
    """
    if current_app.config["FOYER_ENV"] == "production":
        raise click.ClickException("The demo is for development, and FOYER_ENV says that this is production.")
    if not is_empty():
        raise click.ClickException("There are companies here already. The demo goes into an empty database only.")
    random = Random(SEED)
    now = datetime.now(UTC) - timedelta(minutes=10)
    password_hash = passwords.hashed(PASSWORD)
    robin = User(name=ROBIN.name, email=ROBIN.email, role=Role.CANDIDATE, password_hash=password_hash)
    robin.confirmed_at = robin.created_at = now - FOUNDED
    db.session.add(robin)
    cast = Cast(random)
    for firm in FIRMS:
        company = _found(firm, password_hash, now)
        db.session.flush()  # The scope and the applications name the ids.
        with tenancy.company(company.id):
            jobs = [(ad, _job(ad, firm, company, now)) for ad in firm.ads]
            db.session.flush()
            dossiers = [
                dossier for ad, job in jobs for dossier in _dossiers(ad, job, company, cast, random, now, robin.id)
            ]
            resumes = write_down(dossiers, company, random, now)
            progress(f"{firm.name}: {len(jobs)} jobs, {len(dossiers)} applications, {resumes} resumes")
    db.session.commit()
    progress(f"Everybody's password is {PASSWORD}")


class Cast:
    """The applicants, handed out by department. Of those who applied before some apply again elsewhere."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.fresh: dict[str, list[Person]] = {department: [] for department in TRADES}
        self.known: dict[str, list[Person]] = {department: [] for department in TRADES}
        for person in people(700, SEED):
            self.fresh[person.department].append(person)

    def apply(self, ad: Ad) -> list[Person]:
        fresh, known = self.fresh[ad.department], self.known[ad.department]
        again = self.random.sample(known, min(len(known), ad.applications // 8))
        new = [fresh.pop() for _ in range(ad.applications - len(again))]
        known += new
        return again + new


def _found(firm: Firm, password_hash: str, now: datetime) -> Company:
    company = Company.found(firm.name)
    company.about, company.time_zone = firm.about, firm.time_zone
    company.accent_hue, company.accent_chroma = firm.accent
    company.created_at = now - FOUNDED
    db.session.add(company)
    mailboxes = {Role.ADMIN: "admin", Role.RECRUITER: "recruiter", Role.HIRING_MANAGER: "manager"}
    for name, role in firm.people:
        mailbox = mailboxes.pop(role, name.split()[0].lower())
        user = User(name=name, role=role, company=company, password_hash=password_hash)
        user.email = f"{mailbox}@{company.slug}.example"
        user.confirmed_at = user.created_at = company.created_at
        db.session.add(user)
    return company


def _job(ad: Ad, firm: Firm, company: Company, now: datetime) -> Job:
    job = Job(
        title=ad.title,
        department=ad.department,
        location=ad.location,
        country=firm.country,
        workplace=ad.workplace,
        employment_type=ad.employment_type,
        salary_currency=firm.currency,
        description=ad.description,
        questions=[{"id": f"q{number}", **question} for number, question in enumerate(ad.questions, 1)],
        status=ad.status,
        created_by_id=_first(company, Role.RECRUITER),
        created_at=now - timedelta(days=ad.opened + 4),
    )
    if ad.salary:
        job.salary_min, job.salary_max = ad.salary
    if ad.closes is not None:
        job.closes_on = now.astimezone(company.zone).date() + timedelta(days=ad.closes)
    if ad.status != "draft":
        job.opened_at = _office_hour(now - timedelta(days=ad.opened), company.zone)
    if ad.closed is not None:
        job.closed_at = _office_hour(now - timedelta(days=ad.closed), company.zone)
    db.session.add(job)
    return job


def _office_hour(moment: datetime, zone: ZoneInfo) -> datetime:
    """A quarter past ten of that day, or of the Friday before it."""
    local = moment.astimezone(zone).replace(hour=10, minute=15)
    return (local - timedelta(days=max(0, local.weekday() - 4))).astimezone(UTC)


def _dossiers(
    ad: Ad, job: Job, company: Company, cast: Cast, random: Random, now: datetime, robin_id: int
) -> list[Dossier]:
    if job.opened_at is None:
        return []
    zone, ended = company.zone, job.closed_at or now
    if job.closes_on:
        ended = min(ended, datetime.combine(job.closes_on, time(23, 59), zone).astimezone(UTC))
    decided = ad.status == "archived"
    dossiers = []
    for number, person in enumerate(cast.apply(ad)):
        shown = ad.applications >= BUSY and number < len(WAYS)
        # Most of those on an open job came lately: that is why it is open.
        age = random.uniform(0.4, 0.9) if shown else random.random() ** (1 if ad.closed else 2)
        applied_at = _awake(random, ended - (ended - job.opened_at) * age, job.opened_at, ended, zone)
        until = ended if decided else now
        if shown:
            history = histories.along(random, WAYS[number], applied_at=applied_at, until=until, zone=zone)
        else:
            history = histories.invent(random, applied_at=applied_at, until=until, zone=zone, to_the_end=decided)
        dossiers.append(Dossier(person, job, history))
    if ad.title in ROBINS_WAYS:
        applied_at = _awake(random, job.opened_at + (ended - job.opened_at) / 4, job.opened_at, ended, zone)
        history = histories.along(random, ROBINS_WAYS[ad.title], applied_at=applied_at, until=ended, zone=zone)
        dossiers.append(Dossier(ROBIN, job, history, user_id=robin_id))
    return dossiers


def _awake(random: Random, moment: datetime, earliest: datetime, latest: datetime, zone: ZoneInfo) -> datetime:
    """The moment, at an hour of its day at which people write applications, between the two others."""
    local = moment.astimezone(zone)
    hour = random.choices((8, 10, 12, 14, 17, 19, 20, 21, 22), (2, 3, 4, 3, 4, 6, 7, 6, 3))[0]
    local = local.replace(hour=hour, minute=random.randint(0, 59), second=random.randint(0, 59))
    moment = local.astimezone(UTC)
    slack = timedelta(minutes=random.randint(5, 600))
    return min(max(moment, earliest + slack), max(earliest, latest - slack))


def _first(company: Company, role: Role) -> int:
    staff = sa.select(User.id).filter_by(company_id=company.id, role=role)
    return db.session.scalars(staff.order_by(User.id).limit(1)).one()
