"""The application form: the fields every job has, and the job's own questions."""

import re
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import current_app
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, DecimalField, Field, HiddenField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from ats import forms
from ats.accounts.models import Company, User
from ats.candidates.drafts import Draft
from ats.candidates.suggestions import suggested
from ats.candidates.uploads import ResumeField
from ats.jobs.models import Job, QuestionKind

SHORT, LONG, COVER_LETTER, LINKS = 500, 4_000, 10_000, 1_000
MOST_LINKS = 5
READING = timedelta(seconds=30)
NOT_TYPED = {"consent", "consent_version", "website", "opened", "key", "resume", "csrf_token"}
"""What a draft does not keep: consent is given when the form is sent, and the rest is the form's own."""


class ApplicationForm(forms.Form):
    """Made for one job by `for_job`, which adds a field for each of its questions."""

    name = forms.line("Full name", required="Type your name.", render_kw={"autocomplete": "name"})
    email = forms.email(render_kw={"autocomplete": "email"})
    phone = forms.line("Phone", longest=40, render_kw={"autocomplete": "tel", "type": "tel"})
    links = forms.paragraphs("Links", longest=LINKS)
    resume = ResumeField("Resume", required="Choose your resume, a PDF or Word file.")
    cover_letter = forms.paragraphs("Cover letter", longest=COVER_LETTER)

    website = StringField("Leave this empty")
    """Nobody sees it; programs that fill in forms do fill it in."""
    opened = HiddenField()
    """When the page was opened, signed."""
    key = HiddenField()
    """The same each time this very form is sent: a double click is one application."""
    consent_version = HiddenField()

    keeps_files = True
    """A resume that is right stays with the draft, whatever else is wrong."""
    job: Job
    company: Company
    draft: Draft | None
    suggested: set[str]
    """The fields that were filled in from the resume."""

    @classmethod
    def for_job(
        cls, job: Job, company: Company, *, applicant: User | None = None, draft: Draft | None = None
    ) -> "ApplicationForm":
        """Filled from what was sent, else from the draft, else from the applicant's account.

        What is still empty then takes what the resume says.
        """
        fields = {f"question_{question['id']}": _field(question) for question in job.questions}
        fields["consent"] = consent()  # Last, as on the page.
        made_for_job = type("ApplicationForm", (cls,), fields)
        known = {"name": applicant.name, "email": applicant.email} if applicant else {}
        form = made_for_job(data=known)
        if not form.is_submitted() and draft is not None:
            form = made_for_job(MultiDict(draft.typed), data=known)
        form.job, form.company, form.draft, form.suggested = job, company, draft, set()
        if applicant and applicant.confirmed_at:  # The account vouches for its own address and no other.
            form.email.render_kw = {**(form.email.render_kw or {}), "readonly": True}
            form.email.data = applicant.email
            form.email.raw_data = [applicant.email]
        if draft is not None and draft.resume is not None:
            form.resume.required = None
        if not form.is_submitted():
            form._prepare()
        return form

    def _prepare(self) -> None:
        """What an unsent form carries, and what the resume says for its empty fields."""
        self.opened.data = _serializer().dumps(self.job.id)
        self.key.data = secrets.token_urlsafe(16)
        self.consent_version.data = str(self.company.consent_version)
        for name, value in self.found.items():
            if not self[name].data:
                self[name].data = value
                self.suggested.add(name)

    @property
    def found(self) -> dict[str, str]:
        """What the drafted resume says, by the names of the fields."""
        return suggested(self.draft.resume.text) if self.draft is not None and self.draft.resume is not None else {}

    @property
    def is_being_read(self) -> bool:
        """Whether it is worth waiting for what the worker reads out of the drafted resume."""
        resume = self.draft.resume if self.draft is not None else None
        return resume is not None and resume.text is None and datetime.now(UTC) - resume.created_at < READING

    @property
    def typed(self) -> dict[str, str]:
        """What a draft keeps: the values as they were typed, by the names of the fields."""
        return {field.name: str(field.raw_data[0]) for field in self if field.raw_data and field.name not in NOT_TYPED}

    def validate(self, extra_validators: Any = None) -> bool:
        """Of a form that is otherwise right also whether a person sent it. To send it once more is enough to pass."""
        if not super().validate(extra_validators):
            return False
        if self.website.data:
            self.website.data = ""
            self.form_errors.append(
                "Something filled in a field that people do not see. If you are one, press “Send application” once more"
            )
        elif self._was_sent_too_soon():
            self.opened.data = _serializer().dumps(self.job.id)
            self.form_errors.append(
                "That was faster than people type. Please look it over, then press “Send application” once more"
            )
        return not self.form_errors

    def _was_sent_too_soon(self) -> bool:
        shortest = current_app.config["APPLY_SECONDS"]
        if not shortest:
            return False
        try:
            job_id, opened = _serializer().loads(self.opened.data or "", return_timestamp=True)
        except BadSignature:
            return True
        return job_id != self.job.id or (datetime.now(UTC) - opened).total_seconds() < shortest

    def validate_links(self, field: Field) -> None:
        """Each line an address; one without a scheme gets https."""
        lines = [line.strip() for line in (field.data or "").splitlines() if line.strip()]
        links = [line if re.match(r"https?://", line, re.IGNORECASE) else f"https://{line}" for line in lines]
        if len(links) > MOST_LINKS:
            raise forms.ValidationError(f"Choose the {MOST_LINKS} that matter most.")
        for line, link in zip(lines, links, strict=True):
            if not re.fullmatch(r"https?://[^\s/?#.]+(\.[^\s/?#.]+)+([/?#]\S*)?", link, re.IGNORECASE):
                raise forms.ValidationError(f"“{line[:60]}” is no web address. Write one a line, like example.com/me.")
        field.data = "\n".join(links)

    def validate_consent(self, field: Field) -> None:
        if self.consent_version.data and self.consent_version.data != str(self.company.consent_version):
            self.consent_version.data = str(self.company.consent_version)
            field.data = False
            raise forms.ValidationError("The text has changed while the page was open: read it, then tick once more.")

    @property
    def question_fields(self) -> list[Field]:
        return [self[f"question_{question['id']}"] for question in self.job.questions]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The answers beside the questions as they were asked; what was left empty is left out."""
        answers: list[dict[str, Any]] = []
        if self.links.data:
            answers.append({"id": "links", "prompt": "Links", "kind": "links", "answer": self.links.data})
        for question, field in zip(self.job.questions, self.question_fields, strict=True):
            if field.data not in (None, ""):
                kept = {key: question[key] for key in ("id", "prompt", "kind")}
                answers.append({**kept, "answer": _as_text(question["kind"], field.data)})
        return answers


def differing(form: ApplicationForm, known: Mapping[str, str]) -> list[dict[str, Any]]:
    """What was typed about oneself where the company knows something else: kept as an answer, for both may be right."""
    return [
        {"id": name, "prompt": f"{form[name].label.text}, as in this application", "kind": "short", "answer": value}
        for name in ("name", "phone")
        if (value := form[name].data) and value != known[name]
    ]


def consent() -> BooleanField:
    return BooleanField("Consent", [InputRequired("Tick the box: without it we may not read your application.")])


def _field(question: dict[str, Any]) -> Field:
    prompt, kind = question["prompt"], question["kind"]
    required = "The team asks everybody this: please answer." if question["required"] else None
    needed = InputRequired(required) if required else Optional()
    if kind == QuestionKind.SHORT:
        return forms.line(prompt, required=required, longest=SHORT)
    if kind == QuestionKind.LONG:
        return forms.paragraphs(prompt, required=required, longest=LONG)
    if kind == QuestionKind.YES_NO:
        return RadioField(prompt, [needed], choices=[SelectChoice("yes", "Yes"), SelectChoice("no", "No")])
    if kind == QuestionKind.CHOICE:
        return SelectField(
            prompt, [needed], choices=[SelectChoice("", "Choose…"), *map(SelectChoice, question["choices"])]
        )
    in_range = NumberRange(-1_000_000_000_000, 1_000_000_000_000, "Type a number people can read.")
    return Number(prompt, [needed, in_range])


class Number(DecimalField):
    """A number; `inf` and `nan` are none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value.strip() for value in valuelist])
        except ValueError:
            raise ValueError("Type a number, for example 12 or 7.5.") from None
        data: Any = self.data  # type: ignore[has-type]
        if data is not None and not data.is_finite():
            self.data = None
            raise ValueError("Type a number, for example 12 or 7.5.")


def _as_text(kind: str, value: Any) -> str:
    if kind == QuestionKind.YES_NO:
        return "Yes" if value == "yes" else "No"
    return f"{value:f}" if kind == QuestionKind.NUMBER else value


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="application-form")


class NewerResumeForm(forms.Form):
    resume = ResumeField("A newer resume", required="Choose the newer file first, a PDF or Word document.")


class WithdrawalForm(forms.Form):
    why = forms.paragraphs("Why", longest=2_000)


class LinkForm(forms.Form):
    email = forms.email("The address you applied with", render_kw={"autocomplete": "email"})
