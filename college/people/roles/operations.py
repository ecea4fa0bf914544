"""Granting roles and ending grants: the only code that makes or changes a RoleGrant."""

from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, in_turn, locked
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import GRANTS, Actor, Can, Role, Scope
from college.core.text import say
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell
from college.people.persons.models import Person
from college.people.roles.giving import given
from college.people.roles.handing_on import FOR_GOOD, knows_no_unit, last_day, needs_unit
from college.people.roles.models import RoleGrant
from college.stations.units.models import Unit


class MoreThanOnesOwn(RuleBroken):
    code, field = "more_than_ones_own", "role"
    message = say("You cannot give or end a role that may do more there than you may yourself.")


class OutlastsOnesOwn(RuleBroken):
    code, field = "outlasts_ones_own", "to_on"
    message = say("Your own role there ends on %(day)s. Choose that day or an earlier one.")


class UnitMissing(RuleBroken):
    code, field = "unit_missing", "unit_id"
    message = say("This role holds at a unit. Choose which.")


class WholeCollege(RuleBroken):
    code, field = "whole_college", "unit_id"
    message = say("This role reaches the whole college and knows no unit. Leave the unit empty.")


class EndsBeforeBeginning(RuleBroken):
    code, field = "ends_before_beginning", "to_on"
    message = say("The last day cannot come before the first.")


class LastOne(RuleBroken):
    code = "last_one"
    message = say("Nobody else could give roles any more. Give somebody else this role first.")


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
    """Let `person` act in a role at a unit and below, or at none in particular, for a time.

    Raises NotAllowed, MoreThanOnesOwn, OutlastsOnesOwn, UnitMissing, WholeCollege,
    EndsBeforeBeginning, HeldAlready.
    """
    require(actor, Can.ROLES_GRANT, unit)
    require(actor, Can.PERSONS_SEE, person)
    from_on = from_on or clock.today()
    if to_on is not None and to_on < from_on:
        raise EndsBeforeBeginning
    if needs_unit(role) and unit is None:
        raise UnitMissing
    if knows_no_unit(role) and unit is not None:
        raise WholeCollege
    _refuse_escalation(actor, role, unit, to_on)
    grant = given(actor, person, role=role, unit=unit, from_on=from_on, to_on=to_on)
    place = {"unit": unit.name, "unit_en": unit.name_en} if unit else {}
    held = {"role": role, "from_on": from_on, "to_on": to_on}
    tell(NoticeKind.ROLE_GRANTED, person.id, {**held, **place})
    return grant


@operation
def end_grant(actor: Actor, grant: RoleGrant) -> RoleGrant:
    """End a grant now. Raises NotAllowed, MoreThanOnesOwn, LastOne."""
    require(actor, Can.ROLES_GRANT, grant)
    in_turn("end_grant")  # two who end each other at the same moment
    grant = locked(RoleGrant, grant.id)
    unit = db.session.get_one(Unit, grant.unit_id) if grant.unit_id else None
    if last_day(actor, grant.role, unit) is None:
        raise MoreThanOnesOwn
    today = clock.today()
    if grant.to_on is not None and (grant.ended_at or grant.to_on < today):
        return grant
    _refuse_the_last(grant)
    grant.to_on, grant.ended_at = max(grant.from_on, today), clock.now()
    facts = {"role": grant.role, "unit": grant.unit_id}
    journal.record(actor, "end_grant", grant, about=grant.person_id, **facts)
    return grant


def _refuse_escalation(actor: Actor, role: Role, unit: Unit | None, to_on: date | None) -> None:
    last = last_day(actor, role, unit)
    if last is None:
        raise MoreThanOnesOwn
    if (to_on or FOR_GOOD) > last:
        raise OutlastsOnesOwn(day=last)


def _refuse_the_last(grant: RoleGrant) -> None:
    """Somebody must be left who may give any role at all, for good."""
    giving = [r for r in Role if GRANTS[r].get(Can.ROLES_GRANT) is Scope.ALL]
    if grant.role not in giving or not grant.holds_on(clock.today()):
        return
    others = (RoleGrant.id != grant.id) & RoleGrant.role.in_(giving) & RoleGrant.to_on.is_(None)
    left = others & RoleGrant.in_force(clock.today())
    if not db.session.scalar(sa.select(sa.exists().where(left))):
        raise LastOne
