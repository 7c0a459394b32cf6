"""An application as its candidate follows it without an account, by the link in each mail."""

import time
from collections.abc import Sequence

import sqlalchemy as sa
from flask import abort, flash, make_response, redirect, render_template, url_for
from itsdangerous import BadData
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from ats import formatting
from ats.access import public
from ats.accounts.models import Company
from ats.candidates import files
from ats.candidates.models import Candidate
from ats.careers import following
from ats.careers.forms import LinkForm, NewerResumeForm, WithdrawalForm
from ats.careers.views import bp, entered, signed_in_candidate
from ats.extensions import db, limiter
from ats.notifications import outbox
from ats.notifications.models import Message
from ats.pipeline import links
from ats.pipeline.models import Application

LINKS_LIMIT = "10 per hour"
"""Of new links asked for from one address."""
AGAIN_AFTER = 300
"""Seconds after which one person gets another mail with links."""
MOST_LINKS = 20


@bp.get("/status/<token>")
@public
def status(token: str) -> str:
    return page(token, *opened(token), form=NewerResumeForm(formdata=None))


@bp.get("/status/<token>/resume")
@public
def status_resume(token: str) -> Response:
    return download(opened(token)[0])


@bp.post("/status/<token>/resume")
@public
@limiter.limit("30 per hour")
def replace_resume(token: str) -> str | Response | tuple[str, int]:
    application, company = opened(token)
    form = NewerResumeForm()
    if not form.validate():
        return page(token, application, company, form=form), 422
    take_resume(application, form)
    db.session.commit()
    return redirect(url_for(".status", token=token), 303)


@bp.route("/status/<token>/withdrawal", methods=["GET", "POST"])
@public
def withdraw_by_link(token: str) -> str | Response | tuple[str, int]:
    application, company = opened(token)
    form = WithdrawalForm()
    if not form.validate_on_submit():
        answer = render_template(
            "careers/withdraw.html",
            company=company,
            job=application.job,
            form=form,
            back=url_for(".status", token=token),
        )
        return (answer, 422) if form.errors else answer
    following.withdraw(application, actor=None, why=form.why.data or "")
    db.session.commit()
    flash(f"You withdrew your application for {application.job.title}. Thank you for letting them know.")
    return redirect(url_for(".status", token=token), 303)


@bp.post("/status/<token>/claim")
@public
def claim_by_link(token: str) -> Response:
    """To somebody who may not claim it nothing happens: the page says why."""
    application, _ = opened(token)
    user = signed_in_candidate()
    if user and following.may_claim(application, user):
        following.claim(application, user)
        db.session.commit()
        flash("This application is in your account now.")
    return redirect(url_for(".status", token=token), 303)


@bp.post("/status/<token>/link")
@public
@limiter.limit(LINKS_LIMIT)
def replace_link(token: str) -> Response:
    """For a link that got into other hands: none that was sent so far opens anything, and a new one is mailed."""
    application, company = opened(token)
    links.revoke(application)
    db.session.flush()  # The new link carries the new version.
    mail_links([application], company, key=f"replaced:{application.id}:{application.link_version}")
    db.session.commit()
    flash("The link is replaced. The new one is on its way to the address of your application.")
    return redirect(url_for(".company", slug=company.slug), 303)


@bp.route("/careers/<slug>/link", methods=["GET", "POST"])
@public
@limiter.limit(LINKS_LIMIT, methods=["POST"])
def ask_for_link(slug: str) -> str | Response | tuple[str, int]:
    """The same answer whether the company knows the address or not; its owner learns the truth by mail."""
    company = entered(slug)
    form = LinkForm()
    if not form.is_submitted():
        return render_template("careers/ask_for_link.html", company=company, form=form)
    if not form.validate():
        return render_template("careers/ask_for_link.html", company=company, form=form), 422
    post_links(form.email.data, company)
    db.session.commit()
    flash(f"If there is an application from {form.email.data}, a mail with a new link is on its way there.")
    return redirect(url_for(".ask_for_link", slug=company.slug), 303)


def opened(token: str) -> tuple[Application, Company]:
    """The application of the link; a page that says what to do where the link opens nothing."""
    loads = joinedload(Application.job), joinedload(Application.candidate), joinedload(Application.resume)
    try:
        application, company = links.opened(token, *loads)
    except links.LinkExpired as expired:
        formatting.use_zone(expired.company.time_zone)
        abort(
            make_response(render_template("careers/link_expired.html", company=expired.company, form=LinkForm()), 410)
        )
    except BadData:
        abort(make_response(render_template("careers/link_unknown.html"), 404))
    formatting.use_zone(company.time_zone)
    return application, company


def page(token: str, application: Application, company: Company, *, form: NewerResumeForm) -> str:
    (shown,) = following.followed([(application, company)])
    return render_template(
        "careers/status.html",
        company=company,
        followed=shown,
        form=form,
        token=token,
        may_claim=following.may_claim(application, signed_in_candidate()),
        urls={
            "resume": url_for(".status_resume", token=token),
            "withdrawal": url_for(".withdraw_by_link", token=token),
            "data": url_for("privacy.ask_by_link", token=token),
        },
    )


def download(application: Application) -> Response:
    """The resume that its candidate sent, to save."""
    if application.resume is None:
        abort(404)
    answer = make_response(files.read(application.resume.key))
    answer.headers["Content-Type"] = application.resume.media_type
    answer.headers["Content-Disposition"] = files.content_disposition("attachment", application.resume.name)
    return answer


def take_resume(application: Application, form: NewerResumeForm) -> None:
    """The newer one stands with the application; the one before stays with the candidate."""
    application.resume = form.resume.attach_to(application.candidate)
    application.touch_card()
    flash(f"{application.resume.name} is with your application now. The one before is kept, too.")


def post_links(email: str, company: Company) -> None:
    """A mail with the links of all that was sent from the address, if anything was; not again within five minutes."""
    applications = db.session.scalars(
        sa.select(Application)
        .join(Candidate, Candidate.id == Application.candidate_id)
        .where(Candidate.email == email.strip().lower(), Candidate.erased_at.is_(None))
        .order_by(Application.id.desc())
        .limit(MOST_LINKS)
        .options(joinedload(Application.job), joinedload(Application.candidate))
    ).all()
    if not applications:
        return
    key = f"{applications[0].candidate_id}:{int(time.time()) // AGAIN_AFTER}"
    if not db.session.scalar(sa.select(sa.exists().where(Message.dedupe_key == f"status-links:{key}"))):
        mail_links(applications, company, key=key)


def mail_links(applications: Sequence[Application], company: Company, *, key: str) -> None:
    """To the candidate whose applications these are."""
    candidate = applications[0].candidate
    outbox.post(
        "status-links",
        candidate.email,
        dedupe_key=f"status-links:{key}",
        sender_name=company.name,
        company_id=company.id,
        reply_to=applications[0].reply_address(None),
        name=candidate.name,
        days=links.DAYS,
        applications=[{"job_title": one.job.title, "url": links.url(one)} for one in applications],
    )
