"""Erasure: the person goes, with their files, the contents of mails and all free text; the nameless history stays.

The figures of a past year do not change by it: every application, change of stage, source and rating is still there.
"""

import sqlalchemy as sa

from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates.drafts import Draft
from ats.candidates.models import Attachment, Candidate, Tagging
from ats.collaboration.models import Note, Scorecard
from ats.extensions import db
from ats.notifications import outbox
from ats.notifications.models import CANCELLED, PENDING, SENT, Message
from ats.pipeline import links
from ats.pipeline.models import WITHDRAWN, Application, StageChange
from ats.pipeline.stages import OPEN_STAGES, HiringPipeline
from ats.privacy.models import DataRequest

NOBODY = "Erased person"
NO_ADDRESS = "erased@invalid"
SHORTEST_NAME = 6
"""Letters: a shorter name may stand in other people's mails by chance."""


def erase(candidate: Candidate, company: Company, *, actor: User | None = None) -> list[str]:
    """Erase the candidate in the current transaction. Returns the keys of the files, to be deleted after the commit.

    An application that is still open ends as withdrawn, and whatever they asked for about their data is done with it:
    by the `actor`, or by the nightly job. Needs the company's scope.
    """
    ids = sa.select(Application.id).filter_by(candidate_id=candidate.id)
    applications = Application.locked(db.session.scalars(ids).all())
    for application in applications:
        if application.stage in OPEN_STAGES:
            HiringPipeline(application).move_to("rejected", actor=None, reason=WITHDRAWN)
    db.session.flush()  # The mails about that are erased with the others.
    _blank_mails(candidate, applications)
    _remove_remarks(applications, company)
    _forget_who_acted(applications)
    keys = _remove_files(candidate, applications)
    for application in applications:
        application.cover_letter, application.answers = "", []
        application.user_id = application.submission_key = None
        links.revoke(application)
        application.touch_card()
    candidate.name, candidate.email = NOBODY, f"erased-{candidate.id}@invalid"
    candidate.phone = candidate.headline = ""
    candidate.erased_at = sa.func.now()  # type: ignore[assignment]
    db.session.execute(sa.delete(Tagging).where(Tagging.candidate_id == candidate.id))
    for request in db.session.scalars(sa.select(DataRequest).filter_by(candidate_id=candidate.id, fulfilled_at=None)):
        request.fulfil(actor=actor)
    return keys


def post_erased(email: str, name: str, company: Company, key: int, *, actor: User) -> None:
    """The last mail: that it is done. It is blanked too, once it has left (`blank_last_mails`)."""
    outbox.post(
        "data-erased",
        email,
        dedupe_key=f"data-erased:{key}",
        sender_name=company.name,
        reply_to=actor.email,
        company_id=company.id,
        name=name,
    )


def blank_last_mails() -> None:
    """Of those that have left, and of those that never will."""
    left = sa.select(Message).where(
        Message.template == "data-erased", Message.status != PENDING, Message.recipient != NO_ADDRESS
    )
    for message in db.session.scalars(left):
        _blank(message)
        message.recipient = NO_ADDRESS


def _blank_mails(candidate: Candidate, applications: list[Application]) -> None:
    """Those to the person, those about them to colleagues, and any other that names them."""
    requests = db.session.scalars(sa.select(DataRequest.id).filter_by(candidate_id=candidate.id))
    prefixes = [f"{kind}:{application.id}:" for application in applications for kind in ("stage", "new-application")]
    prefixes += [f"data-request:{request}:" for request in requests]
    about = [Message.dedupe_key.startswith(prefix, autoescape=True) for prefix in prefixes]
    content = sa.cast(Message.context, sa.Text)
    if applications:  # Whose page a mail leads to, that one it is about: a mention in a note, which may be gone.
        ids = "|".join(str(application.id) for application in applications)
        about.append(content.regexp_match(f"/applications/({ids})(?![0-9])"))
    named = [content.contains(candidate.email, autoescape=True)]
    if len(candidate.name) >= SHORTEST_NAME:
        named.append(content.contains(candidate.name, autoescape=True))
    theirs = sa.or_(Message.recipient == candidate.email, *about)
    for message in db.session.scalars(sa.select(Message).where(theirs)):
        _blank(message)
        if message.status != SENT:
            message.status = CANCELLED
        if message.recipient == candidate.email:
            message.recipient = NO_ADDRESS
    for message in db.session.scalars(sa.select(Message).where(sa.or_(*named), Message.status == SENT)):
        _blank(message)


def _blank(message: Message) -> None:
    message.context, message.last_error = {}, None


def _remove_remarks(applications: list[Application], company: Company) -> None:
    """Notes, comments, and reasons in words of one's own; the company's list of reasons is nobody's personal data."""
    ids = [application.id for application in applications]
    listed = [WITHDRAWN, *(reason["label"] for reason in company.rejection_reasons)]
    db.session.execute(sa.delete(Note).where(Note.application_id.in_(ids)))
    db.session.execute(sa.update(Scorecard).where(Scorecard.application_id.in_(ids)).values(comment=""))
    own_words = sa.and_(StageChange.application_id.in_(ids), StageChange.reason.not_in(listed))
    db.session.execute(sa.update(StageChange).where(own_words).values(reason=None))


def _forget_who_acted(applications: list[Application]) -> None:
    """The candidate's own account, where they applied or withdrew by it. Colleagues stay named: they are not erased."""
    ids = [application.id for application in applications]
    candidates = sa.select(User.id).where(User.role == Role.CANDIDATE)
    own = sa.and_(StageChange.application_id.in_(ids), StageChange.actor_id.in_(candidates))
    db.session.execute(sa.update(StageChange).where(own).values(actor_id=None))


def _remove_files(candidate: Candidate, applications: list[Application]) -> list[str]:
    """The rows; the keys of their files are returned."""
    drafts = sa.select(Draft).where(sa.func.lower(Draft.typed["email"].astext) == candidate.email)
    drafted = list(db.session.scalars(drafts))
    resume_ids = [draft.resume_id for draft in drafted if draft.resume_id]
    for draft in drafted:
        db.session.delete(draft)
    for application in applications:
        application.resume_id = None
    db.session.flush()  # Nothing names the attachments any more.
    gone = sa.select(Attachment).where(sa.or_(Attachment.candidate_id == candidate.id, Attachment.id.in_(resume_ids)))
    attachments = db.session.scalars(gone).all()
    for attachment in attachments:
        db.session.delete(attachment)
    return [attachment.key for attachment in attachments]
