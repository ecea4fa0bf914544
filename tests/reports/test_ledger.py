"""The ledger against an oracle that keeps every belief and counts by hand.

Any sequence of hires, transfers, departures, corrections, withdrawals, moves and mergers of units
and qualifications; every figure as of any day, as known after any step.
"""

from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from college.core import clock
from college.core.db import db
from college.core.errors import DomainError
from college.core.roles import SYSTEM
from college.people.employment.models import STAFF, Capacity, Employment
from college.people.employment.operations import (
    Hiring,
    correct_post,
    hire,
    leave,
    transfer,
    withdraw_post,
)
from college.people.persons.models import Person
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level
from college.people.qualifications.operations import record_qualifications
from college.people.units.operations import close_unit, merge_units
from college.reports.figures.queries import (
    Asked,
    holder_count,
    holding_in_all,
    holdings_by_unit,
    staff_count,
)
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import NewUnit, move_unit, open_unit
from tests.factories import make_person
from tests.switches import IS_THOROUGH

FIRST, DAYS = date(2023, 1, 1), 60
BEGINNING = datetime(2024, 1, 1, tzinfo=UTC)
CAPACITIES = (Capacity.STATION_WORKER, Capacity.CADRE, Capacity.VOLUNTEER)
days = st.integers(0, DAYS - 1).map(lambda n: FIRST + timedelta(days=n))
some = st.integers(0, 3)
HIRES = st.tuples(st.just("hire"), some, some, st.sampled_from(CAPACITIES), days)
STEPS = st.one_of(
    HIRES,
    st.tuples(st.just("transfer"), some, some, days),
    st.tuples(st.just("leave"), some, days),
    st.tuples(st.just("correct"), some, some, days),
    st.tuples(st.just("withdraw"), some),
    st.tuples(st.just("move"), some, some, days),
    st.tuples(st.just("merge"), some, some, days),
    st.tuples(st.just("close"), some, days),
    st.tuples(st.just("qualify"), some, st.sampled_from(list(Level)), days),
)


@dataclass(frozen=True)
class Post:
    person: int
    unit: int
    capacity: Capacity
    since: date
    until: date | None = None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def clashes(self, other: "Post") -> bool:
        same = (self.person, self.unit, self.capacity) == (other.person, other.unit, other.capacity)
        return same and any(
            self.covers(FIRST + timedelta(days=n)) and other.covers(FIRST + timedelta(days=n))
            for n in range(-1, DAYS + 1)
        )


@dataclass
class Belief:
    """All that is believed at one time, each thing written out day by day."""

    posts: list[Post] = field(default_factory=list)
    above: dict[tuple[int, date], int | None] = field(default_factory=dict)
    closed: dict[int, date] = field(default_factory=dict)
    held: dict[tuple[int, Level], date] = field(default_factory=dict)

    def copy(self) -> "Belief":
        return Belief([*self.posts], {**self.above}, {**self.closed}, {**self.held})

    def is_open(self, unit: int, day: date) -> bool:
        return unit not in self.closed or day < self.closed[unit]

    def below(self, top: int, day: date) -> set[int]:
        found = {top}
        while True:
            more = {
                unit
                for (unit, at), above in self.above.items()
                if at == day and above in found and self.is_open(unit, day)
            } - found
            if not more:
                return found
            found |= more

    def staff(self, units: set[int], day: date) -> set[int]:
        return {
            post.person
            for post in self.posts
            if post.unit in units and post.capacity in STAFF and post.covers(day)
        }

    def level(self, person: int, day: date) -> Level | None:
        held = [lv for (who, lv), since in self.held.items() if who == person and since <= day]
        return max(held, key=lambda level: level.rank, default=None)


ALL_DAYS = [FIRST + timedelta(days=n) for n in range(DAYS)]


class World:
    """The college and its oracle, taken through the same steps."""

    def __init__(self) -> None:
        self.now = BEGINNING
        with self.at():
            self.units = [
                open_unit(SYSTEM, NewUnit(name=f"站{n}", kind=UnitKind.STATION)).id
                for n in range(4)
            ]
            self.people = [make_person(None, full_name=f"人{n}").id for n in range(4)]
        above: dict[tuple[int, date], int | None] = {
            (unit, day): None for unit in self.units for day in ALL_DAYS
        }
        self.belief = Belief(above=above)
        self.history: list[tuple[datetime, Belief]] = []
        self.remember()

    @contextmanager
    def at(self):
        with clock.put_at(self.now):
            yield

    def remember(self) -> None:
        self.history.append((self.now, self.belief.copy()))
        self.now += timedelta(hours=1)

    def step(self, kind: str, *facts) -> None:
        try:
            with self.at():
                getattr(self, kind)(*facts)
        except DomainError:
            pass  # refused by the college; the oracle has not moved
        self.remember()

    # --- what happens ---------------------------------------------------------------------------

    def posts(self) -> list[Employment]:
        chosen = sa.select(Employment).where(Employment.known()).order_by(Employment.id)
        return list(db.session.scalars(chosen))

    def post(self, n: int) -> Employment | None:
        posts = self.posts()
        return posts[n % len(posts)] if posts else None

    def of(self, post: Employment) -> Post:
        return Post(post.person_id, post.unit_id, post.capacity, post.from_on, post.to_on)

    def unit(self, n: int) -> Unit:
        return db.session.get_one(Unit, self.units[n])

    def put(self, old: Post | None, *new: Post) -> None:
        self.belief.posts = [p for p in self.belief.posts if p != old] + list(new)

    def hire(self, who, where, capacity, day) -> None:
        post = Post(self.people[who], self.units[where], capacity, day)
        clash = any(post.clashes(other) for other in self.belief.posts)
        refused = clash or self.units[where] in self.belief.closed
        with told(refused):
            person = db.session.get_one(Person, self.people[who])
            hire(
                SYSTEM, Hiring(person=person, unit=self.unit(where), capacity=capacity, from_on=day)
            )
        if not refused:
            self.put(None, post)

    def transfer(self, which, where, day) -> None:
        post = self.post(which)
        if post is None:
            return
        old = self.of(post)
        transfer(SYSTEM, post, to=self.unit(where), on=day)
        ended = replace(old, until=day - timedelta(days=1))
        self.put(old, ended, replace(old, unit=self.units[where], since=day))

    def leave(self, which, day) -> None:
        post = self.post(which)
        if post is not None:
            old = self.of(post)
            leave(SYSTEM, post, last_day=day)
            self.put(old, replace(old, until=day))

    def correct(self, which, where, day) -> None:
        post = self.post(which)
        if post is not None:
            old, unit = self.of(post), self.unit(where)
            correct_post(
                SYSTEM, post, unit=unit, capacity=old.capacity, from_on=day, to_on=old.until
            )
            self.put(old, replace(old, unit=unit.id, since=day))

    def withdraw(self, which) -> None:
        post = self.post(which)
        if post is not None:
            old = self.of(post)
            withdraw_post(SYSTEM, post)
            self.put(old)

    def move(self, which, to, day) -> None:
        unit, above = self.unit(which), self.unit(to)
        move_unit(SYSTEM, unit, to=above, on=day)
        self.moved(unit.id, above.id, day)

    def moved(self, unit: int, above: int, day: date) -> None:
        """From that day on, until the day on which something else was said already."""
        before = self.belief.above[unit, day]
        for each in ALL_DAYS:
            if each >= day:
                if self.belief.above[unit, each] != before:
                    break
                self.belief.above[unit, each] = above

    def merge(self, which, to, day) -> None:
        unit, into = self.unit(which), self.unit(to)
        children = {
            child
            for (child, at), above in self.belief.above.items()
            if above == unit.id and at >= day and self.belief.is_open(child, at)
        }
        merge_units(SYSTEM, unit, into=into, on=day)
        self.belief.closed[unit.id] = day
        for old in [p for p in self.belief.posts if p.unit == unit.id]:
            if old.until is not None and old.until < day:
                continue
            moved = replace(old, unit=into.id, since=max(old.since, day))
            others = [p for p in self.belief.posts if p != old]
            kept = [] if any(moved.clashes(p) for p in others) else [moved]
            if old.since < day:
                kept.append(replace(old, until=day - timedelta(days=1)))
            self.put(old, *kept)
        for child in children:
            self.moved(child, into.id, day)

    def close(self, which, day) -> None:
        unit = self.unit(which)
        close_unit(SYSTEM, unit, on=day)
        self.belief.closed[unit.id] = day

    def qualify(self, who, level, day) -> None:
        person = self.people[who]
        earned = Earned(person_id=person, level=level, approved_on=day, exam_year=None)
        record_qualifications(SYSTEM, [earned])
        self.belief.held.setdefault((person, level), day)

    # --- what is compared -----------------------------------------------------------------------

    def compare(self, day: date, known_at: datetime | None, belief: Belief) -> None:
        everybody = belief.staff(set(self.units), day)
        levels: defaultdict[Level | None, int] = defaultdict(int)
        for person in everybody:
            levels[belief.level(person, day)] += 1
        total = holding_in_all(SYSTEM, day, known_at=known_at)
        assert (total.staff, {k: v for k, v in total.by_level.items() if v}) == (
            len(everybody),
            {level: n for level, n in levels.items() if level is not None},
        )
        rows = holdings_by_unit(SYSTEM, day, known_at=known_at)
        assert {row.unit.id: row.holding.staff for row in rows} == {
            unit: len(staff) for unit in self.units if (staff := belief.staff({unit}, day))
        }
        for number in self.units:
            staff = belief.staff(belief.below(number, day), day)
            asked = Asked(number, day, known_at)
            assert db.session.scalars(staff_count(asked)).one() == len(staff)
            holders = [person for person in staff if belief.level(person, day)]
            assert db.session.scalars(holder_count(asked)).one() == len(holders)


@contextmanager
def told(refused: bool):
    """The college must refuse just what the oracle refuses."""
    try:
        yield
    except DomainError:
        assert refused
        raise
    assert not refused


@contextmanager
def undone():
    """Each example begins with nothing: the tests' one transaction is taken back so far."""
    connection: Any = db.engine  # in a test, the one connection of its transaction
    savepoint = connection.begin_nested()
    try:
        yield
    finally:
        db.session.remove()
        savepoint.rollback()


@settings(max_examples=1000 if IS_THOROUGH else 40, deadline=None)
@given(
    st.lists(HIRES, min_size=2, max_size=4),
    st.lists(STEPS, min_size=3, max_size=9),
    st.lists(days, min_size=1, max_size=2),
)
def test_every_figure_is_what_was_believed_then_of_that_day(app, hires, steps, asked):
    with undone():
        world = World()
        for step in [*hires, *steps]:
            world.step(*step)
        for day in asked:
            world.compare(day, None, world.belief)
            for known_at, belief in world.history:
                world.compare(day, known_at, belief)
