"""flask reports …: figures for scripts."""

import json
from datetime import date, datetime, time, timedelta

import click
from flask.cli import AppGroup

from college.core import clock
from college.core.roles import SYSTEM
from college.core.sheets import Cell, csv_text
from college.reports.figures.queries import Holding, holding_in_all, holdings_by_unit

reports = AppGroup("reports", help="Figures for scripts.")


@reports.command("figures")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The date; today otherwise.")
@click.option(
    "--known-at",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="Only what was on record then (Tongliao's time; a date alone: at its end); now otherwise.",
)
@click.option("--format", "form", type=click.Choice(["json", "csv"]), default="json")
def figures(as_of: datetime | None, known_at: datetime | None, form: str) -> None:
    """Print how many staff of which unit hold which level."""
    day, known = as_of.date() if as_of else clock.today(), _moment(known_at)
    rows = [_row(u.name, u.holding) for u in holdings_by_unit(SYSTEM, day, known_at=known)]
    total = _row("", holding_in_all(SYSTEM, day, known_at=known))
    if form == "json":
        found = _as_json(day, rows, total) | ({"known_at": known.isoformat()} if known else {})
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
        return
    lines = [[day.isoformat(), *row.values()] for row in [*rows, total]]
    click.echo(csv_text(["as_of", *total], lines), nl=False)


def _moment(typed: datetime | None) -> datetime | None:
    """A moment of the college's wall clock; of a date alone its end."""
    if typed is None:
        return None
    if typed.time() == time():
        return clock.midnight(typed.date() + timedelta(days=1))
    return typed.replace(tzinfo=clock.SHANGHAI)


def _row(unit: str, holding: Holding) -> dict[str, Cell]:
    levels = {level.value: count for level, count in holding.by_level.items()}
    return {"unit": unit, "staff": holding.staff, **levels, "holders": holding.holders}


def _as_json(day: date, rows: list[dict[str, Cell]], total: dict[str, Cell]) -> dict[str, object]:
    total = {key: value for key, value in total.items() if key != "unit"}
    return {"as_of": day.isoformat(), "units": rows, "total": total}
