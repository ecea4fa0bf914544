"""How far a role can be handed on: never a right that one does not have at that very unit.

What somebody may do with rows of their own is nobody's to withhold. What a role may do with the
rows of those whom one teaches, tutors or supervises, whoever they work for, is the college's to
give: so whoever gives roles at a unit alone cannot give it.
"""

from datetime import date

from college.core.roles import GRANTS, OWN_ROWS, OWN_WORK, Actor, Can, Reach, Role, Scope
from college.stations.units.models import Unit

FOR_GOOD = date.max
HELD_BY_NOBODY = frozenset({Role.ANYONE, Role.SYSTEM})
GIVEN = [role for role in Role if role not in HELD_BY_NOBODY]


def last_day(actor: Actor, role: Role, unit: Unit | None) -> date | None:
    """The last day until which `actor` may let somebody hold `role` at `unit`.

    None: not at all. FOR_GOOD: without end.
    """
    if role in HELD_BY_NOBODY:
        return None
    giving = _end_of(actor, Can.ROLES_GRANT, Scope.UNIT, ids_above(unit))
    reaching = _end_of_all(actor, role, ids_above(unit))
    return None if giving is None or reaching is None else min(giving, reaching)


def is_within(actor: Actor, role: Role, unit: Unit | None) -> bool:
    """Whether the role opens no rows of others that are shut to `actor`."""
    return _end_of_all(actor, role, ids_above(unit)) is not None


def needs_unit(role: Role) -> bool:
    """Whether it opens nothing without one."""
    return Scope.UNIT in GRANTS[role].values()


def knows_no_unit(role: Role) -> bool:
    """Whether it reaches everything, so that a unit would promise a limit that there is not."""
    return Scope.ALL in GRANTS[role].values()


def ids_above(unit: Unit | None) -> frozenset[int]:
    """The unit itself and all units that it is below of."""
    return frozenset(int(part) for part in unit.path.split("/") if part) if unit else frozenset()


def _end_of_all(actor: Actor, role: Role, above: frozenset[int]) -> date | None:
    """How long the actor has all rights of a role over the rows of others."""
    ends: list[date | None] = [FOR_GOOD]
    for can, scope in GRANTS[role].items():
        if scope in OWN_WORK:
            ends.append(_end_of(actor, Can.ROLES_GRANT, Scope.ALL, above))
        elif scope not in OWN_ROWS:
            ends.append(_end_of(actor, can, scope, above))
    known = [end for end in ends if end is not None]
    return min(known) if len(known) == len(ends) else None


def _end_of(actor: Actor, can: Can, scope: Scope, above: frozenset[int]) -> date | None:
    """How long the actor has this right at least so widely; None where not at all."""
    return max(
        (r.to_on or FOR_GOOD for r in actor.reach(can) if _covers(r, scope, above)), default=None
    )


def _covers(reach: Reach, scope: Scope, above: frozenset[int]) -> bool:
    if reach.scope is Scope.ALL:
        return True
    return reach.scope is scope is Scope.UNIT and reach.unit_id in above
