"""Counts that are kept, so that a page of figures need not look at every person of a nation again.

Persons are counted in portions of consecutive ids. What a figure counts is the sum over all
portions, since each person is in one; of a portion of which something was changed the kept count is
left out, and the figure's own query asked instead. A figure stays one function with one plain
query: it asks here for its rows, and gets the same whether anything is kept or not.
See docs/decisions/0015.
"""

import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary
from zlib import crc32

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import Base, db

PERSONS = 500  # of a portion; the triggers of the migration say the same
ALL = -1  # the portion that is the sum of the others
FEWEST = 20  # portions; a smaller college is counted at once, and nothing is kept of it
MOST_ASKED = 8  # of how many portions at most one is asked anew: then all at once is cheaper
MOST_RANGES = 200
UNIT = "unit"  # how a query calls the unit that it is asked for
LOOK_AGAIN = 60  # seconds
# of whom the rows of a table are, by which column; what is changed in one of them leaves a mark,
# but for persons themselves, of whom nothing is counted before they have rows elsewhere
OF_PERSONS = {
    "person": "id",
    "employment": "person_id",
    "qualification": "person_id",
    "result": "person_id",
    "cohort_member": "person_id",
    "registration": "person_id",
    "review": "person_id",
}
# how the rows of some people are looked for: of the many results a query says itself which few it
# wants; the qualifications found once, where else a database may look through all people for each
HOW = {"result": "NOT MATERIALIZED", "qualification": "MATERIALIZED"}
Numbers = list[int]
Counts = dict[str, Numbers]
Asked = Mapping[str, object]
Plain = sa.Select[*tuple[Any, ...]]


class KeptCount(Base):
    """What one figure counts in one portion: by its key, as JSON writes it, some numbers."""

    __tablename__ = "kept_count"
    unversioned = "counted by the worker alone"
    __table_args__ = (sa.UniqueConstraint("portion", "figure"),)

    portion: Mapped[int]
    figure: Mapped[str] = mapped_column(sa.String(80))
    content: Mapped[dict[str, list[int]]] = mapped_column(sa.JSON)


class KeptPortion(Base):
    """Which days the counts of a portion hold for, and of which edition of the figures they are."""

    __tablename__ = "kept_portion"
    unversioned = "counted by the worker alone"
    __table_args__ = (sa.CheckConstraint("until_on >= from_on", "ends_after_beginning"),)

    portion: Mapped[int] = mapped_column(unique=True)
    edition: Mapped[str] = mapped_column(sa.String(40))
    from_on: Mapped[date]
    until_on: Mapped[date]


class KeptTouch(Base):
    """Something that figures count was changed of a person of this portion: triggers say so.

    Added in the transaction of the change itself, so that no count is ever taken for what it is
    not. Rows are added and deleted, never shared: writers do not wait for each other here.
    """

    __tablename__ = "kept_touch"
    unversioned = "written by triggers alone"

    portion: Mapped[int] = mapped_column(index=True)


LONGEST = 48  # characters of the days before, in the name under which a figure is kept


@dataclass(frozen=True, slots=True)
class Figure:
    """What is kept: a name, how many of its columns are the key, and the days it is asked for.

    The last of the days is the one asked for; those before it are part of what the figure is. A
    figure without days is one whose rows say what was so on every day.
    """

    name: str
    keys: int
    days: Sequence[date] = ()

    def code(self, plain: Plain) -> str:
        """With a sum of the query: what another query has counted, an upgrade before, is no use."""
        before = "".join(f"/{day:%y%m%d}" for day in self.days[:-1])
        if len(before) > LONGEST:  # of many years: the column holds no list of them
            before = f"/{len(self.days)}-{crc32(before.encode()):08x}"
        return f"{self.name}{before}#{_sum_of(plain)}"

    @property
    def day(self) -> date | None:
        return self.days[-1] if self.days else None


@dataclass(slots=True)
class Portion:
    """Counting anew: the persons of a portion, and what each figure counts of them."""

    number: int
    counts: dict[str, Counts] = field(default_factory=dict)


_counting: ContextVar[Portion | None] = ContextVar("counting", default=None)
_plainly: ContextVar[bool] = ContextVar("plainly", default=False)


@contextmanager
def counting(portion: Portion) -> Iterator[None]:
    """Inside, figures count the persons of a portion alone, and are written down in it."""
    before = _counting.set(portion)
    try:
        yield
    finally:
        _counting.reset(before)


@contextmanager
def plainly() -> Iterator[None]:
    """Inside, nothing that is kept is used: for whoever checks it."""
    before = _plainly.set(True)
    try:
        yield
    finally:
        _plainly.reset(before)


def rows(
    figure: Figure, plain: Plain, asked: Asked, *, is_whole: bool, known_at: datetime | None = None
) -> list[tuple[Any, ...]]:
    """The rows of a figure: first its keys as plain values, then numbers that add up over persons.

    `is_whole`: it is asked of all persons, by who reads all. Only such a figure is kept, as known
    today; every other one is counted by its query, that of a "unit" over its own people's rows.
    """
    if _counting.get() is not None or (is_whole and known_at is None):
        found = kept_rows(figure, plain, asked)
        if found is not None:
            return found
    chosen = _of_a_unit(plain) if UNIT in asked and not _plainly.get() and is_large() else plain
    return _rows(_counted(chosen, asked, figure.keys, None))


def kept_rows(figure: Figure, plain: Plain, asked: Asked) -> list[tuple[Any, ...]] | None:
    """The same of all persons; None where nothing is kept, or too much was changed since."""
    portion = _counting.get()
    if portion is not None:
        found = _counted(plain, asked, figure.keys, [portion.number])
        portion.counts[figure.code(plain)] = found
        return _rows(found)
    if _plainly.get():
        return None
    open_ = open_portions(figure.code(plain), figure.day)
    return None if open_ is None else _rows(_topped_up(figure, plain, asked, open_))


def _topped_up(figure: Figure, plain: Plain, asked: Asked, open_: Sequence[int]) -> Counts:
    """All portions but the open ones as kept, in one statement; then the open ones by the query.

    Between the two a portion may be counted anew: then the one says nothing of its own any more
    that the other says too, since each portion is read from one of them alone.
    """
    wanted = KeptCount.portion.in_([ALL, *open_]) & (KeptCount.figure == figure.code(plain))
    chosen = sa.select(KeptCount.portion, KeptCount.content).where(wanted)
    total: Counts = {}
    for portion, content in db.session.execute(chosen):
        add(total, content, 1 if portion == ALL else -1)
    if open_:
        add(total, _counted(plain, asked, figure.keys, open_), 1)
    return {key: numbers for key, numbers in total.items() if any(numbers)}


def add(total: Counts, more: Counts, sign: int) -> None:
    if not total and sign == 1:  # thousands of days, on every page of figures
        total.update(more)
        return
    for key, numbers in more.items():
        before = total.get(key) or [0] * len(numbers)
        total[key] = [a + sign * b for a, b in zip(before, numbers, strict=True)]


def open_portions(code: str, day: date | None) -> list[int] | None:
    """The portions that must be asked themselves; None where so many, or nothing is kept.

    Without a day: of a figure of every day. Somebody new is in one of them: their rows left a mark
    when they came in.
    """
    if time.monotonic() < _smallness.until:
        return None
    asked = {"code": code} | ({} if day is None else {"day": day})
    found = db.session.execute(_open(day is not None), asked)
    open_, count = set[int](), 0
    for portion, number in found:
        if portion is None:
            count = number
        else:
            open_.add(portion)
    if count < FEWEST:
        _smallness.until = time.monotonic() + LOOK_AGAIN
    is_few = len(open_) * MOST_ASKED <= count and len(ranges(open_)) <= MOST_RANGES
    return sorted(open_) if count >= FEWEST and is_few else None


@cache
def _open(is_of_a_day: bool) -> sa.CompoundSelect[Any, int]:
    day, code = sa.bindparam("day", type_=sa.Date), sa.bindparam("code", type_=sa.String)
    counted = sa.select(KeptCount.portion).where(KeptCount.figure == code)
    # not counted: of a new figure, or in a new year
    is_stale: sa.ColumnElement[bool] = KeptPortion.portion.not_in(counted)
    if is_of_a_day:
        is_stale |= (KeptPortion.from_on > day) | (KeptPortion.until_on < day)
    stale = sa.select(KeptPortion.portion).where(is_stale)
    both = stale.union(sa.select(KeptTouch.portion)).subquery()
    all_ = sa.select(sa.null(), sa.func.count()).select_from(KeptPortion)
    return sa.union_all(all_, sa.select(both.c.portion, sa.literal(0)))


@dataclass(slots=True)
class Smallness:
    """Until when this process need not ask whether anything is kept: counting is right, too."""

    until: float = 0.0


_smallness = Smallness()


def is_large() -> bool:
    """Whether there are so many persons that counts are kept."""
    if time.monotonic() < _smallness.until:
        return False
    count = db.session.scalar(sa.select(sa.func.count()).select_from(KeptPortion)) or 0
    if count < FEWEST:
        _smallness.until = time.monotonic() + LOOK_AGAIN
    return count >= FEWEST


def look_again() -> None:
    """Ask at once whether anything is kept; other processes do within a minute."""
    _smallness.until = 0.0


def _counted(plain: Plain, asked: Asked, keys: int, portions: Iterable[int] | None) -> Counts:
    """What the plain query says, of some portions alone where they are given."""
    chosen = plain if portions is None else _of(plain, ranges(portions))
    found: Counts = {}
    for row in db.session.execute(chosen, asked):
        key = json.dumps([_value(each) for each in row[:keys]], ensure_ascii=False)
        add(found, {key: [int(number or 0) for number in row[keys:]]}, 1)
    return found


def _of(plain: Plain, persons: Sequence[tuple[int, int]]) -> Plain:
    """The same query over the rows of these persons alone.

    A CTE bears the name of each table, so that the query reads from it instead: it need not be
    written a second time, and cannot say anything else.
    """
    for name, column in OF_PERSONS.items():
        real = _real(name, column)
        mine = sa.or_(*(real.c[column].between(a, b) for a, b in persons))
        rows_ = sa.select(sa.text("*")).select_from(real).where(mine)
        plain = plain.add_cte(rows_.cte(name).prefix_with("NOT MATERIALIZED"))
    return plain


def _of_a_unit(plain: Plain) -> Plain:
    """The same query over the rows of those alone who ever had a post in the "unit" or below it.

    On whatever day and as known whenever: the query itself says which of these posts count. Asked
    over everybody a unit of a nation takes a database as long as the nation.
    """
    found = _of_units.get(plain)
    if found is None:
        phase = _real("unit_phase", "unit_id", "parent_id")
        tree = sa.select(sa.cast(sa.bindparam(UNIT), sa.Integer).label("id"))
        ever_below = tree.cte("ever_below", recursive=True)
        more = sa.select(phase.c.unit_id).join(ever_below, phase.c.parent_id == ever_below.c.id)
        ever_below = ever_below.union(more)
        post = _real("employment", "person_id", "unit_id")
        theirs = post.c.unit_id.in_(sa.select(ever_below.c.id))
        people = sa.select(post.c.person_id).where(theirs).distinct().cte("ever_people")
        found = plain.add_cte(people)
        for name, column in OF_PERSONS.items():
            real = _real(name, column)
            mine = real.c[column].in_(sa.select(people.c.person_id))
            rows_ = sa.select(sa.text("*")).select_from(real).where(mine).cte(name)
            found = found.add_cte(rows_.prefix_with(HOW[name]) if name in HOW else rows_)
        _of_units[plain] = found
    return found


def _real(name: str, *columns: str) -> sa.TableClause:
    """A table itself, where a CTE bears its name."""
    schema = "public" if db.session.connection().dialect.name == "postgresql" else "main"
    return sa.table(name, *(sa.column(each, sa.Integer) for each in columns), schema=schema)


def ranges(portions: Iterable[int]) -> list[tuple[int, int]]:
    """The first and the last id of persons in portions, neighbours taken together."""
    found: list[tuple[int, int]] = []
    for portion in sorted(portions):
        first, last = portion * PERSONS, (portion + 1) * PERSONS - 1
        if found and found[-1][1] + 1 == first:
            first = found.pop()[0]
        found.append((first, last))
    return found


def _sum_of(plain: Plain) -> str:
    found = _sums.get(plain)
    if found is None:
        found = _sums[plain] = f"{crc32(str(plain).encode()):08x}"
    return found


_sums: WeakKeyDictionary[Plain, str] = WeakKeyDictionary()
_of_units: WeakKeyDictionary[Plain, Plain] = WeakKeyDictionary()


def _rows(counts: Counts) -> list[tuple[Any, ...]]:
    keys = json.loads(f"[{','.join(counts)}]")  # all at once: one by one takes ten times as long
    return [(*key, *numbers) for key, numbers in zip(keys, counts.values(), strict=True)]


def _value(key: object) -> object:
    if isinstance(key, Enum):
        return key.value
    if isinstance(key, date):
        return key.isoformat()
    return int(key) if isinstance(key, Decimal) else key  # a year, as PostgreSQL gives it
