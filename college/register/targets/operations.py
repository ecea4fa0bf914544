"""Setting targets: the only code that makes or changes a Target."""

from dataclasses import dataclass

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.qualifications.models import Level
from college.register.targets.models import Target
from college.stations.units.models import Unit

FIRST_YEAR, YEARS_AHEAD, MOST = 2000, 10, 1_000_000


class YearTooFar(RuleBroken):
    code, field = "year_too_far", "year"
    message = say("A target is set for a year from 2000 on, and at most ten years ahead.")


class OddNumber(RuleBroken):
    code, field = "odd_number", "persons"
    message = say("Enter how many persons, from 0 to 1,000,000; 0 takes the target back.")


class SetAlready(Conflict):
    code, field = "set_already", "persons"
    message = say("This is the target already. Enter another number, or leave it as it is.")


class NothingToTakeBack(RuleBroken):
    code, field = "nothing_to_take_back", "persons"
    message = say("There is no target to take back. Enter how many persons are to hold the level.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTarget:
    unit: Unit
    year: int
    level: Level
    persons: int
    source: str = ""


@operation
def set_target(actor: Actor, new: NewTarget) -> Target:
    """Set what a unit is to reach; 0 persons take the target back. Returns the row it is about.

    Raises NotAllowed, YearTooFar, OddNumber, SetAlready, NothingToTakeBack.
    """
    require(actor, Can.TARGETS_SET, new.unit)
    if not FIRST_YEAR <= new.year <= clock.today().year + YEARS_AHEAD:
        raise YearTooFar
    if not 0 <= new.persons <= MOST:
        raise OddNumber
    before = _known(new)
    if before is None and not new.persons:
        raise NothingToTakeBack
    if before is not None:
        if (before.persons, before.source) == (new.persons, new.source):
            raise SetAlready
        before.superseded_at = clock.now()
        db.session.flush()
    if before is not None and not new.persons:
        journal.record(actor, "withdraw_target", before, persons=before.persons)
        return before
    row = Target(
        unit_id=new.unit.id,
        year=new.year,
        level=new.level,
        persons=new.persons,
        source=new.source,
    )
    db.session.add(row)
    db.session.flush()
    journal.record(actor, "set_target", row, persons=row.persons)
    return row


def _known(new: NewTarget) -> Target | None:
    """What is on record; two who set the same target wait for each other at its unit."""
    db.session.execute(sa.select(Unit.id).where(Unit.id == new.unit.id).with_for_update())
    same = (Target.unit_id == new.unit.id) & (Target.year == new.year)
    chosen = sa.select(Target).where(same, Target.level == new.level, Target.known())
    return db.session.scalar(chosen)
