"""The demo's two companies, who works there, and the jobs they advertise."""

from dataclasses import dataclass
from typing import Any

from ats.access import Role


def _ask(kind: str, prompt: str, *choices: str, required: bool = True) -> dict[str, Any]:
    return {"kind": kind, "prompt": prompt, "required": required, "choices": list(choices)}


@dataclass(frozen=True)
class Ad:
    """A job. `opened`, `closes` and `closed` are days: ago, from now on (negative: ago), and ago."""

    title: str
    department: str
    location: str
    description: str
    applications: int = 0
    status: str = "open"
    workplace: str = "hybrid"
    employment_type: str = "full_time"
    salary: tuple[int, int] | None = None
    opened: int = 90
    closes: int | None = None
    closed: int | None = None
    questions: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True)
class Firm:
    """A company. The first of its people of each role has the address that begins with the role."""

    name: str
    about: str
    country: str
    time_zone: str
    currency: str
    accent: tuple[int, float]
    people: tuple[tuple[str, Role], ...]
    ads: tuple[Ad, ...]


YEARS = _ask("number", "How many years have you done this kind of work?")
HEARD = _ask("short", "How did you hear about us?", required=False)
PERMIT = _ask("yes_no", "May you work where the job is, without a permit that we would have to apply for?")

ACME = Firm(
    name="Acme",
    about="Acme makes planning software for workshops: who repairs what, when, with which part. Four thousand garages, "
    "boatyards and bicycle shops in eleven countries open our board in the morning and close it at night.\n\n"
    "We are ninety people, most of us in Berlin, a third of us wherever they like to live. We ship small things often, "
    "write more than we meet, and go home at five.",
    country="DE",
    time_zone="Europe/Berlin",
    currency="EUR",
    accent=(264, 0.2),
    people=(
        ("Marta Kowalska", Role.ADMIN),
        ("Ana Sousa", Role.RECRUITER),
        ("Jonas Weber", Role.HIRING_MANAGER),
        ("Priya Raman", Role.RECRUITER),
        ("Tomasz Zieliński", Role.HIRING_MANAGER),
        ("Hanna Lindqvist", Role.HIRING_MANAGER),
    ),
    ads=(
        Ad(
            title="Senior Backend Engineer",
            department="Engineering",
            location="Berlin",
            salary=(78_000, 96_000),
            applications=150,
            questions=(
                YEARS,
                _ask("long", "Tell us about a decision you would take differently today."),
                _ask("choice", "Which of these have you run in production?", "PostgreSQL", "MySQL", "Both", "Neither"),
                PERMIT,
                HEARD,
            ),
            description="""\
Every morning between seven and eight, four thousand workshops open the same page. You will own the services behind
it.

## What you will do

- Run the scheduling service end to end: design, code, deploys, and the pager one week in seven.
- Turn the nightly import of spare parts into a stream that settles within five minutes.
- Write designs that others can argue with, and change your mind in public.
- Help two juniors to become the people who help the next two.

## What you bring

- Several years with backends that had real users and real outages.
- **PostgreSQL** before anything else. Python is what we write most; you may come from something different.
- Working English. German helps with customers, and we pay for classes.

*Miss one of these? Apply anyway.* We read every application.

## What you get

- 30 days off, and the week between the years on top
- A budget of 2,000 euros a year for learning, spent as you see fit
- A bicycle that some customer of ours has repaired

## How hiring works here

1. You apply. Ana reads it within five working days and answers either way.
2. A call of 30 minutes: your questions first, then ours.
3. Two talks: your design, our code. No homework.
4. An offer in writing, within three days of the last talk.
""",
        ),
        Ad(
            title="Frontend Engineer",
            department="Engineering",
            location="Anywhere between UTC−1 and UTC+3",
            workplace="remote",
            salary=(58_000, 74_000),
            applications=38,
            opened=62,
            questions=(YEARS, _ask("short", "A page you built that you are proud of", required=False), PERMIT),
            description="""\
Our board is on a greasy tablet beside a hydraulic lift. It must work with gloves on, in sunlight, and without a
network.

## The work

You will build that board: server-rendered pages, a little JavaScript, a lot of care. You test with mechanics, not
with personas. You decide with a designer, and you are the one who says what the browser already does for free.

## You

- HTML and CSS are your first languages, TypeScript your second.
- You have fixed accessibility bugs and know why they came to be.
- You can say *no* to a library and *why* to a colleague.

## We

Five engineers and a designer. Releases on most days, never on Fridays after lunch. **58,000 to 74,000 euros**, by a
table that everybody here can see.
""",
        ),
        Ad(
            title="Site Reliability Engineer",
            department="Engineering",
            location="Berlin",
            salary=(74_000, 90_000),
            applications=7,
            opened=6,
            questions=(YEARS, PERMIT),
            description="""\
We had eleven minutes of downtime last year and know each of them by name. We look for somebody who wants to know
the next one first.

- You measure before you tune, and delete before you add.
- You have written a runbook that a stranger followed at night.
- You know Linux below the container, and PostgreSQL below the ORM.

You share the pager with six others and may say no to any service without an owner. Four days a week are fine as well.
""",
        ),
        Ad(
            title="Product Designer",
            department="Design",
            location="Berlin or Hamburg",
            salary=(60_000, 76_000),
            applications=34,
            opened=48,
            closes=12,
            questions=(
                _ask("short", "Where can we see your work?"),
                _ask("long", "Which product for people at work do you admire, and why?", required=False),
            ),
            description="""\
People look at our screens eight hours a day, with something heavy in the other hand. That is our kind of design
problem.

## What waits for you

- The new parts counter: from a drawing on a napkin to four thousand workshops
- A design system of forty components that engineers like, and that has *three* too many
- A workshop visit each month. Bring shoes that may get dirty.

## What we look for

You think in flows and states before you think in screens. You write the words yourself. You have watched people
fail with something you made, and were curious rather than hurt.

Please send a portfolio of **two or three cases**; how you got there interests us more than how it looks now.
""",
        ),
        Ad(
            title="Customer Support Specialist",
            department="Support",
            location="Remote in Germany, Ireland or France",
            workplace="remote",
            employment_type="part_time",
            salary=(34_000, 41_000),
            applications=40,
            opened=75,
            questions=(
                _ask("choice", "Which shift would you rather work?", "Early (6–12)", "Late (12–18)", "I don't mind"),
                _ask("yes_no", "Do you speak German or French well enough for the phone?"),
                HEARD,
            ),
            description="""\
When the board stands still, a workshop does, too. You are the voice that gets it going again.

- 20 to 25 hours a week, in fixed shifts that you plan three months ahead
- About thirty conversations a day: two thirds in writing, one third on the phone
- One afternoon a week without tickets, for help pages and bug reports

You need no degree. You do need patience, plain words, and the wish to find out *why*. Pay is for full-time work; we
pay the part that you work, and the same days off as everybody.
""",
        ),
        Ad(
            title="Account Executive, DACH",
            department="Sales",
            location="Berlin",
            salary=(62_000, 80_000),
            applications=30,
            status="closed",
            opened=88,
            closed=14,
            questions=(YEARS, _ask("number", "What was your target last year, in thousands of euros?", required=False)),
            description="""\
You visit workshops, listen, and sell to those whom we can help. To the others you say so, which is why they call us
later.

- A region from Kiel to Klagenfurt, by train
- 70 % fixed, 30 % by results, and no clawback
- A team of four that shares its pipeline and its coffee

German at native level, English for the office. You have sold to owners of small businesses before and enjoyed it.
""",
        ),
        Ad(
            title="Office Manager (parental cover)",
            department="Operations",
            location="Berlin",
            workplace="on_site",
            employment_type="temporary",
            salary=(42_000, 48_000),
            applications=22,
            status="archived",
            opened=90,
            closed=40,
            questions=(_ask("yes_no", "Could you start within four weeks?"),),
            description="""\
Hanna has a baby in spring, and we have an office for forty people. Keep it running for a year: visitors, keys,
contracts, the dishwasher, two hundred plants. You report to Marta and have a budget of your own.

Twelve months, with a real chance of more.
""",
        ),
        Ad(
            title="Working student, people and culture",
            department="Operations",
            location="Berlin",
            employment_type="internship",
            status="draft",
            questions=(HEARD,),
            description="""\
*Draft: Marta, please add the hours.*

Help us to look after ninety colleagues: first days, birthdays, the parts of payroll that need a human.
""",
        ),
    ),
)

GLOBEX = Firm(
    name="Globex",
    about="Globex runs warehouses that small shops share. A soap maker in Ohio and a bookbinder in Vermont pay for the "
    "shelf they use, and ship as fast as the big ones.\n\n"
    "Three sites, four hundred people, one rule: whoever packs can stop the line.",
    country="US",
    time_zone="America/New_York",
    currency="USD",
    accent=(165, 0.12),
    people=(
        ("Eleanor Whitlock", Role.ADMIN),
        ("Kwame Asante", Role.RECRUITER),
        ("Sofia Marchetti", Role.HIRING_MANAGER),
        ("Diego Navarro", Role.RECRUITER),
        ("Yuki Tanabe", Role.HIRING_MANAGER),
    ),
    ads=(
        Ad(
            title="Data Engineer",
            department="Engineering",
            location="Boston",
            salary=(125_000, 150_000),
            applications=34,
            opened=58,
            questions=(
                YEARS,
                _ask("choice", "Which of these have you run in production?", "Kafka", "Airflow", "Both", "Neither"),
                PERMIT,
            ),
            description="""\
Forty thousand parcels leave our doors each day, and each leaves a trail of events. Make them tell us where the next
late truck will be.

## In the first year you will

1. replace the spreadsheet that plans our docks,
2. give three sites one definition of *late*,
3. and delete the warehouse database that nobody dares to touch.

SQL is your mother tongue. You know streaming well enough to recommend a nightly batch where that does.
""",
        ),
        Ad(
            title="Warehouse Operations Lead",
            department="Operations",
            location="Columbus, Ohio",
            workplace="on_site",
            salary=(72_000, 84_000),
            applications=22,
            opened=70,
            questions=(
                _ask("number", "How many people have you planned shifts for?"),
                _ask("yes_no", "Are you free to work the early shift, from six?"),
            ),
            description="""\
You lead forty people on the early shift: receiving, picking, packing. You walk the floor before you open the laptop.

- Safety first. You may stop the line, and so may everybody.
- Plan shifts three weeks ahead, and keep to them.
- Count a little every day, so that nobody has to count everything in January.

Overtime is paid, breaks are breaks, and the coffee is good.
""",
        ),
        Ad(
            title="Regional Sales Manager",
            department="Sales",
            location="Chicago",
            salary=(95_000, 120_000),
            applications=18,
            opened=30,
            closes=3,
            questions=(YEARS, _ask("long", "How would you find our first twenty customers in your region?")),
            description="""\
Small makers do not read ads for logistics. They listen to other makers. Find the first twenty in your region, and
make sure that they talk.

You plan your own weeks, travel about half of them, and bring at least five years of selling services to small
businesses.
""",
        ),
        Ad(
            title="Senior Accountant",
            department="Finance",
            location="Boston",
            salary=(88_000, 104_000),
            applications=18,
            status="closed",
            opened=85,
            closed=20,
            questions=(YEARS, PERMIT),
            description="""\
Close three sites in four days, explain the numbers to people who pack soap, and prepare an audit that bores the
auditors.

CPA or an equal certificate, IFRS and US GAAP, and patience with our old ledger, which you will help to retire.
""",
        ),
        Ad(
            title="UX Research Intern",
            department="Design",
            location="Boston",
            employment_type="internship",
            applications=14,
            opened=64,
            closes=-9,
            questions=(_ask("short", "What do you study, and where?"),),
            description="""\
Twelve weeks, paid by the hour, with a mentor who has time for you. You will watch people pack, ask good questions,
and tell engineers what you saw.
""",
        ),
        Ad(
            title="Payroll Specialist",
            department="Finance",
            location="Columbus, Ohio",
            salary=(58_000, 66_000),
            applications=11,
            status="archived",
            opened=90,
            closed=50,
            questions=(YEARS,),
            description="""\
Four hundred people want the right amount on the right day. You see to it, with a colleague and a system that mostly
helps.
""",
        ),
        Ad(
            title="Brand Designer",
            department="Design",
            location="Anywhere in the United States",
            workplace="remote",
            employment_type="contract",
            status="draft",
            description="""\
Three months, one box. It travels more than any of us and should look as if it enjoyed the trip.
""",
        ),
    ),
)
FIRMS = (ACME, GLOBEX)
