"""The company's settings of the pipeline: limits of the stages, mail hold, reasons of rejection."""

import secrets
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response
from wtforms import Field, FieldList, FormField, HiddenField, IntegerField, SelectField
from wtforms import Form as SubForm
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from ats import forms
from ats.access import Role, requires
from ats.accounts import settings
from ats.accounts.models import REJECTION_MAILS, Company
from ats.extensions import db
from ats.pipeline.stages import OPEN_STAGES, STAGE
from ats.text import is_storable

bp = Blueprint("pipeline_settings", __name__)

MOST_REASONS = 20
LONGEST_LIMIT, LONGEST_HOLD = 365, 600


def _days(label: str) -> IntegerField:
    in_range = NumberRange(1, LONGEST_LIMIT, f"Type a number of days from 1 to {LONGEST_LIMIT}, or nothing.")
    return IntegerField(label, [Optional(), in_range])


class LimitForm(SubForm):
    """After how many days in a stage a card is late, and far too late."""

    late = _days("Late after")
    too_late = _days("Far too late after")

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        # Not a validator of a field: an empty optional field is asked no further.
        if valid and (self.late.data is None) != (self.too_late.data is None):
            empty = self.late if self.late.data is None else self.too_late
            empty.errors = ["Type both numbers, or neither."]
            return False
        if valid and self.late.data is not None and self.late.data >= self.too_late.data:
            self.too_late.errors = ["This must be more days than the first number."]
            return False
        return valid


class ReasonForm(SubForm):
    """One reason of rejection. A row without words is none: clearing them takes the reason away."""

    id = HiddenField()
    label = forms.line("Reason", longest=80)
    mail = SelectField("Mail to suggest", choices=list(REJECTION_MAILS.items()), default="application")

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        if not is_storable(self.label.data or ""):
            self.label.errors = ["There is an invisible character in it that no keyboard makes. Type it anew."]
            return False
        return valid


class PipelineForm(forms.Form):
    mail_hold_seconds = IntegerField(
        "Hold mails for",
        [
            InputRequired("Type a number of seconds; 0 sends at once."),
            NumberRange(0, LONGEST_HOLD, f"Type a number of seconds from 0 to {LONGEST_HOLD}."),
        ],
    )
    limits = FieldList(FormField(LimitForm), min_entries=len(OPEN_STAGES), max_entries=len(OPEN_STAGES))
    reasons = FieldList(FormField(ReasonForm), max_entries=MOST_REASONS)

    @classmethod
    def of(cls, company: Company) -> "PipelineForm":
        """Filled from what was sent, else from the company."""
        limits = [dict(zip(("late", "too_late"), company.stage_limits.get(s, ()), strict=False)) for s in OPEN_STAGES]
        values = {
            "mail_hold_seconds": company.mail_hold_seconds,
            "limits": limits,
            "reasons": company.rejection_reasons,
        }
        return cls(data=values)

    @property
    def has_room(self) -> bool:
        return len(self.reasons) < MOST_REASONS

    def validate(self, extra_validators: Any = None) -> bool:
        valid = super().validate(extra_validators)
        # What is wrong in a row stands beside its field; the summary wants sentences.
        names = {"limits": [STAGE[stage].name for stage in OPEN_STAGES], "reasons": range(1, MOST_REASONS + 1)}
        for rows in (self.limits, self.reasons):
            rows.errors = [
                f"{name}. {error}"
                for name, row in zip(names[rows.name], rows, strict=False)
                for errors in row.errors.values()
                for error in errors[:1]
            ]
        return valid

    def validate_reasons(self, field: Field) -> None:
        """At least one, and no two that read the same."""
        labels = [row["label"].data.casefold() for row in field if row["label"].data]
        for row in field:
            if row["label"].data and labels.count(row["label"].data.casefold()) > 1:
                row["label"].errors = [*row["label"].errors, "There is another reason with these words."]
        if not labels and len(field):
            field[0]["label"].errors = ["Keep at least one reason: a rejection needs one."]
        if any(row["label"].errors for row in field) or not labels:
            raise ValidationError("")

    def values(self, company: Company) -> dict[str, Any]:
        """The columns of the company. A reason that was there keeps its id."""
        known = {reason["id"] for reason in company.rejection_reasons}
        reasons = []
        for row in self.reasons:
            if not row["label"].data:
                continue
            id = row["id"].data
            if id in known:
                known.remove(id)
            else:
                id = secrets.token_hex(4)
            reasons.append({"id": id, "label": row["label"].data, "mail": row.mail.data})
        return {
            "mail_hold_seconds": self.mail_hold_seconds.data,
            "stage_limits": {
                stage: [row.late.data, row.too_late.data]
                for stage, row in zip(OPEN_STAGES, self.limits, strict=True)
                if row.late.data is not None
            },
            "rejection_reasons": reasons,
        }


@bp.route("/settings/pipeline", methods=["GET", "POST"])
@requires(Role.ADMIN)
def pipeline() -> str | Response | tuple[str, int]:
    company = current_user.company
    form = PipelineForm.of(company)
    if not form.is_submitted() or reasons_changed(form):
        return page(form)
    if not form.validate():
        return page(form), 422
    settings.change(form.values(company), actor=current_user._get_current_object())
    db.session.commit()
    flash("The settings are saved.")
    return redirect(url_for(".pipeline"), 303)


def reasons_changed(form: PipelineForm) -> bool:
    """Whether the button was one of the list of reasons. It changes the form, and saves nothing yet."""
    number = request.form.get("remove-reason", type=int)
    if "add-reason" in request.form:
        if form.has_room:
            form.reasons.append_entry()
    elif "remove-reason" in request.form:
        if number is not None and 0 <= number < len(form.reasons):
            form.reasons.pop_entry(number)
    else:
        return False
    return True


def page(form: PipelineForm) -> str:
    return render_template("settings/pipeline.html", form=form, stages=[STAGE[stage] for stage in OPEN_STAGES])
