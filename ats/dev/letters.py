"""What invented applicants write: cover letters and answers to a job's questions."""

from random import Random
from typing import Any

from ats.dev.people import Person, fill
from ats.dev.trades import TRADES

_OPENINGS = (
    "Dear {company} team, I am applying for the position of {title}.",
    "Hello, my name is {name} and I would like to join you as {title}.",
    "Your posting for {title} was sent to me by two friends on the same day, which I take as a sign.",
    "I have been using what {company} makes for about a year, so I read your posting for {title} as a customer first.",
    "My title today is {headline}, and I am looking for my next place.",
    "After {years} years in the trade I know what I am good at, and your posting for {title} reads like it.",
    "Good morning from {city}!",
)
_CLOSINGS = (
    "I could start {start} and would be glad to talk whenever it suits you.",
    "My notice period is {months}; for a call I am free on most mornings.",
    "I would rather show than tell: please ask me for work samples.",
    "Thank you for reading, and for naming the pay in the posting.",
    "I look forward to your questions, and bring a few of my own.",
    "If it helps, three former colleagues have agreed to tell you about my worse sides.",
)
_SHORT = (
    "Please find my resume attached. Thank you for your time.",
    "I am interested in this position. My resume says the rest.",
)
_STARTS = ("next month", "in four weeks", "on the first of January", "in six weeks", "as soon as next week")
_NOTICES = ("four weeks", "two months", "six weeks", "three months", "two weeks")

_LONG_ANSWERS = (
    "We had a release that failed for every tenth customer and nobody knew why. I asked for an hour of silence, drew "
    "the whole path of one request on paper, and found the second clock. I am still proud of the hour of silence.",
    "I once said yes to a date that I did not believe in. We missed it, and I told the customer myself. Since then I "
    "give dates with the reason behind them, and people plan better with that than with my optimism.",
    "The best decision was to stop. The project was mine, it was half done, and the numbers said that nobody would "
    "use it. I wrote two pages, we talked for a day, and the team moved to what is now our main product.",
    "A colleague and I disagreed for weeks about how to do it. In the end we each built the other's idea for a day. "
    "Mine lost. I learned more in that day than in the weeks before.",
    "I took over a process with thirty steps, did every step by hand for a fortnight, and left eleven of them. Two "
    "had to come back.",
)
_SHORT_ANSWERS = (
    "Through a friend who works with you",
    "In a newsletter",
    "I have used your product for a year",
    "At a meetup in spring",
    "While looking at your careers page",
)


def cover_letter(person: Person, *, title: str, company: str, random: Random) -> str:
    """Two to four sentences in paragraphs; now and then a single one, and sometimes none."""
    kind = random.random()
    if kind < 0.12:
        return ""
    if kind < 0.22:
        return random.choice(_SHORT)
    words = {
        "company": company,
        "title": title,
        "name": person.name,
        "headline": person.jobs[0].title.lower(),
        "years": person.years,
        "city": person.city.split(",")[0],
        "start": random.choice(_STARTS),
        "months": random.choice(_NOTICES),
    }
    motives = random.sample(TRADES[person.department].motives, random.randint(1, 2))
    paragraphs = (random.choice(_OPENINGS), " ".join(motives), random.choice(_CLOSINGS))
    return "\n\n".join(fill(random, paragraph, **words) for paragraph in paragraphs)


def answers(person: Person, questions: list[dict[str, Any]], random: Random) -> list[dict[str, Any]]:
    """An answer to each of a job's questions; one that need not be answered is left out now and then."""
    return [
        {**{key: question[key] for key in ("id", "prompt", "kind")}, "answer": _answer(person, question, random)}
        for question in questions
        if question["required"] or random.random() < 0.7
    ]


def _answer(person: Person, question: dict[str, Any], random: Random) -> str:
    match question["kind"]:
        case "yes_no":
            return random.choices(("Yes", "No"), (5, 1))[0]
        case "choice":
            return random.choice(question["choices"])
        case "number":
            return str(person.years)
        case "long":
            return random.choice(_LONG_ANSWERS)
        case _:
            return random.choice(_SHORT_ANSWERS)
