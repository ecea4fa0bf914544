"""flask register …: who holds a state qualification, for scripts."""

from datetime import datetime

import click
from flask.cli import AppGroup

from college.core import clock
from college.core.sheets import Cell, csv_text
from college.people import commands
from college.register.holders.queries import Held, holders

register = AppGroup("register", help="The register of state qualifications.")
HEADINGS = [
    "name", "last_four", "level", "approved_on", "exam_year", "basis", "region", "is_highest",
    "units",
]  # fmt: skip


@register.command("holders")
@commands.as_of
@commands.known_at
@click.option("--format", "form", type=click.Choice(["csv"]), default="csv")
def list_holders(as_of: datetime | None, known_at: datetime | None, form: str) -> None:
    """Print a row for each qualification held on a day; persons are the rows with is_highest 1."""
    del form  # one so far; said all the same, since scripts name it
    day = as_of.date() if as_of else clock.today()
    click.echo(csv_text(HEADINGS, map(_row, holders(day, known_at=known_at))), nl=False)


def _row(held: Held) -> list[Cell]:
    row, person = held.qualification, held.qualification.person
    won = [row.level.value, row.approved_on.isoformat(), row.exam_year or "", row.basis.value]
    who = [person.full_name, person.id_tail]
    return [*who, *won, row.region, int(held.is_highest), "; ".join(held.units)]
