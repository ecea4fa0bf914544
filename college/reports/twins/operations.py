"""Making two records of one person one, parting them again, and telling twins apart."""

from collections.abc import Collection

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, insert_or_leave, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import Remark, say
from college.exams.results.recording import award_persons
from college.people.persons.models import Person
from college.reports.twins import awarding, moving
from college.reports.twins.collisions import collide
from college.reports.twins.models import Part, PersonMerge, ToldApart
from college.reports.twins.parting import built_on, put_back, rows_of
from college.reports.twins.swapping import swap


class SamePerson(RuleBroken):
    code = "same_person"
    message = say("These are not two records.")


class MergedAlready(Conflict):
    code = "merged_already"
    message = say("One of the two was merged meanwhile. Look at the list again.")


class CannotMerge(RuleBroken):
    code = "cannot_merge"
    message = say("The two can't be merged yet. %(reason)s")


class LaterDeeds(RuleBroken):
    code = "later_deeds"
    message = say("This merge can't be undone: later deeds build on it (%(what)s).")


@operation
def merge_persons(
    actor: Actor, kept: Person, gone: Person, *, takes: Collection[Part] = ()
) -> PersonMerge:
    """Give all that hangs on `gone` to `kept`, who takes some parts of the record over.

    What the papers of both earn together is awarded at once, as by a list that brings the last one.
    Raises NotAllowed, SamePerson, MergedAlready, CannotMerge.
    """
    require(actor, Can.PERSONS_MERGE, kept)
    require(actor, Can.PERSONS_MERGE, gone)
    kept, gone = _both(kept, gone)
    outcome = collide(kept, gone)
    if outcome.reasons:
        raise CannotMerge(reason=Remark(outcome.reasons[0]))
    merge = PersonMerge(kept_id=kept.id, gone_id=gone.id, swapped=sorted(set(takes)))
    db.session.add(merge)
    db.session.flush()
    moving.move_all(merge, outcome)
    swap(kept, gone, takes)
    gone.merged_into_id = kept.id
    kept.search_text, gone.search_text = kept.searchable, ""
    db.session.flush()
    awarding.award(actor, merge)
    merge.kept_version = kept.version
    facts = {"kept": kept.full_name, "gone": gone.full_name, "parts": sorted(set(takes))}
    journal.record(actor, "merge_persons", merge, about=kept.id, **facts)
    return merge


@operation
def undo_merge(actor: Actor, merge: PersonMerge) -> PersonMerge:
    """Put every row back as it was, and withdraw what the merge awarded. Undone twice is once.

    Each of the two is awarded what their own papers earn, also those that came since.
    Raises NotAllowed, LaterDeeds.
    """
    require(actor, Can.PERSONS_MERGE, merge)
    kept, gone = _locked(merge.kept_id, merge.gone_id)
    merge = locked(PersonMerge, merge.id)
    if merge.undone_at is not None:
        return merge
    found = built_on(merge, kept)
    if found:
        raise LaterDeeds(what=_listed(found))
    is_without = {held.id for held in awarding.unearned(kept.id)}
    awarding.take_back(actor, rows_of(merge))
    put_back(merge)
    _refuse_unearned(merge, is_without)
    gone.merged_into_id = None
    swap(kept, gone, [Part(name) for name in merge.swapped])
    kept.search_text, gone.search_text = kept.searchable, gone.searchable
    merge.undone_at = clock.now()
    db.session.flush()
    award_persons(actor, [kept.id, gone.id])
    facts = {"kept": kept.full_name, "gone": gone.full_name}
    journal.record(actor, "undo_merge", merge, about=kept.id, **facts)
    return merge


@operation
def tell_apart(actor: Actor, person: Person, other: Person) -> ToldApart:
    """Note that the two are not the same person, so that they are not offered again.

    Raises NotAllowed, SamePerson, MergedAlready.
    """
    require(actor, Can.PERSONS_MERGE, person)
    require(actor, Can.PERSONS_MERGE, other)
    person, other = _both(person, other)
    first, second = sorted((person.id, other.id))
    pair = {"first_id": first, "second_id": second}
    is_new = insert_or_leave(ToldApart, [pair | {"told_at": clock.now()}])
    row = db.session.scalars(sa.select(ToldApart).filter_by(**pair)).one()
    if is_new:
        journal.record(actor, "tell_apart", row, about=first)
    return row


def _refuse_unearned(merge: PersonMerge, is_without: Collection[int]) -> None:
    """What a later list let the kept person earn with papers that go back now: it builds on them.

    `is_without` is what their results did not earn as long as the two were one, either.
    """
    for held in awarding.unearned(merge.kept_id):
        if held.id not in is_without and held.recorded_at > merge.merged_at:
            raise LaterDeeds(what=Remark(awarding.HELD.label))


def _both(one: Person, other: Person) -> tuple[Person, Person]:
    if one.id == other.id:
        raise SamePerson
    one, other = _locked(one.id, other.id)
    if one.merged_into_id is not None or other.merged_into_id is not None:
        raise MergedAlready
    return one, other


def _locked(one: int, other: int) -> tuple[Person, Person]:
    """Both, locked in the order of their ids whoever comes first; nothing new hangs on them now."""
    by_id = {number: locked(Person, number) for number in sorted((one, other))}
    return by_id[one], by_id[other]


def _listed(found: Collection[str]) -> Remark:
    first, *others = [Remark(label) for label in found]
    for one in others:
        first = Remark(say("%(list)s, %(one)s"), {"list": first, "one": one})
    return first
