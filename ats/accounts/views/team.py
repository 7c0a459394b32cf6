"""The team: invite, change roles, remove."""

import sqlalchemy as sa
from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ats import limits
from ats.access import Role, requires
from ats.accounts import invitations, team
from ats.accounts.forms import InviteForm
from ats.accounts.invitations import Invitation
from ats.accounts.models import User
from ats.accounts.views.blueprint import bp
from ats.accounts.views.own import me
from ats.errors import Refusal
from ats.extensions import db


@bp.get("/team")
@requires(Role.ADMIN)
def team_page() -> str:
    return page(InviteForm())


@bp.post("/team/invitations")
@requires(Role.ADMIN)
@limits.per_address("60 per hour")
@limits.per_user("30 per hour")
def invite() -> str | Response | tuple[str, int]:
    form = InviteForm()
    if not form.validate():
        return page(form), 422
    try:
        invitation = Invitation.send(form.email.data, Role(form.role.data), actor=me())
    except invitations.OnTheTeam as refusal:
        form.email.errors = [str(refusal)]
        return page(form), 422
    db.session.commit()
    flash(f"We sent an invitation to {invitation.email}. It is good for {invitations.LIFE.days} days.")
    return redirect(url_for(".team_page"), 303)


@bp.post("/team/invitations/<int:invitation_id>/mail")
@requires(Role.ADMIN)
@limits.per_user("30 per hour")
def send_invitation_again(invitation_id: int) -> Response:
    invitation = db.get_or_404(Invitation, invitation_id)
    invitation.send_again(actor=me())
    db.session.commit()
    flash(f"We sent a new invitation to {invitation.email}. The link of the former mail is void.")
    return redirect(url_for(".team_page"), 303)


@bp.post("/team/invitations/<int:invitation_id>/revocation")
@requires(Role.ADMIN)
def revoke_invitation(invitation_id: int) -> Response:
    invitation = db.get_or_404(Invitation, invitation_id)
    invitation.revoke(actor=me())
    db.session.commit()
    flash(f"The invitation of {invitation.email} is taken back.")
    return redirect(url_for(".team_page"), 303)


@bp.post("/team/<int:user_id>/role")
@requires(Role.ADMIN)
def change_role(user_id: int) -> Response:
    user = member(user_id)
    role = request.form.get("role", "")
    if role not in team.STAFF_ROLES:
        raise NoSuchRole("Choose one of the roles in the list.")
    team.change_role(user, Role(role), actor=me())
    db.session.commit()
    flash(f"{user.name} is {user.role.title} now, and has to sign in again.")
    return redirect(url_for(".team_page"), 303)


@bp.route("/team/<int:user_id>/removal", methods=["GET", "POST"])
@requires(Role.ADMIN)
def remove_member(user_id: int) -> str | Response:
    """A page that asks first."""
    user = member(user_id)
    if request.method == "GET":
        return render_template("accounts/remove_member.html", user=user)
    team.remove(user, actor=me())
    db.session.commit()
    flash(f"{user.name} is off the team and has no access any more.")
    return redirect(url_for(".team_page"), 303)


@bp.post("/team/<int:user_id>/second-factor")
@requires(Role.ADMIN)
def reset_second_factor(user_id: int) -> Response:
    user = member(user_id)
    team.reset_second_factor(user, actor=me())
    db.session.commit()
    flash(f"The second factor of {user.name} is off.")
    return redirect(url_for(".team_page"), 303)


class NoSuchRole(Refusal):
    status = 422


def member(user_id: int) -> User:
    """A person on the team; 404 for one of another company, as for one who never was or has left."""
    wanted = sa.select(User).filter_by(id=user_id, company_id=current_user.company_id, removed_at=None)
    found = db.session.scalar(wanted)
    if found is None:
        abort(404)
    return found


def page(form: InviteForm) -> str:
    people = team.members(current_user.company)
    return render_template(
        "accounts/team.html",
        form=form,
        members=[user for user in people if user.removed_at is None],
        former=[user for user in people if user.removed_at is not None],
        invitations=invitations.open_invitations(),
        roles=team.STAFF_ROLES,
    )
