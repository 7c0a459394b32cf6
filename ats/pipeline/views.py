"""The board: its columns, their further cards, what changed lately, and a user's own views of it."""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import sqlalchemy as sa
from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from ats import htmx, limits
from ats.access import Role, requires
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline import board as boards
from ats.pipeline import filters as choices
from ats.pipeline.filters import Cursor, Filters
from ats.pipeline.forms import ViewForm
from ats.pipeline.models import SOURCES, SavedView
from ats.pipeline.stages import STAGE

bp = Blueprint("pipeline", __name__)


@bp.get("/jobs/<int:job_id>/board")
@requires(Role.HIRING_MANAGER)
@limits.searching
def board(job_id: int) -> str:
    job = db.get_or_404(Job, job_id)
    return board_page(job, Filters.parse(request.args), ViewForm())


def board_page(job: Job, filters: Filters, form: ViewForm) -> str:
    own_views = sa.select(SavedView).filter_by(user_id=current_user.id).order_by(SavedView.name)
    return render_template(
        "pipeline/board.html",
        job=job,
        columns=boards.columns(job, filters, viewer()),
        filters=filters,
        query=urlencode(filters.query),
        choices=choices,
        sources=SOURCES,
        tags=boards.tags(),
        views=db.session.scalars(own_views).all(),
        form=form,
        is_open=job.is_open(current_user.company),
    )


@bp.get("/jobs/<int:job_id>/board/<stage>")
@requires(Role.HIRING_MANAGER)
def column(job_id: int, stage: str) -> str:
    """The cards that scrolling brings; without script, a page of one column."""
    job = db.get_or_404(Job, job_id)
    if stage not in STAGE:
        abort(404)
    filters = Filters.parse(request.args)
    shown = boards.column(job, stage, filters, viewer(), Cursor.parse(request.args.get("after")))
    template = "pipeline/_page_of_cards.html" if htmx.is_htmx() else "pipeline/column.html"
    return render_template(template, job=job, column=shown, filters=filters, query=urlencode(filters.query))


@bp.get("/jobs/<int:job_id>/changes")
@requires(Role.HIRING_MANAGER)
def changes(job_id: int) -> Response:
    """What changed on the board since the version that If-None-Match names; usually nothing, which is a 304."""
    version = db.session.scalar(sa.select(Job.board_version).where(Job.id == job_id))
    if version is None:
        abort(404)
    seen = next(iter(request.if_none_match.as_set()), "")
    since = int(seen) if seen.isdecimal() and len(seen) < 19 else version
    if since == version:
        answer = make_response("", 304)
    else:
        job = db.get_or_404(Job, job_id)
        filters = Filters.parse(request.args)
        changed, version = boards.changed(job, since, filters, viewer())
        answer = make_response(
            render_template(
                "pipeline/_changes.html",
                job=job,
                changed=changed,
                heads=boards.heads(job, filters, viewer(), STAGE),
                filters=filters,
                query=urlencode(filters.query),
            )
        )
    answer.set_etag(str(version))
    return answer


@bp.post("/jobs/<int:job_id>/views")
@requires(Role.HIRING_MANAGER)
def save_view(job_id: int) -> str | Response | tuple[str, int]:
    """Keep the filters under a name; one that exists takes the new filters."""
    job = db.get_or_404(Job, job_id)
    form = ViewForm()
    filters = Filters.parse(dict(parse_qsl(form.query.data or "")))
    if not form.validate():
        return board_page(job, filters, form), 422
    view = db.session.scalar(sa.select(SavedView).filter_by(user_id=current_user.id, name=form.name.data))
    if view is None:
        view = SavedView(user_id=current_user.id, name=form.name.data)
        db.session.add(view)
    view.query = urlencode(filters.query)
    db.session.commit()
    flash(f"The view “{view.name}” is saved.")
    return redirect(board_url(job_id, filters), 303)


@bp.post("/jobs/<int:job_id>/views/<int:view_id>/deletion")
@requires(Role.HIRING_MANAGER)
def delete_view(job_id: int, view_id: int) -> Response:
    db.get_or_404(Job, job_id)
    view = db.one_or_404(sa.select(SavedView).filter_by(id=view_id, user_id=current_user.id))
    db.session.delete(view)
    db.session.commit()
    flash(f"The view “{view.name}” is deleted.")
    return redirect(board_url(job_id, Filters()), 303)


def viewer() -> boards.Viewer:
    return boards.Viewer.of(current_user, current_user.company)


def filters_at_hand() -> Filters:
    """The filters of the board that the request comes from: htmx tells the page's address."""
    return Filters.parse(dict(parse_qsl(urlsplit(htmx.current_path() or "").query)))


def board_url(job_id: int, filters: Filters, **more: str) -> str:
    values: dict[str, Any] = {**filters.query, **more}
    return url_for("pipeline.board", job_id=job_id, **values)
