"""The audit trail."""

from flask import render_template, request
from flask_login import current_user

from ats.access import Role, requires
from ats.accounts import audit
from ats.accounts.views.blueprint import bp


@bp.get("/audit-trail")
@requires(Role.ADMIN)
def audit_trail() -> str:
    found = audit.found(request.args, current_user.company_id)
    return render_template("accounts/audit_trail.html", found=found, areas=audit.AREAS, periods=audit.PERIODS)
