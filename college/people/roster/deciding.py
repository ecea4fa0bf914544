"""What a row of a roster would do to what is on record: the one place that says so.

The dry run asks it for the page, the import asks it again under lock and does what it says.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.imports import Fate, Refused, RowRefused
from college.people.employment.models import Capacity, Employment, may_begin
from college.people.employment.operations import Facts
from college.people.persons.cells import NameDiffers, shown_id_number
from college.people.persons.identity import born_on, masked_phone
from college.people.persons.models import Person
from college.people.persons.names import clean_name, masked_name
from college.people.persons.queries import Document, by_documents, phone_key
from college.people.roster import refusals as no
from college.people.roster.layout import HEADINGS, Field
from college.people.roster.reading import ReadRow
from college.stations.units.models import Unit

ONE_DAY = timedelta(days=1)
Key = Document


class Deed(StrEnum):
    """What is done with the post that a row speaks of."""

    NOTHING = "nothing"
    HIRE = "hire"
    TRANSFER = "transfer"
    LEAVE = "leave"
    CORRECT = "correct"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A row whose unit is found. `is_second`: the sheet names the person at another unit too."""

    row: ReadRow
    unit_id: int
    unit: str
    since_on: date  # what the row says, or else the usual day
    is_second: bool = False

    @property
    def key(self) -> Key:
        return self.row.id_type, self.row.id_number


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes: what is on record, and what will be. Numbers are masked."""

    field: Field
    old: str
    new: str


@dataclass(slots=True)
class Decision:
    placed: Placed
    person: Person | None = None
    deed: Deed = Deed.NOTHING
    post: Employment | None = None  # the one that a transfer, an end or a correction changes
    from_on: date | None = None
    to_on: date | None = None
    phone: str = ""  # to be put down for a person on record
    email: str = ""
    changes: list[Change] = field(default_factory=list)
    refused: RowRefused | None = None
    column: Field = Field.ID_NUMBER  # of the cell that is refused

    @property
    def fate(self) -> Fate:
        if self.refused is not None:
            return Fate.REFUSED
        if self.person is None:
            return Fate.NEW
        is_changed = self.deed is not Deed.NOTHING or self.phone or self.email
        return Fate.CHANGED if is_changed else Fate.UNCHANGED


@dataclass(frozen=True, slots=True)
class Known:
    """What is on record of the persons and units of some rows, asked for once."""

    people: Mapping[Key, Person]
    posts: Mapping[int, Sequence[Employment]]
    units: Mapping[int, Unit]


def known_of(rows: Sequence[Placed]) -> Known:
    people = by_documents(placed.key for placed in rows)
    posts: defaultdict[int, list[Employment]] = defaultdict(list)
    mine = Employment.person_id.in_([person.id for person in people.values()])
    chosen = sa.select(Employment).where(mine, Employment.known())
    for post in db.session.scalars(chosen.order_by(Employment.from_on, Employment.id)):
        posts[post.person_id].append(post)
    ids = {placed.unit_id for placed in rows} | {p.unit_id for ps in posts.values() for p in ps}
    units = db.session.scalars(sa.select(Unit).where(Unit.id.in_(ids)))
    return Known(people, posts, {unit.id: unit for unit in units})


def decide_all(rows: Sequence[Placed]) -> list[Decision]:
    """What becomes of each row, in their order; a few statements however many there are."""
    known = known_of(rows)
    return [decide(placed, known) for placed in rows]


def decide(placed: Placed, known: Known) -> Decision:
    person = known.people.get(placed.key)
    decision = Decision(placed, person, from_on=placed.since_on, to_on=placed.row.until)
    posts = known.posts.get(person.id, ()) if person is not None else ()
    if person is not None and not _is_same_name(person, placed.row):
        decision.refused = NameDiffers(expected=masked_name(person.full_name))
        decision.column = Field.NAME
        return decision
    _decide_post(decision, posts, known)
    if decision.refused is None and person is not None:
        _decide_contacts(decision, person)
    return decision


def refused_cell(decision: Decision, headings: Mapping[Field, str]) -> Refused:
    """The refusal as a cell of the sheet."""
    assert decision.refused is not None
    row = decision.placed.row
    values = {
        Field.NAME: row.name,
        Field.ID_NUMBER: shown_id_number(row.id_number),
        Field.UNIT: decision.placed.unit,
        Field.SINCE: str(decision.placed.since_on),
        Field.UNTIL: str(row.until or ""),
    }
    heading = headings.get(decision.column, HEADINGS.heading(decision.column))
    return Refused(row.line, heading, values.get(decision.column, ""), decision.refused)


def _is_same_name(person: Person, row: ReadRow) -> bool:
    return clean_name(person.full_name).casefold() == row.name.casefold()


def _decide_contacts(decision: Decision, person: Person) -> None:
    row = decision.placed.row
    if row.phone and phone_key(row.phone) != person.phone_key:
        decision.phone = row.phone
        decision.changes.append(Change(Field.PHONE, person.phone_masked, masked_phone(row.phone)))
    if row.email and row.email != person.email.lower():
        decision.email = row.email
        decision.changes.append(Change(Field.EMAIL, person.email, row.email))


def _decide_post(decision: Decision, posts: Sequence[Employment], known: Known) -> None:
    placed = decision.placed
    same = [p for p in posts if (p.unit_id, p.capacity) == (placed.unit_id, placed.row.capacity)]
    lasting = next((p for p in same if _lasts(p)), None)
    stands = next((p for p in same if _says_the_same(placed, p)), None)
    if stands is not None:
        return
    if lasting is not None:
        _decide_lasting(decision, lasting)
    elif same and not _begins_after(placed, same):
        decision.refused, decision.column = no.PostEnded(on=same[-1].to_on), Field.SINCE
        return
    else:
        _decide_newcomer(decision, posts, known)
    _refuse_nonsense(decision, posts, known)


def _says_the_same(placed: Placed, post: Employment) -> bool:
    """Whether a row says nothing of a post but what is on record; empty cells say nothing."""
    row = placed.row
    if row.since is None and row.until is None:
        return _lasts(post)
    begins = row.since is None or row.since == post.from_on
    return begins and (row.until == post.to_on or (row.until is None and _lasts(post)))


def _lasts(post: Employment) -> bool:
    """Whether a post goes on: without an end, or up to a day that is still to come."""
    return post.to_on is None or post.to_on > clock.today()


def _begins_after(placed: Placed, same: Sequence[Employment]) -> bool:
    return all(p.to_on is not None and p.to_on < placed.since_on for p in same)


def _decide_lasting(decision: Decision, post: Employment) -> None:
    """The person has this post: the row may correct its first day, or say when it ends."""
    row = decision.placed.row
    decision.post = post
    decision.from_on, decision.to_on = row.since or post.from_on, row.until or post.to_on
    if row.since is not None and row.since != post.from_on:
        decision.deed = Deed.CORRECT
        _change(decision, Field.SINCE, post.from_on, row.since)
    if row.until is not None and row.until != post.to_on:
        decision.deed = Deed.LEAVE if decision.deed is Deed.NOTHING else Deed.CORRECT
        _change(decision, Field.UNTIL, post.to_on, row.until)


def _decide_newcomer(decision: Decision, posts: Sequence[Employment], known: Known) -> None:
    """The person comes to this post: from another unit, or beside what they do already."""
    placed = decision.placed
    elsewhere = [p for p in posts if p.capacity is placed.row.capacity and _lasts(p)]
    decision.deed = Deed.HIRE
    is_move = len(elsewhere) == 1 and not placed.is_second and placed.row.until is None
    if is_move and _is_held_before(elsewhere[0], placed.since_on):
        decision.deed, decision.post = Deed.TRANSFER, elsewhere[0]
        old = known.units[elsewhere[0].unit_id].name
        decision.changes.append(Change(Field.UNIT, old, placed.unit))
    elif decision.person is not None:
        decision.changes.append(Change(Field.UNIT, "", placed.unit))


def _is_held_before(post: Employment, day: date) -> bool:
    return post.from_on < day and (post.to_on is None or post.to_on >= day)


def _change(decision: Decision, field: Field, old: date | None, new: date) -> None:
    decision.changes.append(Change(field, str(old or ""), str(new)))


def _refuse_nonsense(decision: Decision, posts: Sequence[Employment], known: Known) -> None:
    """What the operations would refuse is refused here, with its cell."""
    placed, unit = decision.placed, known.units.get(decision.placed.unit_id)
    facts = Facts(
        person_id=decision.person.id if decision.person else 0,
        unit_id=placed.unit_id,
        capacity=placed.row.capacity,
        from_on=decision.from_on or placed.since_on,
        to_on=decision.to_on,
    )
    if decision.deed is not Deed.LEAVE and (odd := _odd_beginning(decision, facts, unit)):
        decision.refused, decision.column = odd, Field.SINCE
        return
    if facts.to_on is not None and facts.to_on < facts.from_on:
        decision.refused, decision.column = no.EndsBefore(), Field.UNTIL
        return
    shut_on = unit.closed_on if unit is not None else None
    if shut_on is not None and (facts.to_on is None or facts.to_on >= shut_on):
        decision.refused, decision.column = no.UnitShut(on=shut_on), Field.UNIT
        return
    others = [p for p in posts if p is not decision.post]
    clash = next((p for p in others if facts.overlaps(Facts.of(p))), None)
    if clash is not None:
        decision.refused, decision.column = no.PostOverlaps(on=clash.from_on), Field.SINCE


def _odd_beginning(decision: Decision, facts: Facts, unit: Unit | None) -> RowRefused | None:
    if not may_begin(facts.from_on, _born_on(decision)):
        return no.DateToCome() if facts.from_on > clock.today() else no.BeforeBirth()
    if unit is not None and unit.opened_on is not None and facts.from_on < unit.opened_on:
        return no.UnitNotOpenYet(on=unit.opened_on)
    return None


def _born_on(decision: Decision) -> date | None:
    """As on record, or as the number of a newcomer says."""
    if decision.person is not None:
        return decision.person.born_on
    row = decision.placed.row
    return born_on(row.id_number) if row.id_type.tells_birth else None


def with_seconds(rows: Sequence[Placed]) -> list[Placed]:
    """Mark the rows whose person the sheet names, as the same, at more than one unit."""
    places: defaultdict[tuple[Key, Capacity], set[int]] = defaultdict(set)
    for placed in rows:
        places[placed.key, placed.row.capacity].add(placed.unit_id)
    return [
        replace(placed, is_second=len(places[placed.key, placed.row.capacity]) > 1)
        for placed in rows
    ]
