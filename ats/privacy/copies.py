"""The copy of what a company holds about a candidate: a ZIP of one JSON file and the files they sent."""

import contextlib
import json
import zipfile
from collections import defaultdict
from datetime import datetime
from io import BytesIO
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, undefer

from ats.accounts.models import Company
from ats.candidates import files
from ats.candidates.models import Attachment, Candidate, Tag, Tagging
from ats.extensions import db
from ats.notifications.models import PENDING, Message
from ats.pipeline import progress
from ats.pipeline.consent import Consent
from ats.pipeline.models import Application, StageChange
from ats.pipeline.stages import STAGE_NAMES


def archive(candidate: Candidate, company: Company) -> bytes:
    """The ZIP. What colleagues write among themselves, notes and scorecards, is not in it."""
    attachments = db.session.scalars(
        sa.select(Attachment)
        .filter_by(candidate_id=candidate.id)
        .order_by(Attachment.id)
        .options(undefer(Attachment.text))
    ).all()
    names = {attachment.id: f"files/{attachment.id}-{attachment.name}" for attachment in attachments}
    content = BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        data = {**about(candidate, company), "files": [_file(one, names[one.id]) for one in attachments]}
        archive.writestr("data.json", json.dumps(data, ensure_ascii=False, indent=2))
        for attachment in attachments:
            with contextlib.suppress(files.FileMissing):  # What we have lost ourselves, nobody can be given.
                archive.writestr(names[attachment.id], files.read(attachment.key))
    return content.getvalue()


def about(candidate: Candidate, company: Company) -> dict[str, Any]:
    """All but the files, as JSON takes it."""
    applications = db.session.scalars(
        sa.select(Application)
        .filter_by(candidate_id=candidate.id)
        .order_by(Application.id)
        .options(joinedload(Application.job))
    ).all()
    consents = {consent.version: consent.text for consent in db.session.scalars(sa.select(Consent))}
    steps = _steps([application.id for application in applications])
    tags = sa.select(Tag.name).join(Tagging, Tagging.tag_id == Tag.id).where(Tagging.candidate_id == candidate.id)
    return {
        "company": company.name,
        "person": {
            "name": candidate.name,
            "email": candidate.email,
            "phone": candidate.phone,
            "headline": candidate.headline,
            "tags": list(db.session.scalars(tags.order_by(Tag.name))),
            "known_since": _time(candidate.created_at),
        },
        "applications": [_application(one, consents, steps[one.id]) for one in applications],
        "mails": _mails(candidate),
    }


def _application(application: Application, consents: dict[int, str], steps: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "job": application.job.title,
        "sent_at": _time(application.created_at),
        "source": application.source,
        "cover_letter": application.cover_letter,
        "answers": [{"question": answer["prompt"], "answer": answer["answer"]} for answer in application.answers],
        "consent": {
            "given_at": _time(application.consented_at),
            "version": application.consent_version,
            "text": consents.get(application.consent_version or 0),
        },
        "steps": steps,
    }


def _steps(application_ids: list[int]) -> dict[int, list[dict[str, Any]]]:
    """Those that hold and whose mail does not wait any more: a copy tells nothing before the mail does."""
    changes = sa.select(StageChange).where(StageChange.application_id.in_(application_ids))
    histories = defaultdict(list)
    for change in db.session.scalars(changes.order_by(StageChange.application_id, StageChange.seq)):
        histories[change.application_id].append(change)
    holding = {id_: progress.holding(histories[id_]) for id_ in application_ids}
    keys = [change.mail_key for history in holding.values() for change in history]
    waiting = set(
        db.session.scalars(sa.select(Message.dedupe_key).where(Message.dedupe_key.in_(keys), Message.status == PENDING))
    )
    return {
        id_: [
            {"stage": STAGE_NAMES[change.to_stage], "since": _time(change.created_at)}
            for change in history
            if change.seq == 1 or change.mail_key not in waiting
        ]
        for id_, history in holding.items()
    }


def _mails(candidate: Candidate) -> list[dict[str, Any]]:
    mails = sa.select(Message).filter_by(recipient=candidate.email).where(Message.sent_at.is_not(None))
    return [
        {"kind": mail.template, "sent_at": _time(mail.sent_at), "to": mail.recipient}
        for mail in db.session.scalars(mails.order_by(Message.id))
    ]


def _file(attachment: Attachment, name: str) -> dict[str, Any]:
    return {
        "file": name,
        "name": attachment.name,
        "size": attachment.size,
        "sent_at": _time(attachment.created_at),
        "text_read_from_it": attachment.text,
    }


def _time(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value else None
