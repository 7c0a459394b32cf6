"""The company's dashboard, a job's report, the comparison of jobs, and the list of all applications."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Blueprint, Flask, abort, current_app, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ats import limits
from ats.access import Role, requires
from ats.accounts import audit
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.board import limits_of
from ats.pipeline.models import SOURCES
from ats.pipeline.stages import OPEN_STAGES, STAGE, STAGES
from ats.reports import applications as lists
from ats.reports import attention, charts, figures, queries, sheets
from ats.reports import exports as writers
from ats.reports.definitions import DEFINITIONS, RULES
from ats.reports.figures import Source
from ats.reports.models import WeeklyMail
from ats.reports.periods import PERIODS, Selection, departments, jobs_to_choose, today
from ats.reports.report import Report, in_days, report, share

bp = Blueprint("reports", __name__)

MOST_COMPARED = 4


@dataclass(frozen=True)
class Compared:
    """One of the jobs that stand beside each other."""

    job: Job
    report: Report
    query: dict[str, Any]


@bp.app_context_processor
def stages() -> dict[str, Any]:
    """For the templates of features that stand below the pipeline and still count by stage, the list of jobs say."""
    return {
        "STAGES": STAGES,
        "STAGE": STAGE,
        "OPEN_STAGES": OPEN_STAGES,
        "by_stage": by_stage,
        "suffixes": suffixes,
    }


def suffixes(sources: list[Source]) -> list[str]:
    """What to append to the address of a list for each source: hundreds of addresses are too many to build whole."""
    return [f"&{urlencode({'source': source.name})}" for source in sources]


@bp.app_template_filter("in_days")
def in_days_filter(value: float | None) -> str:
    return in_days(value)


@bp.app_template_filter("share_of")
def share_filter(part: int, whole: int) -> str:
    return share(part, whole)


def by_stage(job: Job) -> dict[str, int]:
    """How many of the job's applications are in each stage of the way to it, in the board's order."""
    return {stage.value: job.count(stage.value) for stage in STAGES if stage.value != "rejected"}


def selected(jobs: list[Any]) -> Selection:
    """What the query string asks for, in the company's days."""
    zone = current_user.company.zone
    return Selection.parse(request.args, jobs, zone, today(zone))


@bp.get("/dashboard")
@requires(Role.HIRING_MANAGER)
def dashboard() -> str:
    jobs = jobs_to_choose(request.args.get("job"))
    selection, days = selected(jobs), limits_of(current_user.company)
    return render_template(
        "reports/dashboard.html",
        report=report(selection),
        open_jobs=figures.open_jobs(selection),
        groups=attention.groups(selection, days),
        today=attention.today(current_user.id, days),
        applications=queries.latest_applications(),
        moves=queries.latest_moves(),
        weekly=WeeklyMail.is_wanted_by(current_user.id),
        limits=days,
        jobs=jobs,
        departments=departments(jobs),
        periods=PERIODS,
        definitions=DEFINITIONS,
    )


@bp.get("/dashboard.csv")
@requires(Role.HIRING_MANAGER)
def chart() -> Response:
    return chart_of(selected(jobs_to_choose(request.args.get("job"))))


@bp.get("/jobs/<int:job_id>/report")
@requires(Role.HIRING_MANAGER)
def job_report(job_id: int) -> str:
    job = db.get_or_404(Job, job_id)
    selection, days = selected([]).of_job(job.id), limits_of(current_user.company)
    return render_template(
        "reports/job.html",
        job=job,
        report=report(selection),
        groups=attention.groups(selection, days),
        limits=days,
        periods=PERIODS,
        definitions=DEFINITIONS,
    )


@bp.get("/jobs/<int:job_id>/report.csv")
@requires(Role.HIRING_MANAGER)
def job_chart(job_id: int) -> Response:
    return chart_of(selected([]).of_job(db.get_or_404(Job, job_id).id))


def chart_of(selection: Selection) -> Response:
    name = request.args.get("chart", "figures")
    if name not in charts.CHARTS:
        abort(404)
    days = f"{selection.period.first}-to-{selection.period.last}"
    return sheets.download(charts.CHARTS[name](selection), f"{name}-{days}.csv", bom=bool(request.args.get("bom")))


@bp.get("/dashboard/comparison")
@requires(Role.HIRING_MANAGER)
def comparison() -> str:
    jobs, chosen = jobs_to_choose(), dict.fromkeys(request.args.getlist("job"))
    selection = replace(selected([]), job=None)
    compared = [Compared(job, report(selection.of_job(job.id)), selection.query) for job in _chosen(list(chosen))]
    return render_template(
        "reports/comparison.html",
        reports=compared,
        jobs=jobs,
        shown={"selection": selection},
        period=selection.period,
        periods=PERIODS,
        most=MOST_COMPARED,
    )


def _chosen(ids: list[str]) -> list[Job]:
    """The jobs of these ids, MOST_COMPARED at most, in the order in which they were chosen."""
    numbers = [int(id) for id in ids if id.isascii() and id.isdecimal() and len(id) < 10]
    jobs = {job.id: job for job in db.session.scalars(sa.select(Job).where(Job.id.in_(numbers)))}
    return [jobs[number] for number in numbers if number in jobs][:MOST_COMPARED]


@bp.get("/exports")
@requires(Role.RECRUITER)
def exports() -> str:
    jobs = jobs_to_choose(request.args.get("job"))
    return render_template(
        "reports/exports.html",
        kinds=writers.KINDS,
        selection=selected(jobs),
        jobs=jobs,
        departments=departments(jobs),
    )


@bp.post("/exports")
@requires(Role.RECRUITER)
@limits.per_user("20/hour")
def export() -> Response:
    kind, zone = request.form.get("kind", ""), current_user.company.zone
    if kind not in writers.KINDS:
        abort(422)
    selection = Selection.parse(request.form, jobs_to_choose(request.form.get("job")), zone, today(zone))
    audit.record("export.made", writers.KINDS[kind][1], actor=current_user, **writers.told(selection))
    db.session.commit()
    days = f"{selection.period.first}-to-{selection.period.last}"
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    rows = writers.rows(kind, selection, app=app, company_id=current_user.company_id)
    return sheets.download(rows, f"{kind}-{days}.csv", bom=bool(request.form.get("bom")))


@bp.get("/dashboard/definitions")
@requires(Role.HIRING_MANAGER)
def definitions() -> str:
    return render_template("reports/definitions.html", definitions=DEFINITIONS, rules=RULES)


@bp.post("/dashboard/weekly-mail")
@requires(Role.HIRING_MANAGER)
def weekly_mail() -> Response:
    WeeklyMail.want(current_user.id, bool(request.form.get("wanted")))
    db.session.commit()
    return redirect(url_for("reports.dashboard"))


@bp.get("/applications")
@requires(Role.HIRING_MANAGER)
@limits.searching
def applications() -> str:
    return render_template(
        "reports/applications.html",
        found=lists.found(request.args, current_user.company),
        periods=lists.PERIODS,
        sources=SOURCES,
    )
