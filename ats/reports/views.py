"""The company's dashboard, and the list of all its applications."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_login import current_user

from ats import limits
from ats.access import Role, requires
from ats.jobs.models import Job
from ats.pipeline.board import limits_of
from ats.pipeline.models import SOURCES
from ats.pipeline.stages import OPEN_STAGES, STAGE, STAGES
from ats.reports import applications as lists
from ats.reports import queries

bp = Blueprint("reports", __name__)


@bp.app_context_processor
def stages() -> dict[str, Any]:
    """For the templates of features that stand below the pipeline and still count by stage, the list of jobs say."""
    return {"STAGES": STAGES, "STAGE": STAGE, "OPEN_STAGES": OPEN_STAGES, "by_stage": by_stage}


def by_stage(job: Job) -> dict[str, int]:
    """How many of the job's applications are in each stage of the way to it, in the board's order."""
    return {stage.value: job.count(stage.value) for stage in STAGES if stage.value != "rejected"}


@bp.get("/dashboard")
@requires(Role.HIRING_MANAGER)
def dashboard() -> str:
    return render_template(
        "reports/dashboard.html",
        figures=queries.figures(),
        open_jobs=queries.open_jobs(),
        applications=queries.latest_applications(),
        moves=queries.latest_moves(),
        waiting=queries.longest_waiting(limits_of(current_user.company)),
    )


@bp.get("/applications")
@requires(Role.HIRING_MANAGER)
@limits.searching
def applications() -> str:
    return render_template(
        "reports/applications.html",
        found=lists.found(request.args),
        periods=lists.PERIODS,
        sources=SOURCES,
        most_counted=lists.MOST_COUNTED,
    )
