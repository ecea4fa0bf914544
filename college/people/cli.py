"""flask people …: the first administrator, and rosters of staff."""

from datetime import datetime
from pathlib import Path

import click
from flask.cli import AppGroup

from college.core.db import db
from college.core.errors import DomainError, RuleBroken
from college.core.roles import SYSTEM, Actor, Role
from college.people.accounts import password_rules
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.accounts.queries import by_login
from college.people.commands import actor_of, as_login, commit_and_work, in_language
from college.people.employment.models import Capacity
from college.people.persons.models import Person
from college.people.persons.names import sort_key
from college.people.persons.operations import NewPerson, record_person
from college.people.roles.operations import grant_role
from college.people.roster.files import shown_in
from college.people.roster.models import RosterImport
from college.people.roster.operations import import_roster
from college.people.roster.queries import CHECK, RECORD
from college.people.roster.units import Places
from college.people.roster.uploading import take_in
from college.people.second_factors.operations import lift_second_factor
from college.stations.units.models import Unit
from college.web.forms import sentence
from college.web.imports import told
from college.web.language import speaking

people = AppGroup("people", help="Persons and their accounts.")


@people.command("admit")
@click.argument("login")
@click.argument("full_name")
@click.password_option(help="Asked for when not given; at least 12 characters.")
def admit(login: str, full_name: str, password: str) -> None:
    """Record a person and let them in as an administrator: how a new college begins."""
    refuse_guessable(password, login=login, full_name=full_name)
    password_hash = hashed(password)  # slow, so before the transaction
    person = record_person(SYSTEM, NewPerson(full_name=full_name))
    open_account(SYSTEM, person, login=login, password_hash=password_hash)
    grant_role(SYSTEM, person, role=Role.ADMIN)
    db.session.commit()
    click.echo(f"{person.full_name} signs in as {login.strip().lower()}.")


@people.command("lift-second-factor")
@click.argument("login")
def lift(login: str) -> None:
    """Let somebody in with the password alone whose phone and recovery codes are lost."""
    account = by_login(login)
    if account is None:
        raise click.ClickException(f"There is no account {login!r}.")
    lift_second_factor(SYSTEM, account)
    db.session.commit()
    click.echo(f"{account.login} signs in with the password alone, and sets up a new factor.")


def refuse_guessable(password: str, *, login: str, full_name: str) -> None:
    try:
        own = Person(full_name=full_name, sort_key=sort_key(full_name))
        password_rules.check(password, login=login, person=own)
    except RuleBroken as refusal:
        raise click.ClickException(refusal.message % refusal.facts) from refusal


@people.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--unit", "unit_name", help="Of rows that name none; with those above: a/b.")
@click.option("--capacity", type=click.Choice([kind.value for kind in Capacity]), help="Likewise.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="First day where no row says it.")
@click.option("--dry-run", is_flag=True, help="Check and print only; nothing of it is brought in.")
@as_login
@in_language
def import_roster_file(
    file: Path,
    unit_name: str | None,
    capacity: str | None,
    since: datetime | None,
    dry_run: bool,
    login: str,
    language: str,
) -> None:
    """Import a roster of staff; refused cells go to stderr, the other rows come in."""
    actor = actor_of(login)
    with speaking(language):
        try:
            unit = _unit(actor, unit_name) if unit_name else None
            made = take_in(
                actor,
                file.read_bytes(),
                file.name,
                unit=unit,
                capacity=Capacity(capacity) if capacity else None,
                since_on=since.date() if since else None,
                may_wait=False,
            )
            commit_and_work(CHECK, made.id, "checked")
            if not dry_run:
                import_roster(actor, db.session.get_one(RosterImport, made.id))
                commit_and_work(RECORD, made.id, "brought in")
        except DomainError as refusal:
            raise click.ClickException(sentence(refusal)) from refusal
        _tell(db.session.get_one(RosterImport, made.id))


def _tell(made: RosterImport) -> None:
    """The count by fate, and each refused cell on a line of its own."""
    click.echo(f"new: {made.rows_new} rows")
    click.echo(f"changed: {made.rows_changed} rows")
    click.echo(f"unchanged: {made.rows_unchanged} rows")
    click.echo(f"refused: {made.rows_refused} rows")
    _, refused = shown_in(made.check_sha256)
    for cell in told(refused + made.refused_late):
        text = f"{cell.line}\t{cell.column}\t{cell.value}\t{cell.problem}\t{cell.mend}"
        click.echo(text, err=True)


def _unit(actor: Actor, name: str) -> Unit:
    """Raises UnitUnknown, UnitAmbiguous."""
    return db.session.get_one(Unit, Places.of(actor).named(name).id)
