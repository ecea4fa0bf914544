"""flask reports …: figures for scripts."""

import json
from collections.abc import Sequence
from datetime import date, datetime

import click
from flask.cli import AppGroup

from college.core import clock
from college.core.roles import SYSTEM
from college.core.sheets import Cell, csv_text
from college.people import commands
from college.people.qualifications.models import Level
from college.reports import keeping
from college.reports.exam_figures.outcome import Outcome, outcomes
from college.reports.exam_figures.rates import sittings
from college.reports.figures.funnels import Shown, exam_funnel, with_members
from college.reports.figures.queries import Holding, holding_in_all, holdings_by_unit
from college.reports.figures.small_cells import Count, Hidden
from college.reports.figures.steps import Step

reports = AppGroup("reports", help="Figures for scripts.")
EXAM_HEADINGS = [
    "year", "as_of", "registered_persons", "trained_person_times",
    *(f"{level.value}_passed" for level in Level), "passed", "holders_persons",
]  # fmt: skip


@reports.command("figures")
@commands.as_of
@commands.known_at
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
def figures(as_of: datetime | None, known_at: datetime | None, form: str) -> None:
    """Print how many staff of which unit hold which level."""
    day = as_of.date() if as_of else clock.today()
    rows = [_row(u.name, u.holding) for u in holdings_by_unit(SYSTEM, day, known_at=known_at)]
    total = _row("", holding_in_all(SYSTEM, day, known_at=known_at))
    if form == "json":
        known = {"known_at": known_at.isoformat()} if known_at else {}
        found = _as_json(day, rows, total) | known
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    lines = [[day.isoformat(), *row.values()] for row in [*rows, total]]
    click.echo(csv_text(["as_of", *total], lines), nl=False)


@reports.command("exams")
@commands.as_of
@commands.known_at
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
def exams(as_of: datetime | None, known_at: datetime | None, form: str) -> None:
    """Print what each year's exam brought: persons registered and passed, person-times trained."""
    day = as_of.date() if as_of else clock.today()
    sat = sittings(SYSTEM, day, known_at)
    rows = [_year(each) for each in outcomes(SYSTEM, sat, day, known_at)]
    if form == "csv":
        click.echo(csv_text(EXAM_HEADINGS, [list(row.values()) for row in rows]), nl=False)
        return
    known = {"known_at": known_at.isoformat()} if known_at else {}
    found = {"as_of": day.isoformat(), "years": rows} | known
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@reports.command("funnel")
@commands.as_of
@commands.known_at
@click.option("--year", type=int, help="Of the exams of this year; else of all.")
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
def funnel(as_of: datetime | None, known_at: datetime | None, year: int | None, form: str) -> None:
    """Print how far the cohorts of each exam came: in all, by cohort, by unit with all below."""
    day = as_of.date() if as_of else clock.today()
    rows = [
        row
        for exam in with_members(day, known_at)
        if year in (None, exam.cycle.year)
        for row in _way(exam_funnel(SYSTEM, exam, day, known_at, every_unit=True))
    ]
    if form == "csv":
        headings = ["as_of", *WAY, *(step.value for step in Step)]
        lines = [[day.isoformat(), *(row.get(name, "") for name in headings[1:])] for row in rows]
        click.echo(csv_text(headings, lines), nl=False)
        return
    known = {"known_at": known_at.isoformat()} if known_at else {}
    found = {"as_of": day.isoformat(), "rows": rows} | known
    click.echo(json.dumps(found, ensure_ascii=False, indent=2))


@reports.command("check")
def check() -> None:
    """Compare what is kept of the figures with the figures themselves; exit 1 where they differ.

    It takes as long as counting everybody. It repairs nothing: a difference is a fault of ours.
    """
    waiting, found = keeping.portions_due(), keeping.differences()
    told = {"portions_waiting": waiting, "differences": [each.told for each in found]}
    click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    if found:
        raise SystemExit(1)


@reports.command("keep")
def keep() -> None:
    """Count now what waits to be counted, as the worker does bit by bit."""
    done = 0
    while more := keeping.keep_due():
        done += more
    click.echo(f"{done} portions counted.")


def _year(outcome: Outcome) -> dict[str, Cell]:
    passed = [outcome.passed[level] for level in Level]
    counted = [outcome.registered, outcome.trained, *passed, outcome.passed_in_all]
    row: list[Cell] = [outcome.year, outcome.day.isoformat(), *counted, outcome.cumulative]
    return dict(zip(EXAM_HEADINGS, row, strict=True))


WAY = ("exam", "province", "level", "of", "code", "name")


def _way(shown: Shown) -> list[dict[str, Cell]]:
    """A row for the exam, for each cohort and for each unit; a paper that there is not is not."""
    cycle = shown.exam.cycle
    named = [("exam", "", "", shown.whole)] if shown.whole else []
    named += [("cohort", x.cohort.code, x.cohort.name, x.counts) for x in shown.cohorts]
    named += [("unit", "", x.name, x.counts) for x in shown.units or ()]
    exam = (cycle.year, cycle.province, shown.exam.level.value)
    rows: list[dict[str, Cell]] = []
    for of, code, name, counts in named:
        said: Sequence[Cell] = (*exam, of, code, name)
        numbers = {step.value: _cell(n) for step, n in counts.items()}
        rows.append(dict(zip(WAY, said, strict=True)) | numbers)
    return rows


def _cell(count: Count) -> Cell:
    return str(count) if isinstance(count, Hidden) else count


def _row(unit: str, holding: Holding) -> dict[str, Cell]:
    levels = {level.value: count for level, count in holding.by_level.items()}
    return {"unit": unit, "staff": holding.staff, **levels, "holders": holding.holders}


def _as_json(day: date, rows: list[dict[str, Cell]], total: dict[str, Cell]) -> dict[str, object]:
    total = {key: value for key, value in total.items() if key != "unit"}
    return {"as_of": day.isoformat(), "units": rows, "total": total}
