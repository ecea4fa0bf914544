"""Recording qualifications: the only code that makes or changes a Qualification."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, NotAllowed, RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.persons.queries import lock_persons
from college.people.qualifications.earning import Earned, Key, still_to_record
from college.people.qualifications.models import PassBasis, Qualification
from college.people.qualifications.queries import corrections_of


class HeldAlready(Conflict):
    code, field = "held_already", "level"
    message = say("This level by this line is on record already. Correct that entry instead.")


class RegionMissing(RuleBroken):
    code, field = "region_missing", "region"
    message = say("A regional line holds in one region: name it.")


class RegionTooMuch(RuleBroken):
    code, field = "region_too_much", "region"
    message = say("The national line holds everywhere: leave the region empty.")


class RecordedByYou(RuleBroken):
    code = "recorded_by_you"
    message = say("You recorded this yourself. Somebody else has to look at the certificate too.")


class YourOwn(RuleBroken):
    code = "your_own"
    message = say("This is your own qualification. Somebody else has to look at the certificate.")


class CheckedAlready(Conflict):
    code = "checked_already"
    message = say("Somebody else has checked it already. Nothing was changed.")


@operation
def record_qualifications(actor: Actor, earned: Sequence[Earned]) -> list[Qualification]:
    """Record what people hold; who holds the level by as good a line is left as they are.

    Returns the new rows only. Raises NotAllowed.
    """
    require(actor, Can.QUALIFICATIONS_RECORD)
    return _recorded(actor, still_to_record(earned))


@operation
def record_qualification(actor: Actor, earned: Earned) -> Qualification:
    """Record what one person holds.

    Raises NotAllowed, HeldAlready, RegionMissing, RegionTooMuch.
    """
    require(actor, Can.QUALIFICATIONS_RECORD)
    _refuse_region(earned)
    lock_persons([earned.person_id])
    if earned.key in _held([earned.person_id]):
        raise HeldAlready
    return _recorded(actor, [earned])[0]


@operation
def correct_qualification(actor: Actor, held: Qualification, earned: Earned) -> Qualification:
    """Say what was true all along: the row before it stays as what was believed.

    Raises NotAllowed, HeldAlready, RegionMissing, RegionTooMuch, Overtaken.
    """
    require(actor, Can.QUALIFICATIONS_RECORD, held)
    _refuse_region(earned)
    now = clock.now()
    _supersede(held, now)
    if earned.key in _held([held.person_id]):
        raise HeldAlready
    facts = earned.facts
    facts["management_no_sealed"] = facts["management_no_sealed"] or held.management_no_sealed
    row = Qualification(**facts, recorded_by_id=actor.person_id, recorded_at=now)
    db.session.add(row)
    db.session.flush()
    told = _told(row) | {f"old_{name}": value for name, value in _told(held).items()}
    journal.record(actor, "correct_qualification", row, about=row.person_id, **told)
    return row


@operation
def withdraw_qualification(
    actor: Actor, held: Qualification, *, for_good: bool = True
) -> Qualification:
    """Say that a qualification never was: it counts nowhere any more. Raises Overtaken.

    `for_good`: nor do the papers of its exam earn it again, nor those of any exam that it was said
    to be of before it was corrected: somebody knows better.
    """
    require(actor, Can.QUALIFICATIONS_RECORD, held)
    _supersede(held, clock.now())
    if for_good:
        for row in corrections_of(held):
            row.is_withdrawn = True
    journal.record(actor, "withdraw_qualification", held, about=held.person_id, **_told(held))
    return held


@operation
def check_qualification(actor: Actor, held: Qualification) -> Qualification:
    """Say that what is on record is what the certificate says.

    Raises NotAllowed, YourOwn, RecordedByYou, CheckedAlready, Overtaken.
    """
    require(actor, Can.QUALIFICATIONS_CHECK, held)
    if actor.person_id is None:
        raise NotAllowed(can=Can.QUALIFICATIONS_CHECK)
    if actor.person_id == held.person_id:
        raise YourOwn
    if actor.person_id == held.recorded_by_id:
        raise RecordedByYou
    unchecked = (Qualification.id == held.id) & Qualification.checked_at.is_(None)
    said = {"checked_by_id": actor.person_id, "checked_at": clock.now()}
    checked = sa.update(Qualification).where(unchecked, Qualification.known()).values(said)
    is_first = db.session.scalar(checked.returning(Qualification.id)) is not None
    db.session.refresh(held)
    if not is_first:
        raise CheckedAlready if held.superseded_at is None else Overtaken
    journal.record(actor, "check_qualification", held, about=held.person_id, **_told(held))
    return held


def _recorded(actor: Actor, earned: Sequence[Earned]) -> list[Qualification]:
    rows = [Qualification(**each.facts, recorded_by_id=actor.person_id) for each in earned]
    db.session.add_all(rows)
    db.session.flush()
    journal.record_all(actor, "record_qualification", [(r, r.person_id, _told(r)) for r in rows])
    return rows


def _told(row: Qualification) -> dict[str, object]:
    return {"level": row.level, "approved_on": row.approved_on}


def _supersede(held: Qualification, now: datetime) -> None:
    """Say of a row that it is no longer believed. Raises Overtaken where it no longer was."""
    lock_persons([held.person_id])
    mine = (Qualification.id == held.id) & Qualification.known()
    ended = sa.update(Qualification).where(mine).values(superseded_at=now)
    if db.session.scalar(ended.returning(Qualification.id)) is None:
        raise Overtaken


def _refuse_region(earned: Earned) -> None:
    if earned.basis is PassBasis.REGIONAL and not earned.region:
        raise RegionMissing
    if earned.basis is PassBasis.NATIONAL and earned.region:
        raise RegionTooMuch


def _held(person_ids: Sequence[int]) -> set[Key]:
    chosen = sa.select(
        Qualification.person_id, Qualification.level, Qualification.basis, Qualification.region
    )
    mine = Qualification.person_id.in_(person_ids) & Qualification.known()
    return {(*row,) for row in db.session.execute(chosen.where(mine))}
