"""Adding a candidate by hand: somebody who was found, or recommended, and did not apply on the careers page."""

import sqlalchemy as sa
from flask import flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response
from wtforms import Field, SelectField
from wtforms.fields.choices import SelectChoice

from ats import forms, limits
from ats.access import Role, requires
from ats.candidates.forms import TAG_LENGTH
from ats.candidates.models import Candidate, Tag
from ats.candidates.uploads import ResumeField
from ats.extensions import db
from ats.jobs.models import Job
from ats.pipeline.models import SOURCES, AlreadyApplied, Application, JobClosed
from ats.pipeline.stages import STAGE_NAMES
from ats.pipeline.tagging import touch_cards
from ats.pipeline.views import bp
from ats.text import is_storable

BY_HAND = [source for source in SOURCES if source != "Careers page"]
UNTYPED = {"autocomplete": "off"}
"""The browser knows the recruiter's own name and address, which are wrong here."""


class AddedForm(forms.Form):
    name = forms.line("Full name", required="Type the candidate's name.", render_kw=UNTYPED)
    email = forms.email(render_kw=UNTYPED)
    phone = forms.line("Phone", longest=40, render_kw={**UNTYPED, "type": "tel"})
    headline = forms.line("Headline", longest=120, render_kw=UNTYPED)
    source = SelectField("Source", choices=[SelectChoice(source, source) for source in BY_HAND], default="Sourced")
    resume = ResumeField("Resume")
    tags = forms.line("Tags", longest=400, render_kw=UNTYPED)

    @property
    def tag_names(self) -> list[str]:
        """In the order of the alphabet, each once whatever its case."""
        names = {name.strip().lower(): name.strip() for name in reversed((self.tags.data or "").split(","))}
        return [names[key] for key in sorted(names) if key]

    def validate_tags(self, field: Field) -> None:
        if any(len(name) > TAG_LENGTH for name in self.tag_names):
            raise forms.ValidationError(f"A tag has at most {TAG_LENGTH} characters. Put commas between tags.")


@bp.route("/jobs/<int:job_id>/candidates/new", methods=["GET", "POST"])
@requires(Role.RECRUITER)
@limits.uploading
def add_candidate(job_id: int) -> str | Response | tuple[str, int]:
    job = db.get_or_404(Job, job_id)
    if not job.is_open(current_user.company):
        raise JobClosed(f"“{job.title}” is not open, so nobody can be added to it. Publish or reopen the job first.")
    form = AddedForm(data={"email": request.args.get("email", "")})
    if not form.is_submitted():  # htmx asks like this, too, for whom the company knows by the address just typed.
        return adding_page(job, form)
    if not form.validate():
        return adding_page(job, form), 422
    try:
        added, was_known = add(form, job)
        db.session.commit()
    except AlreadyApplied:
        db.session.rollback()
        return adding_page(db.session.get_one(Job, job_id), form), 409
    name = added.candidate.name
    known = f"You know {name} already: the application was added to what there is." if was_known else ""
    flash(known or f"{name} is in {STAGE_NAMES[added.stage]} now. No mail was sent.")
    return redirect(url_for(".board", job_id=job_id, _anchor=f"application-{added.id}"), 303)


def add(form: AddedForm, job: Job) -> tuple[Application, bool]:
    """The valid form as an application, and whether the company knew the candidate, of whom it then fills in gaps.

    Raises JobClosed and AlreadyApplied.
    """
    was_known = bool(known_by(form.email.data))
    tags = [Tag.named(name) for name in form.tag_names]
    typed = {"phone": form.phone.data or "", "headline": form.headline.data or ""}
    candidate = Candidate.known_as(form.email.data, name=form.name.data, **typed)
    if was_known:
        touch_cards(candidate.id, job)
        candidate.phone = candidate.phone or typed["phone"]
        candidate.headline = candidate.headline or typed["headline"]
    application = Application.submit(
        job, candidate, company=current_user.company, added_by=current_user, source=form.source.data
    )
    for tag in tags:
        candidate.tag(tag)
    if form.resume.was_sent:
        application.resume = form.resume.attach_to(candidate)
    return application, was_known


def known_by(email: str) -> list[Application]:
    """The applications of the candidate with that address, the newest first."""
    if not is_storable(email):
        return []
    wanted = sa.select(Application).join(Candidate, Candidate.id == Application.candidate_id)
    wanted = wanted.where(Candidate.email == email.strip().lower()).order_by(Application.id.desc()).limit(10)
    return list(db.session.scalars(wanted.options(joinedload(Application.candidate), joinedload(Application.job))))


def adding_page(job: Job, form: AddedForm) -> str:
    return render_template("pipeline/add_candidate.html", job=job, form=form, known=known_by(form.email.data or ""))
