"""flask exams …: adopt the rules and the calendar, import official results, list who passed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict, Unpack

import click
from flask.cli import AppGroup

from college.core.access import require
from college.core.db import db
from college.core.errors import DomainError
from college.core.imports import Fate, Refused
from college.core.roles import Actor, Can
from college.core.sheets import Cell, csv_text
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import adopt_cycles
from college.exams.cycles.queries import cycle_of
from college.exams.official_lists.by_command import apply_list, tried
from college.exams.official_lists.models import ListKind
from college.exams.official_lists.uploading import About
from college.exams.pass_rules.operations import adopt_rules
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import order_rejudging
from college.exams.rejudgings.queries import REJUDGE
from college.exams.results.checked import Tally
from college.exams.results.checking import check_file
from college.exams.results.everybody import everybodys_passes
from college.exams.results.files import refused_in
from college.exams.results.models import ResultImport
from college.exams.results.operations import record_results
from college.exams.results.passing import Pass
from college.exams.results.queries import CHECK, RECORD
from college.exams.results.refusals import refuse_day
from college.exams.results.uploading import take_in
from college.people import commands
from college.people.commands import actor_of, as_login, commit_and_work, in_language
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.web.forms import sentence
from college.web.imports import told
from college.web.language import speaking

KINDS = click.Choice([kind.value for kind in ListKind])
ON = click.option("--on", type=click.DateTime(["%Y-%m-%d"]), required=True, help="Day of the list.")
LEVELS = click.Choice([level.value for level in Level])


class Says(TypedDict):
    """What the options say of an official list."""

    kind: str
    year: int
    on: datetime
    province: str
    level: str | None
    source: str


exams = AppGroup("exams", help="The state exam: rules, calendar and results.")


@exams.command("adopt")
@as_login
def adopt(login: str) -> None:
    """Enter the pass rules, the pass lines and the calendar that are known."""
    actor = actor_of(login)
    rules, cycles = adopt_rules(actor), adopt_cycles(actor)
    db.session.commit()
    click.echo(f"{len(rules)} rules and {len(cycles)} exam years adopted.")


@exams.command("judge-anew")
@click.option("--cycle", "year", type=int, required=True, help="The exam year.")
@click.option("--province", default=INNER_MONGOLIA, show_default=True)
@as_login
def judge(year: int, province: str, login: str) -> None:
    """Judge a year's results by the pass lines that stand now, and award what they earn.

    It goes through them in portions; stopped half-way, run it again.
    """
    row_id = order_rejudging(actor_of(login), _cycle(year, province)).id
    commit_and_work(REJUDGE, row_id, "judged")
    row = db.session.get_one(Rejudging, row_id)
    click.echo(f"{row.results_changed} results judged otherwise than before.")
    click.echo(f"qualifications recorded: {row.qualifications_new}")


@exams.command("import-results")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cycle", "year", type=int, required=True, help="The exam year.")
@ON
@click.option("--province", default=INNER_MONGOLIA, show_default=True)
@click.option("--dry-run", is_flag=True, help="Check and print only; write nothing.")
@as_login
@in_language
def import_results(
    file: Path, year: int, on: datetime, province: str, dry_run: bool, login: str, language: str
) -> None:
    """Import an official result sheet; refused rows go to stderr, the others are imported."""
    actor, cycle = actor_of(login), _cycle(year, province)
    content = file.read_bytes()
    with speaking(language):
        try:
            require(actor, Can.RESULTS_IMPORT)
            if dry_run:
                refuse_day(on.date(), cycle)
                check = check_file(content, file.name, cycle, on.date())
                _print(check.tally, check.refused, done="to import")
            else:
                _import(actor, cycle, content, file.name, on.date())
        except DomainError as refusal:
            raise click.ClickException(sentence(refusal)) from refusal


@exams.command("import-list")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--kind", type=KINDS, required=True, help="What it shows.")
@click.option("--cycle", "year", type=int, required=True, help="The exam year.")
@ON
@click.option("--province", default=INNER_MONGOLIA, show_default=True)
@click.option("--level", type=LEVELS, help="Of rows that name none.")
@click.option("--source", default="", help="Who issued it, and its title: the evidence.")
@click.option("--apply", "is_meant", is_flag=True, help="Import it; else check and print only.")
@as_login
@in_language
def import_official_list(
    file: Path, is_meant: bool, login: str, language: str, **says: Unpack[Says]
) -> None:
    """Note the steps that an official list shows; refused rows go to stderr, the others stand.

    Without --apply nothing is written.
    """
    actor, content = actor_of(login), file.read_bytes()
    cycle, usual = _cycle(says["year"], says["province"]), says["level"]
    about = About(
        kind=ListKind(says["kind"]),
        on=says["on"].date(),
        level=Level(usual) if usual else None,
        source=says["source"],
    )
    with speaking(language):
        try:
            if is_meant:
                _tell(*apply_list(actor, cycle, content, file.name, about), done="noted")
            else:
                _tell(*tried(actor, cycle, content, file.name, about), done="to note")
        except DomainError as refusal:
            raise click.ClickException(sentence(refusal)) from refusal


@exams.command("passes")
@commands.known_at
@click.option("--format", "form", type=click.Choice(["csv"]), default="csv")
def passes(known_at: datetime | None, form: str) -> None:
    """Print what the results on record earn: who passed which level, when, on which papers."""
    del form  # one so far; said all the same, since scripts name it
    headings = ["name", "last_four", "level", "year", "basis", "region", "papers"]
    click.echo(csv_text(headings, map(_pass, everybodys_passes(known_at=known_at))), nl=False)


def _pass(found: tuple[Person, Pass]) -> list[Cell]:
    person, earned = found
    papers = [f"{j.paper.subject.value} {j.paper.year}" for j in earned.papers]
    named = [person.full_name, person.id_tail, earned.level.value, earned.year]
    return [*named, earned.basis.value, earned.region, "; ".join(papers)]


def _import(actor: Actor, cycle: ExamCycle, content: bytes, filename: str, on: date) -> None:
    """Go the way of the pages, and work off its two jobs here."""
    import_id = take_in(actor, cycle, content, filename, published_on=on, may_wait=False).id
    commit_and_work(CHECK, import_id, "checked")
    record_results(actor, db.session.get_one(ResultImport, import_id))
    commit_and_work(RECORD, import_id, "recorded")
    made = db.session.get_one(ResultImport, import_id)
    click.echo(f"qualifications recorded: {made.qualifications_new}")
    tally = Tally(
        new=made.rows_new,
        corrected=made.rows_corrected,
        unchanged=made.rows_unchanged,
        refused=made.rows_refused,
        passing=made.persons_passing,
    )
    _print(tally, refused_in(made.check_sha256), done="imported")


def _print(tally: Tally, refused: Sequence[Refused], *, done: str) -> None:
    click.echo(f"{done}: {tally.new} rows")
    click.echo(f"of them corrections: {tally.corrected} rows")
    click.echo(f"unchanged: {tally.unchanged} rows")
    click.echo(f"refused: {tally.refused} rows")
    click.echo(f"passing: {tally.passing} persons")
    if tally.losing:
        click.echo(f"earning less than now: {len(tally.losing)} persons")
    _tell_refused(refused)


def _tell_refused(refused: Sequence[Refused]) -> None:
    for cell in told(refused):
        text = f"{cell.line}\t{cell.column}\t{cell.value}\t{cell.problem}\t{cell.mend}"
        click.echo(text, err=True)


def _tell(tally: Mapping[Fate, int], refused: Sequence[Refused], *, done: str) -> None:
    click.echo(f"{done}: {tally[Fate.NEW] + tally[Fate.CHANGED]} rows")
    click.echo(f"of them newly entered: {tally[Fate.NEW]} rows")
    click.echo(f"unchanged: {tally[Fate.UNCHANGED]} rows")
    click.echo(f"refused: {tally[Fate.REFUSED]} rows")
    _tell_refused(refused)


def _cycle(year: int, province: str) -> ExamCycle:
    cycle = cycle_of(year, province)
    if cycle is None:
        raise click.ClickException(
            f"No exam of {year} in {province} is on record; `flask exams adopt` enters known ones."
        )
    return cycle
