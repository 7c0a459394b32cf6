"""Writes what happened to the demo's applications into the tables, as if it had been done through the pages."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from ats.access import Role
from ats.accounts.models import Company, User
from ats.candidates import extract, files, resumes
from ats.candidates.models import Attachment, Candidate
from ats.dev import letters
from ats.dev import resumes as writers
from ats.dev.discussion import discuss
from ats.dev.histories import Move
from ats.dev.people import Person
from ats.extensions import db
from ats.jobs.models import Job
from ats.notifications.models import CANCELLED, SENT, Message
from ats.pipeline.models import Application, StageChange
from ats.pipeline.stages import FIRST, HiringPipeline

RESUME_OF_REJECTED = 8
"""Of the rejected only every eighth has a resume: writing them takes most of the time."""


@dataclass(frozen=True)
class Dossier:
    """One person's application for one job, and what became of it."""

    person: Person
    job: Job
    history: list[Move]
    user_id: int | None = None
    """The account it was sent from."""


def write_down(dossiers: list[Dossier], company: Company, random: Random, now: datetime) -> int:
    """Write everything about the dossiers, in the company's scope, and return how many resumes there are."""
    dossiers = sorted(dossiers, key=lambda dossier: dossier.history[0].at)
    staff = db.session.scalars(sa.select(User).filter_by(company_id=company.id).order_by(User.id)).all()
    movers = [user for user in staff if user.role.includes(Role.RECRUITER)]
    candidates = _candidates(dossiers)
    attachments = _resumes(dossiers, candidates)
    applications = [
        _application(dossier, company, candidates[dossier.person.email], attachments, random) for dossier in dossiers
    ]
    db.session.add_all(applications)
    db.session.flush()  # History, mails and notes name the applications' ids.
    moves: dict[tuple[int, int], Move] = {}
    with db.session.no_autoflush:
        for dossier, application in zip(dossiers, applications, strict=True):
            moves |= _replay(dossier, application, company, movers, random)
        _turn_back_the_clock(moves, timedelta(seconds=company.mail_hold_seconds))
    discuss(
        [(dossier.history, application) for dossier, application in zip(dossiers, applications, strict=True)],
        staff=list(staff),
        zone=company.zone,
        random=random,
        now=now,
    )
    db.session.flush()
    return len(attachments)


def _candidates(dossiers: list[Dossier]) -> dict[str, Candidate]:
    """The candidates by address; whoever applies twice is one."""
    candidates: dict[str, Candidate] = {}
    for dossier in dossiers:
        person = dossier.person
        candidates.setdefault(
            person.email,
            Candidate(
                name=person.name,
                email=person.email,
                phone=person.phone,
                headline=person.headline,
                created_at=dossier.history[0].at,
            ),
        )
    db.session.add_all(candidates.values())
    db.session.flush()  # The attachments name the candidates' ids.
    return candidates


def _resumes(dossiers: list[Dossier], candidates: dict[str, Candidate]) -> dict[tuple[int, int], Attachment]:
    """The resumes, by the ids of job and candidate."""
    attachments: dict[tuple[int, int], Attachment] = {}
    for number, dossier in enumerate(dossiers):
        if dossier.history[-1].target == "rejected" and number % RESUME_OF_REJECTED and not dossier.user_id:
            continue
        person, candidate = dossier.person, candidates[dossier.person.email]
        as_pdf = writers.fits_pdf(person)
        content = writers.pdf(person) if as_pdf else writers.docx(person)
        ending, media_type = (".pdf", resumes.PDF) if as_pdf else (".docx", resumes.DOCX)
        attachments[dossier.job.id, candidate.id] = Attachment(
            candidate_id=candidate.id,
            key=files.store(content),
            name=files.download_name(f"Resume {person.name}{ending}"),
            media_type=media_type,
            size=len(content),
            text=extract.text_of(content, media_type),
            created_at=dossier.history[0].at,
        )
    db.session.add_all(attachments.values())
    return attachments


def _application(
    dossier: Dossier,
    company: Company,
    candidate: Candidate,
    attachments: dict[tuple[int, int], Attachment],
    random: Random,
) -> Application:
    person, job, applied_at = dossier.person, dossier.job, dossier.history[0].at
    return Application(
        job=job,
        candidate=candidate,
        resume=attachments.get((job.id, candidate.id)),
        company_id=company.id,
        user_id=dossier.user_id,
        source=person.source,
        cover_letter=letters.cover_letter(person, title=job.title, company=company.name, random=random),
        answers=letters.answers(person, job.questions, random),
        stage=FIRST,
        stage_seq=1,
        stage_since=applied_at,
        created_at=applied_at,
        consented_at=applied_at,
        consent_version=company.consent_version,
    )


def _replay(
    dossier: Dossier, application: Application, company: Company, movers: list[User], random: Random
) -> dict[tuple[int, int], Move]:
    """Have the pipeline write the history and the mails, and return the moves by (application id, seq)."""
    [owner] = random.choices(movers, [4] + [1] * (len(movers) - 1))
    applicant = db.session.get(User, dossier.user_id) if dossier.user_id else None
    mails = {reason["label"]: reason["mail"] for reason in company.rejection_reasons}
    actor: User | None = applicant
    entered: dict[str, datetime] = {}
    for seq, move in enumerate(dossier.history, 1):
        if move.by_candidate:
            actor = applicant
        elif not move.undoes:  # Only who made a move takes it back.
            actor = owner if random.random() < 0.8 else random.choice(movers)
        if move.source is None:
            db.session.add(application.change(seq, None, move.target, actor=actor))
            application.post_received(company, application.resume)
        elif move.undoes:
            db.session.add(application.change(seq, move.source, move.target, actor=actor, undoes_seq=seq - 1))
            application.stage, application.stage_seq = move.target, seq
        else:
            mail = mails.get(move.reason) if move.reason else None
            HiringPipeline(application).move_to(move.target, actor=actor, reason=move.reason, mail=mail)
        if not move.undoes:
            entered[move.target] = move.at
        application.stage_since = entered[move.target]
    return {(application.id, seq): move for seq, move in enumerate(dossier.history, 1)}


def _turn_back_the_clock(moves: dict[tuple[int, int], Move], hold: timedelta) -> None:
    """Give the history and the mails that were just written the times at which they happened; nothing is sent."""
    for row in db.session.new:
        if isinstance(row, StageChange):
            row.created_at = moves[row.application_id, row.seq].at
        elif isinstance(row, Message):
            _, application_id, seq = row.dedupe_key.split(":")
            after = moves.get((int(application_id), int(seq) + 1))
            row.created_at = moves[int(application_id), int(seq)].at
            row.due_at = row.created_at + (hold if int(seq) > 1 else timedelta())
            row.nudges, row.nudged_at = 0, None
            row.status = CANCELLED if after and after.undoes else SENT
            row.sent_at = row.due_at + timedelta(seconds=4) if row.status == SENT else None
