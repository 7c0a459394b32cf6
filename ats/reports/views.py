"""The company's dashboard."""

from flask import Blueprint, render_template

from ats.access import Role, requires

bp = Blueprint("reports", __name__)


@bp.get("/dashboard")
@requires(Role.HIRING_MANAGER)
def dashboard() -> str:
    return render_template("reports/dashboard.html")
