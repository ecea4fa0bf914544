from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import GRANTS, Actor, Can, Role, Scope, roles_with
from college.people.persons.models import Person
from college.people.persons.queries import named
from college.people.roles.handing_on import GIVEN, is_within, last_day
from college.people.roles.models import RoleGrant
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class RoleRights:
    """One role of the grant table: what it may do, by the rows on which."""

    role: Role
    rights: Mapping[Scope, Sequence[Can]]


def table() -> list[RoleRights]:
    """The whole policy of core/roles.py, in the order in which it stands there."""
    return [RoleRights(role, _by_scope(GRANTS[role])) for role in (Role.ANYONE, *GIVEN)]


def holders(actor: Actor, role: Role | None, words: str) -> sa.Select[RoleGrant]:
    """The grants in force or to come that the actor may see, in the order of names."""
    mine = visible(RoleGrant, actor, Can.ROLES_GRANT)
    chosen = (
        sa.select(RoleGrant)
        .join(RoleGrant.person)
        .where(mine, RoleGrant.lasts_on(clock.today()))
        .options(joinedload(RoleGrant.person), joinedload(RoleGrant.unit))
        .order_by(Person.sort_key, Person.id, RoleGrant.from_on, RoleGrant.id)
    )
    if role is not None:
        chosen = chosen.where(RoleGrant.role == role)
    return chosen.where(named(words)) if words.strip() else chosen


def endable(actor: Actor, grants: Sequence[RoleGrant]) -> set[int]:
    """The ids of those that the actor may end."""
    return {g.id for g in grants if last_day(actor, g.role, g.unit) is not None}


def out_of_reach(actor: Actor, ids: Collection[int]) -> set[int]:
    """Those of the persons who hold a role, or will, that opens what is shut to the actor."""
    held = RoleGrant.person_id.in_(ids) & RoleGrant.lasts_on(clock.today())
    chosen = sa.select(RoleGrant, Unit).outerjoin(Unit, Unit.id == RoleGrant.unit_id).where(held)
    return {
        grant.person_id
        for grant, unit in db.session.execute(chosen)
        if not is_within(actor, grant.role, unit) and grant.person_id != actor.person_id
    }


def who_may(can: Can, ids: Collection[int], *, scopes: Collection[Scope]) -> set[int]:
    """Those of the persons who hold a role today that allows it within one of these scopes."""
    roles = [role for role in roles_with(can) if GRANTS[role][can] in scopes]
    held = RoleGrant.in_force(clock.today()) & RoleGrant.role.in_(roles)
    chosen = sa.select(RoleGrant.person_id).where(held, RoleGrant.person_id.in_(ids))
    return set(db.session.scalars(chosen.distinct()))


def units(actor: Actor) -> Sequence[Unit]:
    """The open units where the actor may give roles, parents before their children."""
    is_open = Unit.closed_on.is_(None) | (Unit.closed_on > clock.today())
    mine = visible(Unit, actor, Can.ROLES_GRANT)
    return db.session.scalars(sa.select(Unit).where(mine, is_open).order_by(Unit.path)).all()


def grantable(actor: Actor, places: Sequence[Unit]) -> list[Role]:
    """The roles that the actor may give somewhere, in the order of the list."""
    tops = [None, *(unit for unit in places)]
    return [role for role in GIVEN if any(last_day(actor, role, top) for top in tops)]


def _by_scope(rights: Mapping[Can, Scope]) -> dict[Scope, list[Can]]:
    found: dict[Scope, list[Can]] = {}
    for can in sorted(rights):
        found.setdefault(rights[can], []).append(can)
    return {scope: found[scope] for scope in Scope if scope in found}
