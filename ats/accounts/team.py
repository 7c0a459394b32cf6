"""Who works with a company: roles, and leaving. Every change is made under the lock of the company's row, so that the
last admin cannot be lost to two changes at once."""

import sqlalchemy as sa

from ats import database
from ats.access import Role
from ats.accounts import audit, notices, second_factor
from ats.accounts.models import Company, User
from ats.accounts.sessions import UserSession
from ats.errors import Refusal
from ats.extensions import db

STAFF_ROLES = [role for role in Role if role.is_staff]


class LastAdmin(Refusal):
    """Nobody could run the company any more."""


class NotAdmin(Refusal):
    """The person who asks lost the role, or left, while they asked."""

    status = 403


def lock(actor: User) -> Company:
    """Hold the company's team until the transaction ends, for a person who is still its admin. Raises NotAdmin."""
    assert actor.company is not None
    database.lock(actor.company)
    db.session.refresh(actor, ["role", "removed_at"])
    if actor.role is not Role.ADMIN or actor.removed_at is not None:
        raise NotAdmin("You are no longer an admin of this company.")
    return actor.company


def members(company: Company) -> list[User]:
    """The people of the company, those who left included, by name."""
    people = sa.select(User).filter_by(company_id=company.id)
    return list(db.session.scalars(people.order_by(User.removed_at.is_not(None), sa.func.lower(User.name), User.id)))


def change_role(user: User, role: Role, *, actor: User) -> None:
    """Give a member another role, and end their sessions. Raises LastAdmin and NotAdmin."""
    company = lock(actor)
    db.session.refresh(user, ["role", "removed_at"])
    if user.role is role or user.removed_at is not None:
        return
    _keep_an_admin(company, without=user)
    audit.record("team.role_changed", user.name, actor=actor, before=user.role.title, after=role.title)
    user.role = role
    UserSession.end_all(user)


def remove(user: User, *, actor: User) -> None:
    """Take a member off the team: no access from now on, and the name stays in the history. Raises LastAdmin, NotAdmin.

    The address is free again, for the person's own use or for a new invitation.
    """
    company = lock(actor)
    db.session.refresh(user, ["role", "removed_at", "email"])
    if user.removed_at is not None:
        return
    _keep_an_admin(company, without=user)
    audit.record("team.removed", user.name, actor=actor, email=user.email, role=user.role.title)
    if user.second_factor_at is not None:
        second_factor.erase(user)
    UserSession.end_all(user)
    user.removed_at = sa.func.now()  # type: ignore[assignment]
    user.email = f"removed-{user.id}@removed.invalid"  # No address of anybody's: RFC 2606.
    user.password_hash = ""


def reset_second_factor(user: User, *, actor: User) -> None:
    """For a member who lost the phone and the recovery codes. Raises NotAdmin."""
    lock(actor)
    if user.second_factor_at is None:
        return
    audit.record("team.second_factor_reset", user.name, actor=actor)
    second_factor.erase(user)
    UserSession.end_all(user)
    notices.post(user, f"{actor.name}, an admin of your company, switched off your second factor.")


def _keep_an_admin(company: Company, *, without: User) -> None:
    others = sa.select(sa.func.count()).select_from(User).where(
        User.company_id == company.id, User.role == Role.ADMIN, User.removed_at.is_(None), User.id != without.id
    )  # fmt: skip
    if without.role is Role.ADMIN and not db.session.scalar(others):
        raise LastAdmin(
            f"{without.name} is the only admin, and a company needs one. Make somebody else an admin first."
        )
