"""What giving a role does, whoever was asked whether they may."""

from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.db import db
from college.core.errors import Conflict
from college.core.roles import Actor, Role
from college.core.text import say
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.people.roles.models import RoleGrant
from college.stations.units.models import Unit


class HeldAlready(Conflict):
    code, field = "held_already", "role"
    message = say("%(name)s holds this role there already in that time.")


def given(
    actor: Actor,
    person: Person,
    *,
    role: Role,
    unit: Unit | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
) -> RoleGrant:
    """Raises HeldAlready."""
    lock_persons([person.id])
    grant = RoleGrant(
        person_id=person.id,
        role=role,
        unit_id=unit.id if unit else None,
        from_on=from_on or clock.today(),
        to_on=to_on,
    )
    _refuse_overlap(grant, person)
    db.session.add(grant)
    facts: dict[str, object] = {"role": role, "from_on": grant.from_on, "to_on": to_on}
    journal.record_all(actor, "grant_role", [(grant, person.id, facts | {"unit": grant.unit_id})])
    return grant


def holds(person: Person, role: Role) -> bool:
    """Whether the person has this role today, wherever."""
    mine = (RoleGrant.person_id == person.id) & (RoleGrant.role == role)
    in_force = mine & RoleGrant.in_force(clock.today())
    return bool(db.session.scalar(sa.select(sa.exists().where(in_force))))


def _refuse_overlap(grant: RoleGrant, person: Person) -> None:
    same = (
        (RoleGrant.person_id == grant.person_id)
        & (RoleGrant.role == grant.role)
        & RoleGrant.unit_id.is_not_distinct_from(grant.unit_id)
        & RoleGrant.lasts_on(grant.from_on)
    )
    if grant.to_on is not None:
        same &= RoleGrant.from_on <= grant.to_on
    if db.session.scalar(sa.select(sa.exists().where(same))):
        raise HeldAlready(name=person.full_name)
