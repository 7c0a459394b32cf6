"""A report: the figures of a selection together, as the dashboard, a job's report, the comparison and the mail show."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ats.reports import figures
from ats.reports.figures import Cohort, Figures, Spell
from ats.reports.periods import Selection


@dataclass(frozen=True)
class Tile:
    """One key figure in words."""

    id: str
    """Of its definition."""
    name: str
    value: str
    unit: str
    note: str
    """What else is to say: the change against the period before."""
    tone: str
    people: dict[str, Any] | None
    """The arguments of the list of exactly those applications; None for what is no application."""
    of: int | None = None
    """How many applications the value was worked out from, where it is not their number itself."""


@dataclass(frozen=True)
class Report:
    selection: Selection
    now: Figures
    before: Figures
    cohort: Cohort
    times: dict[str, Spell]

    @property
    def tiles(self) -> list[Tile]:
        return tiles(self.selection, self.now, self.before)

    @property
    def longest_days(self) -> float:
        """The scale of the bars of days."""
        return max([spell.p90 for spell in self.times.values() if spell.p90] + [1])

    @property
    def top(self) -> int:
        """The scale of the columns of weeks."""
        return ceiling(max([week.total for week in self.cohort.weeks] + [1]))


def report(selection: Selection) -> Report:
    """In four statements."""
    now, before = figures.key_figures(selection)
    return Report(selection, now, before, figures.cohort(selection), figures.times(selection))


def tiles(selection: Selection, now: Figures, before: Figures) -> list[Tile]:
    span = f"the {_days(selection.period.days)} before"
    start = f"{_days(selection.period.days)} before"
    return [
        Tile(
            "open-jobs",
            "Open jobs",
            f"{now.open_jobs:,}",
            "",
            _change(now.open_jobs, before.open_jobs, start),
            "",
            None,
        ),
        Tile(
            "active",
            "Active candidates",
            f"{now.active:,}",
            "",
            _change(now.active, before.active, start),
            "",
            selection.people(event="active"),
        ),
        Tile(
            "applications",
            "Applications",
            f"{now.applied:,}",
            "",
            _change(now.applied, before.applied, f"in {span}"),
            "",
            selection.people(),
        ),
        Tile(
            "hires",
            "Hires",
            f"{now.hired:,}",
            "",
            _change(now.hired, before.hired, f"in {span}"),
            "",
            selection.people(event="hired"),
        ),
        _time_to_hire(selection, now.time_to_hire, before.time_to_hire, span),
        _acceptance(selection, now, before, span),
    ]


def _time_to_hire(selection: Selection, now: Spell, before: Spell, span: str) -> Tile:
    people = selection.people(event="hired")
    name = "Median time to hire"
    if now.median is None or now.p90 is None:
        return Tile("time-to-hire", name, "–", "", "Nobody was hired", "", None)
    note, tone = f"90th percentile {in_days(now.p90)} days", ""
    if before.median is not None:
        faster = before.median - now.median
        if in_days(abs(faster)) != "0":
            note += f" · {in_days(abs(faster))} days {'faster' if faster > 0 else 'slower'} than in {span}"
            tone = "ok" if faster > 0 else ""
    return Tile("time-to-hire", name, in_days(now.median), "days", note, tone, people, of=now.count)


def _acceptance(selection: Selection, now: Figures, before: Figures, span: str) -> Tile:
    if now.acceptance is None:
        return Tile("acceptance", "Offers accepted", "–", "", "No offer ended", "", None)
    note, tone = f"{now.hired:,} of {now.offers:,} offers", ""
    if before.acceptance is not None and (points := round(now.acceptance - before.acceptance)):
        note += f" · {abs(points)} points {'more' if points > 0 else 'less'} than in {span}"
        tone = "ok" if points > 0 else ""
    return Tile(
        "acceptance",
        "Offers accepted",
        f"{now.acceptance:.0f}",
        "%",
        note,
        tone,
        selection.people(event="offer-answered"),
        of=now.offers,
    )


def _change(now: int, before: int, span: str) -> str:
    if now == before:
        return f"As many as {span}"
    return f"{abs(now - before):,} {'more' if now > before else 'fewer'} than {span}"


def _days(days: int) -> str:
    return "day" if days == 1 else f"{days:,} days"


def in_days(value: float | None) -> str:
    """ "2.8", "31": one decimal below ten days; a dash where there is nothing to say."""
    if value is None:
        return "–"
    return f"{value:.1f}".removesuffix(".0") if value < 9.95 else f"{value:,.0f}"


def share(part: int, whole: int) -> str:
    """ "32 %", "1.4 %"."""
    if not whole:
        return "–"
    percent = 100 * part / whole
    return f"{percent:.1f} %".replace(".0 ", " ") if percent < 10 else f"{percent:.0f} %"


def ceiling(number: int) -> int:
    """The next even number with one digit before its noughts: where an axis may end, and be halved."""
    size = 10 ** (len(str(number)) - 1)
    steps: Sequence[int] = (2, 4, 6, 8, 10, 20) if size == 1 else (1, 2, 4, 6, 8, 10)
    return next(step * size for step in steps if step * size >= number)
