"""The numbers behind each chart, as tables: what a CSV of the chart holds."""

from typing import Any

from ats.pipeline.stages import OPEN_STAGES, STAGE_NAMES
from ats.reports import figures
from ats.reports.periods import Selection

Row = list[Any]


def funnel(selection: Selection) -> list[Row]:
    rows: list[Row] = [["Stage", "Reached", "Went on", "Rejected", "Withdrew", "Still there"]]
    for step in figures.cohort(selection).funnel:
        rows.append([STAGE_NAMES[step.stage], step.reached, step.on, step.rejected, step.withdrew, step.waiting])
    return rows


def times(selection: Selection) -> list[Row]:
    spells = figures.times(selection)
    rows: list[Row] = [["Stage", "Left it", "Median days", "90th percentile days"]]
    for stage in OPEN_STAGES:
        spell = spells[stage]
        rows.append([STAGE_NAMES[stage], spell.count, _rounded(spell.median), _rounded(spell.p90)])
    return rows


def sources(selection: Selection) -> list[Row]:
    rows: list[Row] = [["Source", "Applications", "Interviews", "Hires"]]
    for source in figures.cohort(selection).sources:
        rows.append([source.name, source.applied, source.interviewed, source.hired])
    return rows


def weeks(selection: Selection) -> list[Row]:
    cohort = figures.cohort(selection)
    names = [source.name for source in cohort.sources]
    rows: list[Row] = [["Week of", *names, "Total"]]
    for week in cohort.weeks:
        rows.append([week.monday.isoformat(), *(week.by_source[name] for name in names), week.total])
    return rows


def key_figures(selection: Selection) -> list[Row]:
    now, before = figures.key_figures(selection)
    rows: list[Row] = [["Figure", "This period", "The period before"]]
    rows += [
        ["Open jobs", now.open_jobs, before.open_jobs],
        ["Active candidates", now.active, before.active],
        ["Applications", now.applied, before.applied],
        ["Hires", now.hired, before.hired],
        ["Median days to hire", _rounded(now.time_to_hire.median), _rounded(before.time_to_hire.median)],
        ["90th percentile days to hire", _rounded(now.time_to_hire.p90), _rounded(before.time_to_hire.p90)],
        ["Offers that ended", now.offers, before.offers],
        ["Offers accepted", now.hired, before.hired],
    ]
    return rows


def jobs(selection: Selection) -> list[Row]:
    rows: list[Row] = [["Job", "Department", "Applications in the period", *(STAGE_NAMES[s] for s in figures.WAY)]]
    for one in figures.open_jobs(selection):
        numbers = [one.job.count(stage) for stage in figures.WAY]
        rows.append([one.job.title, one.job.department, one.arrived, *numbers])
    return rows


CHARTS = {
    "figures": key_figures,
    "funnel": funnel,
    "time-in-stage": times,
    "sources": sources,
    "weeks": weeks,
    "jobs": jobs,
}
"""By the name in the address."""


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 2)
