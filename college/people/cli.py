"""flask people …: the first administrator, from whom all other accounts come."""

import click
from flask.cli import AppGroup

from college.core.db import db
from college.core.errors import RuleBroken
from college.core.roles import SYSTEM, Role
from college.people.accounts import password_rules
from college.people.accounts.operations import open_account
from college.people.accounts.passwords import hashed
from college.people.persons.models import Person
from college.people.persons.names import sort_key
from college.people.persons.operations import NewPerson, record_person
from college.people.roles.operations import grant_role

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


def refuse_guessable(password: str, *, login: str, full_name: str) -> None:
    try:
        own = Person(full_name=full_name, sort_key=sort_key(full_name))
        password_rules.check(password, login=login, person=own)
    except RuleBroken as refusal:
        raise click.ClickException(refusal.message % refusal.facts) from refusal
