"""The second factor: a code from an app on the person's phone, or one of the recovery codes for when it is lost."""

import hashlib
import secrets

import segno
import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ats.accounts import notices, totp
from ats.accounts.models import User
from ats.accounts.sessions import UserSession
from ats.errors import Refusal
from ats.extensions import Model, db
from ats.notifications.outbox import PRODUCT

RECOVERY_CODES = 10
ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"
"""Without the letters and digits that look alike."""


class SecondFactorOn(Refusal):
    """It was switched on in the meantime, in another window say."""


class SecondFactor(Model):
    """The secret that a user's app shares with us, and the last time step whose code was used: none is taken twice."""

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str]
    last_step: Mapped[int] = mapped_column(sa.BigInteger, default=0)


class RecoveryCode(Model):
    """A code that stands in for the app once; then its row is gone. The codes are random enough for a plain hash."""

    user_id: Mapped[int] = mapped_column(
        sa.ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    code_hash: Mapped[str] = mapped_column(primary_key=True)


def accepts(user: User, typed: str) -> bool:
    """Whether it is a code of the user's app about now, or a recovery code; either is used up by being accepted."""
    factor = db.session.scalar(sa.select(SecondFactor).filter_by(user_id=user.id).with_for_update())
    if factor is None:
        return False
    step = totp.step_of(factor.secret, typed, after=factor.last_step)
    if step is not None:
        factor.last_step = step
        return True
    used = sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id, RecoveryCode.code_hash == _hash(typed))
    return db.session.execute(used).rowcount == 1  # type: ignore[attr-defined]


def switch_on(user: User, secret: str, typed: str) -> list[str] | None:
    """Ask for a second factor from now on, and return the recovery codes, which are never shown again.

    None if the code is not one of that secret: the app does not have it then. Raises SecondFactorOn. All other browsers
    are signed out.
    """
    db.session.refresh(user, ["second_factor_at"], with_for_update=True)
    if user.second_factor_at is not None:
        raise SecondFactorOn("Your second factor is on already. Switch it off first to set up another one.")
    step = totp.step_of(secret, typed, after=0)
    if step is None:
        return None
    db.session.add(SecondFactor(user_id=user.id, secret=secret, last_step=step))
    user.second_factor_at = sa.func.now()  # type: ignore[assignment]
    UserSession.end_all(user)
    notices.post(user, "A second factor was switched on: signing in asks for a code from an app as well.")
    return new_recovery_codes(user)


def switch_off(user: User) -> None:
    """At the user's own wish."""
    erase(user)
    notices.post(user, "The second factor was switched off: the password alone is enough to sign in.")


def erase(user: User) -> None:
    db.session.execute(sa.delete(SecondFactor).where(SecondFactor.user_id == user.id))
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    user.second_factor_at = None


def new_recovery_codes(user: User) -> list[str]:
    """Ten codes in place of those there were."""
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.user_id == user.id))
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)
    ]
    db.session.add_all(RecoveryCode(user_id=user.id, code_hash=_hash(code)) for code in codes)
    return codes


def codes_left(user: User) -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(RecoveryCode).filter_by(user_id=user.id)).one()


def address(user: User, secret: str) -> str:
    """What the QR code says."""
    return totp.address(secret, account=user.email, issuer=PRODUCT)


def qr_path(text: str) -> tuple[str, int]:
    """The dark squares of a QR code as the path of an SVG, and how many squares it is wide, the quiet zone included."""
    border = 4
    rows = list(segno.make(text, error="m", micro=False).matrix)
    squares = [
        f"M{x + border} {y + border}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark
    ]
    return "".join(squares), len(rows) + 2 * border


def _hash(code: str) -> str:
    letters = "".join(char for char in code.casefold() if char.isalnum())
    return hashlib.sha256(letters.encode()).hexdigest()
