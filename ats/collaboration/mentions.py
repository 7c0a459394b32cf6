"""Mentions: “@Full Name” in a note stands for the colleague of that name, who gets a mail about it."""

import html
import re
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from markupsafe import Markup

from ats.access import Role
from ats.accounts.models import User
from ats.extensions import db
from ats.notifications import outbox
from ats.notifications.models import Message

TAG = re.compile(r'(<[^"<>]*(?:"[^"]*"[^"<>]*)*>)')
"""As the sanitiser writes tags: a > may stand in the value of an attribute, which is always in double quotes."""
UNTOUCHED = ("a", "code", "pre")
"""What stands in these is quoted, or goes elsewhere."""
EXCERPT = 300


def colleagues(company_id: int) -> Sequence[User]:
    """Everybody whom a note can mention, in the order of the alphabet."""
    staff = sa.select(User).where(User.company_id == company_id, User.role != Role.CANDIDATE, User.removed_at.is_(None))
    return db.session.scalars(staff.order_by(sa.func.lower(User.name), User.id)).all()


def mentioned(text: str, people: Iterable[User]) -> list[User]:
    """Those of the people whom the text mentions. Of names that begin alike the longest counts."""
    people = list(people)
    pattern = _pattern([person.name for person in people])
    names = {_normal(match[1]) for match in pattern.finditer(text)} if pattern else set()
    return [person for person in people if _normal(person.name) in names]


def highlight(sanitised: Markup, names: Sequence[str]) -> Markup:
    """HTML, as `formatting.markdown` makes it, with the mentions in it marked."""
    pattern = _pattern([html.escape(name, quote=False) for name in names])
    if pattern is None:
        return sanitised
    pieces, depth = [], 0
    for number, piece in enumerate(TAG.split(str(sanitised))):
        if number % 2:
            name = piece.strip("</>").split(" ")[0]
            depth += (-1 if piece.startswith("</") else 1) if name in UNTOUCHED else 0
        elif not depth:
            piece = pattern.sub(r'<span class="mention">@\1</span>', piece)
        pieces.append(piece)
    return Markup("".join(pieces))


def post_mails(
    note_id: int, text: str, *, people: Sequence[User], author: User, application_id: int, **context: str
) -> None:
    """A mail to each colleague whom the note mentions, once for each note however often it is edited."""
    url = f"{outbox.link('pipeline.application', application_id=application_id)}#note-{note_id}"
    keys = {f"mention:{note_id}:{person.id}": person for person in mentioned(text, people) if person.id != author.id}
    posted = set(db.session.scalars(sa.select(Message.dedupe_key).where(Message.dedupe_key.in_(keys)))) if keys else ()
    for key, person in keys.items():
        if key not in posted:
            outbox.post(
                "mention",
                person.email,
                dedupe_key=key,
                company_id=author.company_id,
                author=author.name,
                excerpt=text if len(text) <= EXCERPT else f"{text[:EXCERPT].rstrip()}…",
                note_url=url,
                **context,  # type: ignore[arg-type]
            )


def _pattern(names: Sequence[str]) -> re.Pattern[str] | None:
    longest_first = sorted({name for name in names if name.strip()}, key=len, reverse=True)
    if not longest_first:
        return None
    spelled = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first)
    return re.compile(rf"(?<![\w@.])@({spelled})(?!\w)", re.IGNORECASE)


def _normal(name: str) -> str:
    return " ".join(name.split()).lower()
