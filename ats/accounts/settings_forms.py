"""The forms of the company's settings."""

import re
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from wtforms import BooleanField, DecimalRangeField, Field, IntegerField, IntegerRangeField, SelectField
from wtforms.validators import NumberRange, Optional, ValidationError

from ats import forms

ABOUT, CONSENT = 10_000, 5_000
STRONGEST = 0.25
"""The greatest chroma. Beyond it no screen shows the colour at our lightness."""


@cache
def time_zones() -> list[str]:
    """Those with a city, and UTC."""
    areas = [
        "Africa",
        "America",
        "Antarctica",
        "Arctic",
        "Asia",
        "Atlantic",
        "Australia",
        "Europe",
        "Indian",
        "Pacific",
    ]
    return ["UTC", *sorted(name for name in available_timezones() if name.split("/")[0] in areas and "/" in name)]


class CompanyForm(forms.Form):
    name = forms.line("Name", required="Type the name of the company.", longest=100)
    slug = forms.line("Address of the careers site", required="Choose an address.", longest=40)
    time_zone = SelectField("Time zone")
    about = forms.paragraphs("About the company", longest=ABOUT)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.time_zone.choices = time_zones()

    def validate_slug(self, field: Field) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", field.data):
            raise ValidationError("Use small letters a to z and digits, with single hyphens between them: acme-berlin.")

    @property
    def values(self) -> dict[str, Any]:
        return {name: self[name].data or "" for name in ("name", "slug", "time_zone", "about")}


class ColourForm(forms.Form):
    """Hue and chroma in OKLCH; lightness, and so contrast, stays ours."""

    accent_hue = IntegerRangeField("Hue", [NumberRange(0, 360, "Choose a hue from 0 to 360.")])
    accent_chroma = DecimalRangeField(
        "Strength", [NumberRange(0, STRONGEST, f"Choose a strength from 0 to {STRONGEST}.")]
    )

    @property
    def values(self) -> dict[str, Any]:
        return {"accent_hue": self.accent_hue.data, "accent_chroma": float(self.accent_chroma.data)}


class PrivacyForm(forms.Form):
    consent_text = forms.paragraphs("What applicants agree to", longest=CONSENT)
    retention_months = IntegerField(
        "Erase applications after",
        [Optional(), NumberRange(1, 120, "Type a number of months from 1 to 120, or nothing.")],
    )

    @property
    def values(self) -> dict[str, Any]:
        return {"consent_text": self.consent_text.data or "", "retention_months": self.retention_months.data}


class SecurityForm(forms.Form):
    second_factor_required = BooleanField("Everybody on the team needs a second factor to sign in")

    @property
    def values(self) -> dict[str, Any]:
        return {"second_factor_required": self.second_factor_required.data}
