"""Hiring, transfers, leaving and corrections: the only code that makes or changes an Employment.

Nothing is overwritten. The row that is no longer true says when it ceased to be believed, and
another says what is believed from that moment on.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.employment.models import Capacity, Employment, may_begin
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.stations.units.models import Unit

ONE_DAY = timedelta(days=1)


class NotInPost(Conflict):
    code, field = "not_in_post", "on"
    message = say("This post is not held on the day before %(on)s. Load the page again.")


class HiredAlready(Conflict):
    code, field = "hired_already", "from_on"
    message = say("%(name)s holds this post already in that time.")


class EndsBeforeBeginning(RuleBroken):
    code, field = "ends_before_beginning", "to_on"
    message = say("The last day comes before the first. Compare the two dates.")


class WrongFirstDay(RuleBroken):
    code, field = "wrong_first_day", "from_on"
    message = say(
        "The first day cannot be %(on)s: the person was not born yet, or it is more than a year "
        "ahead. Compare the year."
    )


class UnitClosed(RuleBroken):
    code, field = "unit_closed", "unit_id"
    message = say("%(unit)s is closed since %(on)s. End the post before that, or choose another.")


class UnitNotOpenYet(RuleBroken):
    code, field = "unit_not_open_yet", "unit_id"
    message = say(
        "%(unit)s opens on %(on)s. Enter a first day from then on, or correct the opening of the "
        "unit if it is older."
    )


class SamePlace(RuleBroken):
    code, field = "same_place", "unit_id"
    message = say("The post is at this unit already. Choose the one it moves to.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Hiring:
    person: Person
    unit: Unit
    capacity: Capacity
    from_on: date
    to_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a row says of a post."""

    person_id: int
    unit_id: int
    capacity: Capacity
    from_on: date
    to_on: date | None = None

    @classmethod
    def of(cls, post: Employment) -> "Facts":
        return cls(
            person_id=post.person_id,
            unit_id=post.unit_id,
            capacity=post.capacity,
            from_on=post.from_on,
            to_on=post.to_on,
        )

    @property
    def told(self) -> dict[str, object]:
        return {
            "unit": self.unit_id,
            "capacity": self.capacity,
            "from_on": self.from_on,
            "to_on": self.to_on,
        }

    def overlaps(self, other: "Facts") -> bool:
        """Whether both say that one person holds the same post on some day."""
        is_same = (self.unit_id, self.capacity) == (other.unit_id, other.capacity)
        begins = self.to_on is None or other.from_on <= self.to_on
        return is_same and begins and (other.to_on is None or self.from_on <= other.to_on)


@dataclass(frozen=True, slots=True)
class Transfer:
    """One post that goes on elsewhere from a day on."""

    post: Employment
    to: Unit
    on: date


@operation
def hire(actor: Actor, hiring: Hiring) -> Employment:
    """Record that a person works at a unit from a day on. Raises as `hire_many`."""
    return _hire(actor, [hiring])[0]


@operation
def hire_many(actor: Actor, hirings: Sequence[Hiring]) -> list[Employment]:
    """Record many at once, or none.

    Raises NotAllowed, HiredAlready, EndsBeforeBeginning, WrongFirstDay, UnitNotOpenYet, UnitClosed.
    """
    return _hire(actor, hirings)


@operation
def transfer(actor: Actor, post: Employment, *, to: Unit, on: date) -> Employment:
    """End a post on the day before `on` and begin the same one elsewhere: history stays.

    What was to end on a later day ends on it there. Raises NotAllowed, NotInPost, SamePlace,
    HiredAlready, or Overtaken where the post was changed meanwhile.
    """
    return _transfer(actor, [Transfer(post, to, on)])[0]


@operation
def transfer_many(actor: Actor, moves: Sequence[Transfer]) -> list[Employment]:
    """Transfer many at once, or none; returns the posts that begin. Raises as `transfer`."""
    return _transfer(actor, moves)


@operation
def leave(actor: Actor, post: Employment, *, last_day: date) -> Employment:
    """End a post with its last day. Raises NotAllowed, EndsBeforeBeginning, Overtaken."""
    return _leave(actor, [(post, last_day)])[0]


@operation
def leave_many(actor: Actor, ends: Sequence[tuple[Employment, date]]) -> list[Employment]:
    """End many posts, each with its last day; returns the rows that say so. Raises as `leave`."""
    return _leave(actor, ends)


@operation
def correct_post(
    actor: Actor,
    post: Employment,
    *,
    unit: Unit,
    capacity: Capacity,
    from_on: date,
    to_on: date | None,
) -> Employment:
    """Say what was true of a post all along: the row before it stays as what was believed.

    Raises NotAllowed, HiredAlready, EndsBeforeBeginning, WrongFirstDay, UnitNotOpenYet, UnitClosed,
    Overtaken.
    """
    facts = Facts(
        person_id=post.person_id, unit_id=unit.id, capacity=capacity, from_on=from_on, to_on=to_on
    )
    require(actor, Can.EMPLOYMENT_RECORD, post)
    lock_persons([post.person_id])
    _refuse_odd_days([facts])
    return _change(actor, "correct_post", [(post, facts)])[0]


@operation
def withdraw_post(actor: Actor, post: Employment) -> Employment:
    """Say that a post never was: it counts nowhere from now on. Raises NotAllowed, Overtaken."""
    require(actor, Can.EMPLOYMENT_RECORD, post)
    lock_persons([post.person_id])
    _supersede([post])
    journal.record(actor, "withdraw_post", post, about=post.person_id, **Facts.of(post).told)
    return post


def _hire(actor: Actor, hirings: Sequence[Hiring]) -> list[Employment]:
    require(actor, Can.EMPLOYMENT_RECORD)
    lock_persons([hiring.person.id for hiring in hirings])
    facts = [
        Facts(
            person_id=h.person.id,
            unit_id=h.unit.id,
            capacity=h.capacity,
            from_on=h.from_on,
            to_on=h.to_on,
        )
        for h in hirings
    ]
    _refuse_odd_days(facts)
    _refuse_closed(facts)
    _refuse_clashes(facts)
    posts = _added((None, each) for each in facts)
    journal.record_all(actor, "hire", [(p, p.person_id, Facts.of(p).told) for p in posts])
    return posts


def _transfer(actor: Actor, moves: Sequence[Transfer]) -> list[Employment]:
    for move in moves:
        require(actor, Can.EMPLOYMENT_RECORD, move.post)
        last = move.on - ONE_DAY
        if move.post.from_on > last or (move.post.to_on is not None and move.post.to_on <= last):
            raise NotInPost(on=move.on)
        if move.post.unit_id == move.to.id:
            raise SamePlace
    people = {p.id: p for p in _persons({move.post.person_id for move in moves})}
    ended = [(move.post, replace(Facts.of(move.post), to_on=move.on - ONE_DAY)) for move in moves]
    begun = [
        Hiring(
            person=people[move.post.person_id],
            unit=move.to,
            capacity=move.post.capacity,
            from_on=move.on,
            to_on=move.post.to_on,
        )
        for move in moves
    ]
    _change(actor, "leave", ended)
    return _hire(actor, begun)


def _leave(actor: Actor, ends: Sequence[tuple[Employment, date]]) -> list[Employment]:
    changes = [(post, replace(Facts.of(post), to_on=last_day)) for post, last_day in ends]
    return _change(actor, "leave", changes)


def _change(
    actor: Actor, deed: str, changes: Sequence[tuple[Employment, Facts]]
) -> list[Employment]:
    """Put rows in the place of those that are no longer true."""
    for post, _ in changes:
        require(actor, Can.EMPLOYMENT_RECORD, post)
    lock_persons([post.person_id for post, _ in changes])
    _refuse_closed([facts for _, facts in changes])
    _supersede([post for post, _ in changes])
    _refuse_clashes([facts for _, facts in changes])
    before = [Facts.of(post).told for post, _ in changes]
    posts = _added(changes)
    told = [
        (post, post.person_id, Facts.of(post).told | {f"old_{k}": v for k, v in old.items()})
        for post, old in zip(posts, before, strict=True)
    ]
    journal.record_all(actor, deed, told)
    return posts


def _supersede(posts: Sequence[Employment]) -> None:
    """Say of rows that they are no longer believed. Raises Overtaken where one no longer was."""
    mine = Employment.id.in_([post.id for post in posts]) & Employment.known()
    ended = sa.update(Employment).where(mine).values(superseded_at=clock.now())
    changed = db.session.execute(ended.returning(Employment.id)).all()
    if len(changed) != len({post.id for post in posts}):
        raise Overtaken


def _added(new: Iterable[tuple[Employment | None, Facts]]) -> list[Employment]:
    posts = [
        Employment(
            person_id=facts.person_id,
            unit_id=facts.unit_id,
            capacity=facts.capacity,
            from_on=facts.from_on,
            to_on=facts.to_on,
            first_id=None if old is None else old.post_id,
        )
        for old, facts in new
    ]
    db.session.add_all(posts)
    db.session.flush()
    return posts


def _refuse_odd_days(new: Sequence[Facts]) -> None:
    """A post must begin on a day that can be; not asked of one that only goes on or ends.

    Before its unit is open the tree would not count it, and other figures would.
    """
    chosen = sa.select(Person.id, Person.born_on)
    mine = chosen.where(Person.id.in_({facts.person_id for facts in new}))
    born = {row.id: row.born_on for row in db.session.execute(mine)}
    for facts in new:
        if not may_begin(facts.from_on, born[facts.person_id]):
            raise WrongFirstDay(on=facts.from_on)
    units = _units(new)
    for facts in new:
        unit = units[facts.unit_id]
        if unit.opened_on is not None and facts.from_on < unit.opened_on:
            raise UnitNotOpenYet(unit=unit.name, unit_en=unit.name_en, on=unit.opened_on)


def _refuse_clashes(new: Sequence[Facts]) -> None:
    """Refuse posts that a person holds already in the time. Raises EndsBeforeBeginning too.

    Two posts at once are right; the same capacity at the same unit twice at once is not.
    """
    there: defaultdict[int, list[Facts]] = defaultdict(list)
    for post in _known_of({facts.person_id for facts in new}):
        there[post.person_id].append(Facts.of(post))
    for facts in new:
        if facts.to_on is not None and facts.to_on < facts.from_on:
            raise EndsBeforeBeginning
        if any(facts.overlaps(other) for other in there[facts.person_id]):
            raise HiredAlready(name=db.session.get_one(Person, facts.person_id).full_name)
        there[facts.person_id].append(facts)


def _refuse_closed(new: Sequence[Facts]) -> None:
    """Nobody works at a unit that is shut. Whoever closes one meanwhile waits for our end."""
    units = _units(new)
    for facts in new:
        unit = units[facts.unit_id]
        closed_on = unit.closed_on
        if closed_on is not None and (facts.to_on is None or facts.to_on >= closed_on):
            raise UnitClosed(unit=unit.name, unit_en=unit.name_en, on=closed_on)


def _units(new: Sequence[Facts]) -> dict[int, Unit]:
    """As they are this moment, and until our end."""
    chosen = sa.select(Unit).where(Unit.id.in_({facts.unit_id for facts in new}))
    shared = chosen.order_by(Unit.id).with_for_update(read=True)
    fresh = shared.execution_options(populate_existing=True)
    return {unit.id: unit for unit in db.session.scalars(fresh)}


def _known_of(person_ids: Collection[int]) -> Sequence[Employment]:
    mine = Employment.person_id.in_(person_ids) & Employment.known()
    return db.session.scalars(sa.select(Employment).where(mine)).all()


def _persons(ids: Collection[int]) -> Sequence[Person]:
    return db.session.scalars(sa.select(Person).where(Person.id.in_(ids))).all()
