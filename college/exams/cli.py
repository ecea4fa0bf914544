"""flask exams …: adopt the rules and the calendar, import official results."""

from pathlib import Path

import click
from flask.cli import AppGroup
from flask_babel import force_locale

from college.core.access import require
from college.core.db import db
from college.core.errors import DomainError
from college.core.roles import Actor, Can
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import adopt_cycles
from college.exams.cycles.queries import cycle_of
from college.exams.pass_rules.operations import adopt_rules
from college.exams.results.checking import Check, check_file
from college.exams.results.operations import judge_anew, record_results
from college.exams.results.telling import told
from college.exams.results.uploading import take_in
from college.people.accounts.queries import by_login
from college.web.forms import sentence
from college.web.language import LOCALES

exams = AppGroup("exams", help="The state exam: rules, calendar and results.")
as_login = click.option("--as", "login", required=True, help="Whose name stands in the journal.")
in_language = click.option("--language", type=click.Choice(sorted(LOCALES)), default="zh")


@exams.command("adopt")
@as_login
def adopt(login: str) -> None:
    """Enter the pass rules, the pass lines and the calendar that are known."""
    actor = _actor(login)
    rules, cycles = adopt_rules(actor), adopt_cycles(actor)
    db.session.commit()
    click.echo(f"{len(rules)} rules and {len(cycles)} exam years adopted.")


@exams.command("judge-anew")
@click.option("--cycle", "year", type=int, required=True, help="The exam year.")
@click.option("--province", default=INNER_MONGOLIA, show_default=True)
@as_login
def judge(year: int, province: str, login: str) -> None:
    """Judge a year's results by the pass lines that stand now, and award what they earn."""
    changed = judge_anew(_actor(login), _cycle(year, province))
    db.session.commit()
    click.echo(f"{len(changed)} results judged otherwise than before.")


@exams.command("import-results")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--cycle", "year", type=int, required=True, help="The exam year.")
@click.option("--province", default=INNER_MONGOLIA, show_default=True)
@click.option("--dry-run", is_flag=True, help="Check and print only; write nothing.")
@as_login
@in_language
def import_results(
    file: Path, year: int, province: str, dry_run: bool, login: str, language: str
) -> None:
    """Import an official result sheet; refused rows go to stderr, the others are imported."""
    actor, cycle = _actor(login), _cycle(year, province)
    content = file.read_bytes()
    with force_locale(LOCALES[language]):
        try:
            check = _import(actor, cycle, content, file.name, is_dry=dry_run)
        except DomainError as refusal:
            raise click.ClickException(sentence(refusal)) from refusal
        _print(check, is_dry=dry_run)


def _import(
    actor: Actor, cycle: ExamCycle, content: bytes, filename: str, *, is_dry: bool
) -> Check:
    require(actor, Can.RESULTS_IMPORT)
    if is_dry:
        return check_file(content, filename, cycle)
    made, check = take_in(actor, cycle, content, filename)
    done = record_results(actor, made, check)
    db.session.commit()
    click.echo(f"qualifications recorded: {done.qualifications_new}")
    return check


def _print(check: Check, *, is_dry: bool) -> None:
    tally = check.tally
    click.echo(f"{'to import' if is_dry else 'imported'}: {tally.new} rows")
    click.echo(f"of them corrections: {tally.corrected} rows")
    click.echo(f"unchanged: {tally.unchanged} rows")
    click.echo(f"refused: {tally.refused} rows")
    click.echo(f"passing: {tally.passing} persons")
    for cell in told(check.refused):
        text = f"{cell.line}\t{cell.column}\t{cell.value}\t{cell.problem}\t{cell.mend}"
        click.echo(text, err=True)


def _actor(login: str) -> Actor:
    account = by_login(login)
    if account is None:
        raise click.ClickException(f"There is no account {login!r}.")
    return account.actor


def _cycle(year: int, province: str) -> ExamCycle:
    cycle = cycle_of(year, province)
    if cycle is None:
        raise click.ClickException(
            f"No exam of {year} in {province} is on record; `flask exams adopt` enters known ones."
        )
    return cycle
