"""What colleagues write: notes by the stage of the application, comments of scorecards by rating, and tags."""

REMARKS = {
    "applied": (
        "Read it twice. The letter is better than the resume, which I mean as a compliment.",
        "Second application within a year. The first one failed on the start date only, see there.",
        "Resume is thin on dates between the last two jobs. Ask, without making a thing of it.",
        "Came recommended by two people who do not know each other.",
        "Portfolio link asks for a password. I wrote a mail.",
    ),
    "screening": (
        "Called for **25 minutes**. Clear answers, asked about on-call before pay. I would go on.",
        "Salary: expects the upper third of our range. Said that it depends on the four-day week.",
        "Start date is the open question: three months' notice, *maybe* two.",
        "Friendly, but I had to pull every example out. Let's see whether the next talk goes better.",
        "Speaks about former colleagues with respect, also about the difficult ones.",
        "Two of our must-haves are missing:\n\n- never worked with customers directly\n- no experience with audits\n\n"
        "Strong otherwise.",
    ),
    "interview": (
        "Work sample came back in a day, with a list of what was left out and why. That list alone is worth an offer.",
        "Design talk: drew the data model first, then the screens. Got lost in caching, found the way out alone.",
        "I am a **no**, mildly: good answers, but all of them about *what the team did*.",
        "Strong yes from me. Would learn from them.",
        "Reference call done: “the one who stayed calm when the ceiling came down”. Literally, it turned out.",
        "Asked for the second talk to be in the morning because of childcare. Moved it to 9:30.",
        "Please read my scores before the debrief, I cannot join it in person.",
    ),
    "offer": (
        "Offer is out, in writing. They want to think about it over the weekend.",
        "Asked for 5 % more or five more days off. I would give the days.",
        "Has a second offer until Friday. Call them **today**.",
    ),
    "hired": (
        "Signed! Starts on the first. I ordered the laptop.",
        "Welcome lunch is planned, the team knows.",
    ),
    "rejected": (
        "Kept the resume in mind for the spring opening, with their consent.",
        "Told them in a call, not by mail only. They thanked us for the feedback.",
    ),
}

VERDICTS = {
    1: (
        "Talked over the others in the work sample, twice.",
        "Not for this job. See my notes on the second talk.",
    ),
    2: (
        "Good in parts, but I would be the one to fill the gaps.",
        "Answers stayed general whenever I asked for an example.",
        "",
    ),
    3: (
        "Would hire. One question about on-call is still open.",
        "Solid, kind, curious. Not the fastest.",
        "",
    ),
    4: (
        "Explained our own system back to us, better.",
        "Strong yes: I would want to work on whatever they work on.",
        "",
    ),
}
TAGS = (
    "Keep in touch",
    "Relocation",
    "Silver medallist",
    "Speaks German",
    "Needs sponsorship",
    "Ex-colleague",
    "Part-time",
)
