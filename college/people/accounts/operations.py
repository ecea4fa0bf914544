"""Opening accounts and granting roles: the only code that makes or changes them."""

from datetime import date

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can, Role
from college.people.accounts.models import Account, RoleGrant, clean_login
from college.people.persons.models import Person
from college.stations.units.models import Unit


@operation
def open_account(actor: Actor, person: Person, *, login: str, password_hash: str) -> Account:
    """Open an account. The hash is made before, outside the transaction. Raises Conflict."""
    require(actor, Can.ACCOUNTS_OPEN)
    account = Account(person_id=person.id, login=clean_login(login), password_hash=password_hash)
    db.session.add(account)
    journal.record(actor, "open_account", account, about=person.id, login=account.login)
    return account


@operation
def grant_role(
    actor: Actor,
    person: Person,
    *,
    role: Role,
    unit: Unit | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> RoleGrant:
    """Let `person` act in a role at a unit and below, or at none in particular, for a time."""
    require(actor, Can.ACCOUNTS_OPEN)
    grant = RoleGrant(
        person_id=person.id,
        role=role,
        unit_id=unit.id if unit else None,
        from_on=from_on or clock.today(),
        to_on=to_on,
    )
    db.session.add(grant)
    journal.record(actor, "grant_role", grant, about=person.id, role=role, unit=grant.unit_id)
    return grant


@operation
def note_sign_in(actor: Actor, account: Account) -> Account:
    """Keep when a person last signed in. They act for themselves, so there is nothing to ask."""
    account.last_signed_in_at = clock.now()
    journal.record(actor, "sign_in", account, about=account.person_id)
    return account
