"""UserSession: one signed-in browser, and for how long it stays so."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import current_app, g
from sqlalchemy.orm import Mapped, contains_eager, mapped_column, relationship

from ats.accounts.models import User
from ats.extensions import Model, db, login_manager
from ats.text import one_line

SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a browser was last seen: writing that down at each request would cost a commit each."""
AGENT_LENGTH = 300
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari", "curl": "curl"}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS": "Mac",
    "Linux": "Linux",
}
"""Words of the User-Agent header, and what to call them; the first that is found counts."""


class UserSession(Model):
    """One signed-in browser. Its cookie holds the token, the row only its SHA-256; without the row, no entry."""

    __table_args__ = (sa.UniqueConstraint("id"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    id: Mapped[int] = mapped_column(sa.BigInteger, sa.Identity())
    user_id: Mapped[int] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    seen_at: Mapped[datetime] = mapped_column(server_default=sa.func.now())
    remembered: Mapped[bool] = mapped_column(default=False)
    agent: Mapped[str] = mapped_column(default="")
    """What the browser says it is."""

    user: Mapped[User] = relationship(lazy="raise")

    @classmethod
    def start(cls, user: User) -> str:
        """Write the session down and return its token, which is kept nowhere but in the browser's cookie."""
        token = secrets.token_urlsafe(32)
        db.session.add(cls(token_hash=_hash(token), user_id=user.id))
        return token

    @classmethod
    def describe(cls, token: str, *, remembered: bool, agent: str) -> None:
        """Say which browser a session that just began is in, and whether it is to stay signed in."""
        started = db.session.get_one(cls, _hash(token))
        started.remembered, started.agent = remembered, one_line(agent.replace("\0", ""))[:AGENT_LENGTH]

    @classmethod
    def end(cls, token: str) -> None:
        db.session.execute(sa.delete(cls).where(cls.token_hash == _hash(token)))

    @classmethod
    def end_one(cls, user: User, id: int) -> None:
        """End one of the user's sessions; nothing happens if it is not the user's, or ended already."""
        db.session.execute(sa.delete(cls).where(cls.user_id == user.id, cls.id == id))

    @classmethod
    def end_all(cls, user: User) -> None:
        """End the user's sessions in every browser, copies of their cookies included."""
        db.session.execute(sa.delete(cls).where(cls.user_id == user.id))

    @classmethod
    def is_alive(cls) -> sa.ColumnElement[bool]:
        """Whether the session was used lately enough, and began lately enough."""
        limits = current_app.config
        idle = sa.case(
            (cls.remembered, timedelta(days=limits["SESSION_REMEMBERED_DAYS"])),
            else_=timedelta(hours=limits["SESSION_IDLE_HOURS"]),
        )
        longest = timedelta(days=limits["SESSION_LONGEST_DAYS"])
        return sa.and_(cls.seen_at > sa.func.now() - idle, cls.created_at > sa.func.now() - longest)

    @property
    def browser(self) -> str:
        """ "Firefox on Linux"."""
        program = next((name for word, name in BROWSERS.items() if re.search(rf"\b{word}/", self.agent)), "A browser")
        system = next((name for word, name in SYSTEMS.items() if word in self.agent), None)
        return f"{program} on {system}" if system else program


@login_manager.user_loader
def user_of_session(token: str) -> User | None:
    """The user whose browser holds the token, with the company, in one statement."""
    found = db.session.execute(
        sa.select(User, UserSession, (UserSession.seen_at < sa.func.now() - SEEN_EVERY).label("is_stale"))
        .join(UserSession, UserSession.user_id == User.id)
        .outerjoin(User.company)
        .where(UserSession.token_hash == _hash(token), UserSession.is_alive(), User.removed_at.is_(None))
        .options(contains_eager(User.company))
    ).first()
    if found is None:
        return None
    user, g.user_session, g.session_is_stale = found
    return user


def note_that_it_is_used() -> None:
    """Write down that the browser was seen. For the start of a request, before anything else waits to be committed."""
    if g.get("session_is_stale"):
        g.session_is_stale = False
        own = UserSession.token_hash == g.user_session.token_hash
        # Of several requests at once the first writes; the others find nothing left to do.
        stale = UserSession.seen_at < sa.func.now() - SEEN_EVERY
        db.session.execute(sa.update(UserSession).where(own, stale).values(seen_at=sa.func.now()))
        db.session.commit()


def current() -> UserSession:
    """The session of the browser that this request came from."""
    return g.user_session


def of_user(user: User) -> list[UserSession]:
    """The browsers in which the user is signed in, the one that was used last first."""
    alive = sa.select(UserSession).where(UserSession.user_id == user.id, UserSession.is_alive())
    return list(db.session.scalars(alive.order_by(UserSession.seen_at.desc(), UserSession.id.desc())))


def forget_ended() -> int:
    """RQ job, run by the schedule: delete the rows of sessions that ended by themselves, and return how many."""
    with current_app.app_context():
        ended = db.session.execute(sa.delete(UserSession).where(sa.not_(UserSession.is_alive())))
        db.session.commit()
        return ended.rowcount  # type: ignore[attr-defined]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
