"""The form of a job, with its questions for applicants."""

import secrets
from typing import Any

from wtforms import DateField, Field, FieldList, FormField, IntegerField, SelectField, StringField
from wtforms import BooleanField, Form as SubForm
from wtforms.validators import NumberRange, Optional, ValidationError

from ats import forms
from ats.jobs.models import EmploymentType, Job, QuestionKind, Workplace

CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "INR", "JPY", "BRL"]
MOST_QUESTIONS = 20
SPARE_QUESTIONS = 1
"""Empty rows at the end of the list, so that a question can be added without script."""


def _choices(kind: Any) -> list[tuple[str, str]]:
    return [(choice.value, choice.label) for choice in kind]


class QuestionForm(SubForm):
    """One question. A row without a prompt is no question: clearing the prompt takes the question away."""

    id = StringField()
    prompt = forms.line("Question", longest=300)
    kind = SelectField("Answer", choices=_choices(QuestionKind))
    choices = forms.paragraphs("Choices, one a line", longest=2_000)
    required = BooleanField("Must be answered")

    def validate_choices(self, field: Field) -> None:
        if self.prompt.data and self.kind.data == QuestionKind.CHOICE and len(_lines(field.data)) < 2:
            raise ValidationError("Write at least two choices, each on a line of its own.")


class JobForm(forms.Form):
    title = forms.line("Title", required="Give the job a title.", longest=150)
    department = forms.line("Department", longest=80)
    location = forms.line("Location", longest=120)
    workplace = SelectField("Workplace", choices=_choices(Workplace))
    employment_type = SelectField("Employment type", choices=_choices(EmploymentType))
    salary_min = IntegerField("Salary from", [Optional(), NumberRange(0, 1_000_000_000, "Type a yearly salary in whole numbers.")])
    salary_max = IntegerField("Salary to", [Optional(), NumberRange(0, 1_000_000_000, "Type a yearly salary in whole numbers.")])
    salary_currency = SelectField("Currency", choices=CURRENCIES)
    description = forms.paragraphs("Description", longest=20_000)
    closes_on = DateField("Last day to apply", [Optional()])
    questions = FieldList(FormField(QuestionForm), max_entries=MOST_QUESTIONS + SPARE_QUESTIONS)

    @classmethod
    def for_job(cls, job: Job | None) -> "JobForm":
        """Filled from what was sent, else from the job, else empty; always with a spare row for one more question."""
        rows = [{**question, "choices": "\n".join(question["choices"])} for question in (job.questions if job else [])]
        form = cls(obj=job, data={"questions": rows}) if job else cls()
        form.add_spare_question()
        return form

    def add_spare_question(self) -> None:
        if len(self.questions) < MOST_QUESTIONS and (not self.questions or self.questions[-1].prompt.data):
            self.questions.append_entry()

    def validate_salary_max(self, field: Field) -> None:
        if field.data is not None and self.salary_min.data is not None and field.data < self.salary_min.data:
            raise ValidationError("The upper end must not be below the lower one.")

    def fill(self, job: Job) -> None:
        """Write the valid form into the job."""
        for name in ("title", "department", "location", "description"):
            setattr(job, name, self[name].data or "")
        for name in ("workplace", "employment_type", "salary_min", "salary_max", "salary_currency", "closes_on"):
            setattr(job, name, self[name].data)
        job.questions = [
            {
                "id": row["id"].data or secrets.token_hex(4),
                "prompt": row.prompt.data,
                "kind": row.kind.data,
                "required": row.required.data,
                "choices": _lines(row.choices.data) if row.kind.data == QuestionKind.CHOICE else [],
            }
            for row in self.questions
            if row.prompt.data
        ]


def _lines(text: str | None) -> list[str]:
    return list(dict.fromkeys(forms.one_line(line) for line in (text or "").splitlines() if line.strip()))
