"""Accept an invitation."""

from flask import redirect, render_template, request
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from ats import limits
from ats.access import public
from ats.accounts import invitations
from ats.accounts.forms import JoinForm
from ats.accounts.views.blueprint import bp
from ats.accounts.views.entrance import let_in, start_page
from ats.errors import Refusal
from ats.extensions import db


@bp.route("/join/<slug>/<token>", methods=["GET", "POST"])
@public
@limits.per_address("20 per minute")
def join(slug: str, token: str) -> str | Response | tuple[str, int]:
    """The link of the mail. Opening it uses nothing up; sending the form does."""
    invitation = invitations.by_token(slug, token, to_accept=request.method == "POST")
    if invitation is None:
        return render_template("accounts/link_expired.html", invitation=True), 404
    form = JoinForm.for_invitation(invitation)
    if request.method == "GET":
        return join_page(form, invitation)
    if not form.validate():
        return join_page(form, invitation), 422
    try:
        user = invitation.accept(name=form.name.data, password=form.password.data)
        let_in(user, remember=False)
        db.session.commit()
    except IntegrityError as race:  # Somebody registered with the address this very moment.
        raise Refusal("There is an account with that address already. Reload the page.") from race
    return redirect(start_page(), 303)


def join_page(form: JoinForm, invitation: invitations.Invitation) -> str:
    return render_template("accounts/join.html", form=form, invitation=invitation, company=invitation.company)
