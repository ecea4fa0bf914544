"""Keeping hours: the only code that makes or decides an HourEntry."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.register.continuing_education.models import (
    ENTRY_MOVES,
    ConversionRule,
    EntryState,
    HourCategory,
    HourEntry,
)
from college.register.continuing_education.queries import ledger_of


class NotDoneYet(RuleBroken):
    code, field = "not_done_yet", "done_on"
    message = say("This day is still to come. Enter the hours once they are done.")


class DaysBackwards(RuleBroken):
    code, field = "days_backwards", "done_on"
    message = say("The last day is before the first.")


class NotFiled(RuleBroken):
    code, field = "not_filed", "filing_no"
    message = say("Only training that is filed with the authority counts: enter its filing number.")


class NothingToCount(RuleBroken):
    code, field = "nothing_to_count", "quantity"
    message = say("Enter how much it was, more than nothing.")


class MoreThanTheDays(RuleBroken):
    code, field = "more_than_the_days", "quantity"
    message = say("These days have no more than %(minutes)s minutes. Check the quantity and unit.")


class ConversionOfAnotherTime(RuleBroken):
    code, field = "conversion_of_another_time", "conversion_id"
    message = say("This conversion was not in force on the last day. Choose another.")


class OnceOnly(RuleBroken):
    code, field = "once_only", "conversion_id"
    message = say("This counts once in a life, and it is on record already.")


class CountedAlready(RuleBroken):
    code, field = "counted_already", "filing_no"
    message = say("The college's own class “%(title)s” counts by itself. It needs no entry.")


class EvidenceMissing(RuleBroken):
    code, field = "evidence_missing", "evidence"
    message = say("Write down what proves it, such as: certificate of completion, seen.")


class DecidedAlready(Conflict):
    code = "decided_already"
    message = say("This entry was decided already. Reload the page to see by whom.")


class OwnEntry(RuleBroken):
    code = "own_entry"
    message = say("Hours are confirmed by a second person, not by who entered or did them.")


class ReasonMissing(RuleBroken):
    code, field = "reason_missing", "reason"
    message = say("Say why it does not count, so that they can mend it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """What a proof shows."""

    title: str
    from_on: date
    done_on: date
    quantity: Decimal
    conversion: ConversionRule
    evidence: str
    provider: str = ""
    filing_no: str = ""
    authority: str = ""

    @property
    def category(self) -> HourCategory:
        return self.conversion.category

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded down: nobody is promised more than there is."""
        return int(self.quantity * self.conversion.minutes_per_unit)


@operation
def enter_hours(actor: Actor, person: Person, done: Done) -> HourEntry:
    """Enter what somebody did elsewhere; it counts once a second person confirms it.

    Raises NotAllowed and the refusals above.
    """
    require(actor, Can.CE_ENTER, person)
    lock_persons([person.id])
    _refuse(person, done)
    row = _entered(actor, person.id, done, None)
    journal.record(actor, "enter_hours", row, about=person.id, **_told(row))
    return row


@operation
def correct_hours(actor: Actor, old: HourEntry, done: Done) -> HourEntry:
    """Say what was true all along: a new row, to be confirmed anew. Raises Overtaken too."""
    require(actor, Can.CE_ENTER, old)
    _supersede(old)
    _refuse(db.session.get_one(Person, old.person_id), done)
    row = _entered(actor, old.person_id, done, old.first_id or old.id)
    journal.record(actor, "correct_hours", row, about=row.person_id, **_told(row))
    return row


@operation
def withdraw_hours(actor: Actor, old: HourEntry) -> HourEntry:
    """Say that an entry never was: it counts nowhere any more. Raises Overtaken."""
    require(actor, Can.CE_ENTER, old)
    _supersede(old)
    journal.record(actor, "withdraw_hours", old, about=old.person_id, **_told(old))
    return old


@operation
def confirm_hours(actor: Actor, entry: HourEntry) -> HourEntry:
    """Say, as a second person, that an entry counts.

    Raises NotAllowed, OwnEntry, DecidedAlready, Overtaken.
    """
    require(actor, Can.CE_CONFIRM, entry)
    row = _decided(actor, entry, EntryState.CONFIRMED, "")
    journal.record(actor, "confirm_hours", row, about=row.person_id, **_told(row))
    return row


@operation
def refuse_hours(actor: Actor, entry: HourEntry, *, reason: str) -> HourEntry:
    """Say that an entry does not count, and why. Raises ReasonMissing and as `confirm_hours`."""
    require(actor, Can.CE_CONFIRM, entry)
    if not reason.strip():
        raise ReasonMissing
    row = _decided(actor, entry, EntryState.REFUSED, reason.strip())
    facts = _told(row) | {"reason": row.reason}
    journal.record(actor, "refuse_hours", row, about=row.person_id, **facts)
    return row


def _refuse(person: Person, done: Done) -> None:
    if done.done_on < done.from_on:
        raise DaysBackwards
    if done.done_on > clock.today():
        raise NotDoneYet
    if not done.evidence.strip():
        raise EvidenceMissing
    if done.minutes <= 0:
        raise NothingToCount
    rule = done.conversion
    if done.done_on < rule.from_on or (rule.to_on and done.done_on > rule.to_on):
        raise ConversionOfAnotherTime
    if done.category is HourCategory.TRAINING:
        _refuse_training(person, done)
    if rule.is_once and _has_once(person):
        raise OnceOnly


def _refuse_training(person: Person, done: Done) -> None:
    if not done.filing_no.strip():
        raise NotFiled
    most = ((done.done_on - done.from_on).days + 1) * 24 * 60
    if done.minutes > most:
        raise MoreThanTheDays(minutes=most)
    for one in ledger_of(person, clock.today()).classes:
        meets = one.from_on <= done.done_on and done.from_on <= one.done_on
        if one.filing_no == done.filing_no.strip() and meets:
            raise CountedAlready(title=one.title, title_en=one.title_en)


def _has_once(person: Person) -> bool:
    found = (
        sa.select(HourEntry.id)
        .join(HourEntry.conversion)
        .where(HourEntry.person_id == person.id, HourEntry.known(), ConversionRule.is_once)
        .where(HourEntry.state != EntryState.REFUSED)
    )
    return db.session.scalar(found.limit(1)) is not None


def _entered(actor: Actor, person_id: int, done: Done, first_id: int | None) -> HourEntry:
    row = HourEntry(
        person_id=person_id,
        first_id=first_id,
        category=done.category,
        title=done.title.strip(),
        provider=done.provider.strip(),
        from_on=done.from_on,
        done_on=done.done_on,
        quantity=done.quantity,
        conversion_id=done.conversion.id,
        minutes=done.minutes,
        filing_no=done.filing_no.strip(),
        authority=done.authority.strip(),
        evidence=done.evidence.strip(),
        entered_by_id=actor.person_id,
    )
    db.session.add(row)
    db.session.flush()
    return row


def _told(row: HourEntry) -> dict[str, object]:
    return {"title": row.title, "minutes": row.minutes}


def _supersede(old: HourEntry) -> None:
    lock_persons([old.person_id])
    mine = (HourEntry.id == old.id) & HourEntry.known()
    ended = sa.update(HourEntry).where(mine).values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(HourEntry.id)) is None:
        raise Overtaken


def _decided(actor: Actor, entry: HourEntry, state: EntryState, reason: str) -> HourEntry:
    row = locked(HourEntry, entry.id)
    if row.superseded_at is not None:
        raise Overtaken
    if row.state is not EntryState.WAITING:
        raise DecidedAlready
    if actor.person_id is not None and actor.person_id in {row.entered_by_id, row.person_id}:
        raise OwnEntry
    move(row, state, ENTRY_MOVES)
    row.decided_by_id, row.decided_at, row.reason = actor.person_id, clock.now(), reason
    return row
