"""Tags from the application page. They belong to the candidate, so all the candidate's cards show them."""

import sqlalchemy as sa
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from ats import htmx
from ats.access import Role, requires
from ats.candidates.forms import TagForm
from ats.candidates.models import Tag
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline import board as boards
from ats.pipeline.models import Application
from ats.pipeline.panel import application_page, card_again, visible
from ats.pipeline.views import bp


@bp.post("/applications/<int:application_id>/tags")
@requires(Role.RECRUITER)
def add_tag(application_id: int) -> str | Response | tuple[str, int]:
    application = visible(application_id)
    form = TagForm()
    if not form.validate():
        return tags_again(application, form), 422
    tag = Tag.named(form.tag.data)
    touch_cards(application.candidate_id)
    application.candidate.tag(tag)
    return saved(application)


@bp.post("/applications/<int:application_id>/tags/<int:tag_id>/removal")
@requires(Role.RECRUITER)
def remove_tag(application_id: int, tag_id: int) -> str | Response:
    application = visible(application_id)
    db.get_or_404(Tag, tag_id)
    touch_cards(application.candidate_id)
    application.candidate.untag(tag_id)
    return saved(application)


def touch_cards(candidate_id: int, *more: Job) -> None:
    """Have all the candidate's cards drawn anew, on whatever board, by locking them and their jobs, and `more` jobs.

    Tags are made before, applications are locked in order of id, and jobs after them in order of id: so people who
    tag at once come one after the other, and never wait for one another for ever.
    """
    own = sa.select(Application.id).where(Application.candidate_id == candidate_id)
    applications = Application.locked(db.session.scalars(own).all())
    ids = {application.job_id for application in applications} | {job.id for job in more}
    jobs = sa.select(Job).where(Job.id.in_(ids)).order_by(Job.id)
    db.session.scalars(jobs.with_for_update(key_share=True)).all()
    for application in applications:
        application.touch_card()


def saved(application: Application) -> str | Response:
    db.session.commit()
    if htmx.is_htmx():
        return tags_again(application, TagForm(formdata=None)) + card_again(application.id)
    return redirect(url_for(".application", application_id=application.id, _anchor="tagging"), 303)


def tags_again(application: Application, form: TagForm) -> str:
    if not htmx.is_htmx():
        return application_page(application, tag_form=form)
    own = application.candidate.tags()
    return render_template(
        "pipeline/_tags.html", application=application, tags=own, all_tags=boards.tags(), tag_form=form
    )
