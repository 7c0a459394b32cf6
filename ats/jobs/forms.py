"""The form of a job, with its questions for applicants."""

import re
import secrets
from typing import Any

from wtforms import BooleanField, DateField, Field, FieldList, FormField, HiddenField, IntegerField, SelectField
from wtforms import Form as SubForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs
from wtforms.validators import NumberRange, Optional, ValidationError

from ats import forms
from ats.jobs.models import EmploymentType, Job, Labelled, QuestionKind, Workplace
from ats.text import is_storable, one_line

CURRENCIES = ["EUR", "USD", "GBP", "CHF", "SEK", "NOK", "DKK", "PLN", "CZK", "CAD", "AUD", "INR", "JPY", "BRL"]
MOST_QUESTIONS = 20
DESCRIPTION = 20_000

TEXTS = ("title", "department", "location", "country", "description")
CHOICES = ("workplace", "employment_type", "salary_min", "salary_max", "salary_currency", "closes_on")
"""The fields that are columns of the job."""


def _choices(kind: type[Labelled]) -> list[SelectChoice]:
    return [SelectChoice(choice.value, choice.label) for choice in kind]


def _salary(label: str) -> IntegerField:
    in_range = NumberRange(0, 1_000_000_000, "Type a yearly salary in whole numbers.")
    return IntegerField(label, [Optional(), in_range], render_kw={"min": 0})


class QuestionForm(SubForm):
    """One question. A row without a prompt is no question: clearing the prompt takes the question away."""

    id = HiddenField()
    prompt = forms.line("Question", longest=300)
    kind = SelectField("Answer", choices=_choices(QuestionKind), default=QuestionKind.SHORT.value)
    choices = forms.paragraphs("Choices, one a line", longest=2_000)
    required = BooleanField("Must be answered")

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        for field in (self.prompt, self.choices):
            if not is_storable(field.data or ""):
                field.errors = ["There is an invisible character in it that no keyboard makes. Type it anew."]
                valid = False
        # Not a validator of the field: an empty optional field is asked no further.
        if self.prompt.data and self.kind.data == QuestionKind.CHOICE and len(_lines(self.choices.data)) < 2:
            self.choices.errors = ["Write at least two choices, each on a line of its own."]
            valid = False
        return valid


class JobForm(forms.Form):
    title = forms.line("Title", required="Give the job a title.", longest=150)
    department = forms.line("Department", longest=80)
    location = forms.line("Location", longest=120)
    country = forms.line("Country", render_kw={"maxlength": 2})
    workplace = SelectField("Workplace", choices=_choices(Workplace))
    employment_type = SelectField("Employment type", choices=_choices(EmploymentType))
    salary_min = _salary("Yearly salary from")
    salary_max = _salary("Yearly salary to")
    salary_currency = SelectField("Currency", choices=[SelectChoice(currency) for currency in CURRENCIES])
    description = forms.paragraphs("Description", longest=DESCRIPTION)
    closes_on = DateField("Last day to apply", [Optional()])
    questions = FieldList(FormField(QuestionForm), max_entries=MOST_QUESTIONS)

    @classmethod
    def for_job(cls, job: Job | None) -> "JobForm":
        """Filled from what was sent, else from the job, else empty."""
        if job is None:
            return cls()
        values = {name: getattr(job, name) for name in TEXTS + CHOICES}
        rows = [{**question, "choices": "\n".join(question["choices"])} for question in job.questions]
        return cls(data={**values, "questions": rows})

    def add_question(self) -> None:
        """An empty row at the end of the list, while there is room."""
        if self.has_room:
            self.questions.append_entry()

    def remove_question(self, number: int | None) -> None:
        """Take a row away, by its place in the list."""
        if number is not None and 0 <= number < len(self.questions):
            self.questions.pop_entry(number)  # type: ignore[call-arg]  # newer than its stubs

    @property
    def has_room(self) -> bool:
        return len(self.questions) < MOST_QUESTIONS

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        # What is wrong in a row stands beside its field; the summary wants sentences.
        self.questions.errors = [
            f"number {number}. {error}"
            for number, row in enumerate(self.questions, 1)
            for error in (row.prompt.errors or row.choices.errors or row.kind.errors)[:1]
        ]
        return valid

    def validate_country(self, field: Field) -> None:
        field.data = field.data.upper()
        if not re.fullmatch("[A-Z]{2}", field.data):
            raise ValidationError("Type the two letters of the country, for example DE or PT.")

    def validate_salary_max(self, field: Field) -> None:
        if field.data is not None and self.salary_min.data is not None and field.data < self.salary_min.data:
            raise ValidationError("The upper end must not be below the lower one.")

    def fill(self, job: Job) -> None:
        """Write the valid form into the job. A question that was there keeps its id, and so its answers."""
        for name in TEXTS:
            setattr(job, name, self[name].data or "")
        for name in CHOICES:
            setattr(job, name, self[name].data)
        known = {question["id"] for question in job.questions or []}
        questions = []
        for row in self.questions:
            if not row.prompt.data:
                continue
            id = row["id"].data
            if id in known:
                known.remove(id)
            else:
                id = secrets.token_hex(4)
            is_choice = row.kind.data == QuestionKind.CHOICE
            questions.append(
                {
                    "id": id,
                    "prompt": row.prompt.data,
                    "kind": row.kind.data,
                    "required": row.required.data,
                    "choices": _lines(row.choices.data) if is_choice else [],
                }
            )
        job.questions = questions


def _lines(text: str | None) -> list[str]:
    return list(dict.fromkeys(one_line(line) for line in (text or "").splitlines() if line.strip()))
