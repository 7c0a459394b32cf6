"""The application form: the fields every job has, and the job's own questions."""

from typing import Any

from flask_wtf.file import FileField
from wtforms import BooleanField, DecimalField, Field, RadioField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from ats import forms
from ats.candidates import resumes
from ats.jobs.models import Job, QuestionKind

SHORT, LONG, COVER_LETTER = 500, 4_000, 10_000


class ApplicationForm(forms.Form):
    """Made for one job by `for_job`, which adds a field for each of its questions."""

    name = forms.line("Full name", required="Type your name.", render_kw={"autocomplete": "name"})
    email = forms.email(render_kw={"autocomplete": "email"})
    phone = forms.line("Phone", longest=40, render_kw={"autocomplete": "tel", "type": "tel"})
    resume = FileField("Resume", render_kw={"accept": ".pdf,.docx"})
    cover_letter = forms.paragraphs("Cover letter", longest=COVER_LETTER)

    job: Job
    media_type: str
    """Of the resume, known once the form is valid."""
    content: bytes = b""

    @classmethod
    def for_job(cls, job: Job, **values: Any) -> "ApplicationForm":
        fields = {f"question_{question['id']}": _field(question) for question in job.questions}
        fields["consent"] = consent()  # Last, as on the page.
        form = type("ApplicationForm", (cls,), fields)(**values)
        form.job = job
        return form

    def validate_resume(self, field: Field) -> None:
        """Raises ValidationError, with what to do, unless the file is a resume that we take."""
        upload = field.data
        name = upload.filename if upload else ""
        self.content = upload.read(resumes.MAX_BYTES + 1) if upload else b""
        try:
            if not name:
                raise resumes.ResumeRefused("Choose your resume, a PDF or Word file.")
            self.media_type = resumes.check(name, self.content)
        except resumes.ResumeRefused as refusal:
            raise forms.ValidationError(str(refusal)) from None

    @property
    def question_fields(self) -> list[Field]:
        return [self[f"question_{question['id']}"] for question in self.job.questions]

    @property
    def answers(self) -> list[dict[str, Any]]:
        """The answers beside the questions as they were asked; what was left empty is left out."""
        answers = []
        for question, field in zip(self.job.questions, self.question_fields, strict=True):
            if field.data not in (None, ""):
                kept = {key: question[key] for key in ("id", "prompt", "kind")}
                answers.append({**kept, "answer": _as_text(question["kind"], field.data)})
        return answers


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
        return SelectField(prompt, [needed], choices=[SelectChoice("", "Choose…"), *map(SelectChoice, question["choices"])])
    in_range = NumberRange(-1_000_000_000_000, 1_000_000_000_000, "Type a number people can read.")
    return Number(prompt, [needed, in_range])


class Number(DecimalField):
    """A number; `inf` and `nan` are none."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value.strip() for value in valuelist])
        except ValueError:
            raise ValueError("Type a number, for example 12 or 7.5.") from None
        if self.data is not None and not self.data.is_finite():
            self.data = None
            raise ValueError("Type a number, for example 12 or 7.5.")


def _as_text(kind: str, value: Any) -> str:
    if kind == QuestionKind.YES_NO:
        return "Yes" if value == "yes" else "No"
    return f"{value:f}" if kind == QuestionKind.NUMBER else value
