"""The demo's applicants: invented people of many origins, the same ones for the same seed."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import NamedTuple

from ats.dev.names import invent_name
from ats.dev.trades import EMPLOYERS, TRADES, UNIVERSITIES

THIS_YEAR = date.today().year
SOURCES = {"Careers page": 44, "LinkedIn": 24, "Job board": 16, "Referral": 11, "Agency": 5}
"""Where applications come from, and out of a hundred how many."""

# Ranges that the regulators keep free for fiction, so that nobody is ever called.
_PHONES = {
    "United Kingdom": "+44 7700 900{:03}",
    "Germany": "+49 30 23125 {:03}",
    "France": "+33 6 39 98 {:02} {:02}",
    "Ireland": "+353 20 911 0{:03}",
    "Australia": "+61 2 5550 0{:03}",
    "United States": "+1 {area} 555 01{:02}",
}
_CITIES = {
    "United Kingdom": "London Leeds Glasgow Cardiff Bristol",
    "Germany": "Berlin Berlin Hamburg Leipzig Köln München",
    "France": "Paris Lyon Nîmes",
    "Ireland": "Dublin Galway",
    "Australia": "Sydney",
    "United States": "Chicago Austin Seattle Boston",
}
_AREAS = {"Chicago": 312, "Austin": 512, "Seattle": 206, "Boston": 617}
_SHARES = {"Engineering": 46, "Support": 14, "Sales": 14, "Design": 10, "Operations": 9, "Finance": 7}
_LATIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "ı": "i", "œ": "oe"})


class PastJob(NamedTuple):
    title: str
    company: str
    years: str
    bullets: list[str]

    @property
    def since(self) -> int:
        return int(self.years[:4])


@dataclass(frozen=True)
class Person:
    """Somebody who applies, as their resume tells it. `jobs` begins with the latest."""

    name: str
    headline: str
    email: str
    phone: str
    city: str
    summary: str
    jobs: list[PastJob]
    skills: list[str]
    education: list[str]
    languages: str
    department: str = "Engineering"
    source: str = "Careers page"

    @property
    def years(self) -> int:
        """How long they have been working."""
        return THIS_YEAR - self.jobs[-1].since


def people(count: int, seed: int = 1) -> list[Person]:
    """That many people, no two with the same name or address; the same ones for the same seed."""
    random = Random(seed)
    found: list[Person] = []
    taken: set[str] = set()
    while len(found) < count:
        person = _invent(random)
        if taken.isdisjoint((person.name, person.email)):
            found.append(person)
            taken.update((person.name, person.email))
    return found


def fill(random: Random, sentence: str, **more: object) -> str:
    """The sentence with numbers in the places that ask for them."""
    numbers = {"n": (3, 9), "m": (11, 40), "k": (12, 60), "p": (12, 48), "q": (88, 98)}
    return sentence.format(**{letter: random.randint(*ends) for letter, ends in numbers.items()}, **more)


def _invent(random: Random) -> Person:
    name, latin, languages = invent_name(random)
    [department] = random.choices(list(_SHARES), list(_SHARES.values()))
    [source] = random.choices(list(SOURCES), list(SOURCES.values()))
    trade = TRADES[department]
    city, country = random.choice([(city, country) for country in _CITIES for city in _CITIES[country].split()])
    jobs = _career(random, department)
    studies, university = (random.choice(choices.split("; ")) for choices in (trade.studies, UNIVERSITIES))
    return Person(
        name=name,
        headline=f"{jobs[0].title}, {jobs[0].company}",
        email=f"{_mailbox(latin)}@{random.choice(('mail.example', 'mail.example', 'example.org'))}",
        phone=_PHONES[country].format(random.randint(0, 99), random.randint(0, 99), area=_AREAS.get(city)),
        city=f"{city}, {country}",
        summary=random.choice(trade.summaries),
        jobs=jobs,
        skills=random.sample(trade.skills.split("; "), random.randint(5, 9)),
        education=[f"{studies}, {university}, {jobs[-1].since - 1}"],
        languages=languages,
        department=department,
        source=source,
    )


def _career(random: Random, department: str) -> list[PastJob]:
    """One to four jobs, the latest first, with titles that rise as the years go by."""
    trade = TRADES[department]
    titles = trade.titles.split("; ")
    number = random.choices((1, 2, 3, 4), (2, 4, 4, 2))[0]
    highest = min(len(titles) - 1, number - 1 + random.randint(0, len(titles) // 2))
    deeds = iter(random.sample(trade.deeds, len(trade.deeds)))
    until, jobs = None, []
    for place, company in enumerate(random.sample(EMPLOYERS.split("; "), number)):
        since = (until or THIS_YEAR) - random.randint(1, 5)
        bullets = [fill(random, next(deeds)) for _ in range((3, 2, 1, 0)[place])]
        jobs.append(PastJob(titles[max(0, highest - place)], company, f"{since}–{until or 'today'}", bullets))
        until = since
    return jobs


def _mailbox(latin: str) -> str:
    plain = unicodedata.normalize("NFKD", latin.lower().translate(_LATIN)).encode("ascii", "ignore").decode()
    return ".".join("".join(char for char in word if char.isalnum() or char == "-") for word in plain.split())
