"""A forgotten password: a link to the address of the account, good for one new password within the hour."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ats.accounts import notices, tokens
from ats.accounts.models import User
from ats.accounts.sessions import UserSession
from ats.extensions import Model, db
from ats.notifications import outbox

LIFE = timedelta(hours=1)


class PasswordReset(Model):
    """The link that was asked for. For an address without an account there is a row as well, which leads nowhere: so
    asking takes the same time for both."""

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int | None] = mapped_column(sa.ForeignKey("user.id", ondelete="CASCADE"), index=True)
    password_changed_at: Mapped[datetime | None]
    """As it was on the user: when the password has changed since, the link is void."""
    created_at: Mapped[datetime] = mapped_column(server_default=sa.func.now(), index=True)


def post(email: str) -> None:
    """Send the link to the owner of the address; and to one who has no account, that there is none."""
    email = email.strip().lower()
    user = db.session.scalar(sa.select(User).filter_by(email=email, removed_at=None))
    db.session.execute(sa.delete(PasswordReset).where(PasswordReset.created_at < sa.func.now() - LIFE))
    token = tokens.new()
    db.session.add(
        PasswordReset(
            token_hash=token.hash,
            user_id=user.id if user else None,
            password_changed_at=user.password_changed_at if user else None,
        )
    )
    if user:
        outbox.post(
            "reset-password",
            email,
            dedupe_key=f"reset:{token.hash}",
            name=user.name,
            token_seed=token.seed,
            minutes=int(LIFE.total_seconds() // 60),
        )
    else:
        outbox.post(
            "no-account", email, dedupe_key=f"reset:{token.hash}", register_url=outbox.link("accounts.register")
        )


def user_of(token: str, *, to_change: bool = False) -> User | None:
    """Whose password the link may set; None if it is used up, too old, or older than the password.

    `to_change` locks the user, so that of two requests with one link the second finds it used up.
    """
    statement = (
        sa.select(User)
        .join(PasswordReset, PasswordReset.user_id == User.id)
        .where(
            PasswordReset.token_hash == tokens.hashed(token),
            PasswordReset.created_at > sa.func.now() - LIFE,
            PasswordReset.password_changed_at == User.password_changed_at,
            User.removed_at.is_(None),
        )
        .execution_options(populate_existing=True)
    )
    return db.session.scalar(statement.with_for_update(of=User, key_share=True) if to_change else statement)


def set_password(user: User, password: str) -> None:
    """The new password. It voids every link that was sent, ends every session, and proves the address."""
    user.set_password(password)
    user.confirmed_at = user.confirmed_at or sa.func.now()  # type: ignore[assignment]
    db.session.execute(sa.delete(PasswordReset).where(PasswordReset.user_id == user.id))
    UserSession.end_all(user)
    notices.post(user, "Your password was changed.")
