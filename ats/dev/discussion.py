"""Invents what colleagues did beside moving applications: notes, scorecards, tags, views, and who has read what."""

from datetime import datetime, timedelta
from random import Random
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from ats.access import Role
from ats.accounts.models import User
from ats.candidates.models import Tag, Tagging
from ats.collaboration.models import Note, Scorecard
from ats.dev.histories import Move, at_work
from ats.dev.remarks import REMARKS, TAGS, VERDICTS
from ats.extensions import db
from ats.pipeline.filters import Filters
from ats.pipeline.models import Application, Opening, SavedView

NOTE_SHARE, TAG_SHARE = 0.22, 0.18
UNREAD_FOR = timedelta(days=1)
"""Applications younger than this were opened by nobody, so that their cards are marked as new."""

VIEWS = {"Waiting too long": Filters(waiting=7, sort="longest"), "Promising": Filters(rating="300", sort="rating")}

Told = list[tuple[list[Move], Application]]


def discuss(told: Told, *, staff: list[User], zone: ZoneInfo, random: Random, now: datetime) -> None:
    """Add the rows about these applications, given with their histories, to the session."""
    _write_notes(told, staff, zone, random, now)
    _score(told, staff, zone, random, now)
    _tag({application.candidate_id for _, application in told}, random)
    db.session.add_all(
        SavedView(user_id=user.id, name=name, query=urlencode(filters.query))
        for user in staff
        if user.role is Role.RECRUITER
        for name, filters in VIEWS.items()
    )
    for history, application in told:
        if len(history) > 1 or history[0].at < now - UNREAD_FOR:
            readers = [user for user in staff if user.role.includes(Role.RECRUITER) or random.random() < 0.7]
            db.session.add_all(Opening(application_id=application.id, user_id=reader.id) for reader in readers)


def _write_notes(told: Told, staff: list[User], zone: ZoneInfo, random: Random, now: datetime) -> None:
    notes: list[Note] = []
    for history, application in told:
        for move, left in zip(history, [*(move.at for move in history[1:]), now], strict=True):
            written_at = at_work(random, move.at + (left - move.at) * random.random(), zone)
            if random.random() < NOTE_SHARE and written_at <= left:
                note = Note(application_id=application.id, author_id=random.choice(staff).id, created_at=written_at)
                note.body = random.choice(REMARKS[move.target])
                notes.append(note)
    notes.sort(key=lambda note: note.created_at)
    db.session.add_all(notes)


def _score(told: Told, staff: list[User], zone: ZoneInfo, random: Random, now: datetime) -> None:
    """Whoever reached an interview was judged by some of the colleagues, better if an offer followed."""
    for history, application in told:
        stages = {move.target: move.at for move in history}
        if "interview" not in stages:
            continue
        likely = (1, 3, 6, 5) if "offer" in stages else (3, 6, 5, 1)
        cards = []
        for author in random.sample(staff, random.randint(1, 3)):
            judged_at = at_work(random, stages["interview"] + timedelta(hours=random.randint(2, 70)), zone)
            if judged_at < now:
                [rating] = random.choices((1, 2, 3, 4), likely)
                card = Scorecard(application_id=application.id, author_id=author.id, rating=rating)
                card.comment, card.created_at = random.choice(VERDICTS[rating]), judged_at
                cards.append(card)
        if cards:
            application.rating = round(100 * sum(card.rating for card in cards) / len(cards))
        db.session.add_all(cards)


def _tag(candidates: set[int], random: Random) -> None:
    tags = [Tag(name=name) for name in TAGS]
    db.session.add_all(tags)
    db.session.flush()  # The taggings name the tags' ids.
    for candidate_id in sorted(candidates):
        if random.random() < TAG_SHARE:
            chosen = random.sample(tags, random.choice((1, 1, 2)))
            db.session.add_all(Tagging(candidate_id=candidate_id, tag_id=tag.id) for tag in chosen)
