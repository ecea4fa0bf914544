"""What the journal says of a person or a row, as lines for one reader, the newest first.

A page holds whole days, so that what somebody did a hundred times on one evening reads as one line
wherever the page ends. It takes as many statements for ten entries as for a thousand.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from college.core import deeds, journal
from college.core.access import visible
from college.core.db import Base, db
from college.core.deeds import Asked, Facts, Noun, Rows
from college.core.roles import Actor
from college.core.text import Remark, say
from college.people.persons.models import Person
from college.people.timelines import entries
from college.people.timelines.entries import Entry

NEWEST = Asked()
NOWHERE: Facts = {}
MANY = 4  # of a kind on one day read as one line
COMPARED = 200  # so many at most are asked what they have in common
LINES = 25  # a page ends with the day that fills it
SINGLY = 200  # lines of a day that is told one by one, to a page


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, or `count` of one day that read as one: `began_at` is the first of them.

    `lacks` says why what was typed is not told, "" where nothing is held back but by rights.
    """

    at: datetime
    began_at: datetime
    count: int
    remark: Remark
    lacks: str = ""


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    lines: Sequence[Line]

    @property
    def is_gathered(self) -> bool:
        """Whether a line of it stands for several."""
        return any(line.count > 1 for line in self.lines)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What there is for `asked`, and what to ask for to see older days, or the rest of the day."""

    asked: Asked
    days: Sequence[Day]
    older: date | None = None
    more: int | None = None  # the next page of the day


@dataclass(frozen=True, slots=True)
class _Bundle:
    """What becomes one line: an entry, or all of a kind of one day, the newest first."""

    all: Sequence[Entry]

    @property
    def entry(self) -> Entry:
        return self.all[0]

    @property
    def is_one(self) -> bool:
        return len(self.all) == 1

    @property
    def named(self) -> Sequence[Entry]:
        """Those whose rows are asked for their names; of very many, none: they differ anyway."""
        return self.all if len(self.all) <= COMPARED else []


Tell = Callable[[Sequence[_Bundle]], Iterator[Line]]


def of_row(actor: Actor, row: Base, asked: Asked = NEWEST) -> Timeline:
    """What happened to a row and to what belongs to it, as far as the actor may read of it."""

    def mine(noun: Noun) -> Rows | None:
        if noun.model is type(row):
            return sa.select(noun.model.id).where(noun.model.id == row.id)
        belongs = noun.inside.get(type(row))
        ids = noun.named.with_only_columns(noun.model.id)
        return None if belongs is None else ids.where(belongs == row.id)

    here = {k: Remark(text) for k, text in deeds.NOUNS[row.__tablename__].here.items()}
    return _timeline(actor, entries.readable(actor, mine), asked, here)


def of_person(actor: Actor, person: Person, asked: Asked = NEWEST) -> Timeline:
    """What happened that concerns a person, as far as the actor may read of it."""
    # the ids themselves: of a subquery beside them PostgreSQL would read the whole journal
    merged = db.session.scalars(sa.select(Person.id).where(Person.merged_into_id == person.id))
    lives = entries.about([person.id, *merged])
    return _timeline(actor, entries.readable(actor, None, lives), asked)


def _timeline(actor: Actor, parts: Sequence[Rows], asked: Asked, here: Facts = NOWHERE) -> Timeline:
    if not parts:
        return Timeline(asked, [])
    tell = partial(_told, actor, here)
    return _one_day(parts, asked, asked.on, tell) if asked.on else _days(parts, asked, tell)


def _days(parts: Sequence[Rows], asked: Asked, tell: Tell) -> Timeline:
    found, is_all = entries.newest(parts, asked.before)
    days = [(on, _bundled(list(some))) for on, some in groupby(found, key=entries.day_of)]
    if not is_all:
        days.pop()  # its beginning lies outside
    shown, count = [], 0
    while days and count < LINES:
        on, bundles = days.pop(0)
        shown.append((on, bundles))
        count += len(bundles)
    older = shown[-1][0] if shown and (days or not is_all) else None
    told = tell([bundle for _, bundles in shown for bundle in bundles])
    return Timeline(asked, [Day(on, [next(told) for _ in bundles]) for on, bundles in shown], older)


def _one_day(parts: Sequence[Rows], asked: Asked, on: date, tell: Tell) -> Timeline:
    """A day one by one, a page of it: whoever looks for what was changed needs each."""
    start = (asked.page - 1) * SINGLY
    found = entries.of_day(parts, on, start=start, most=SINGLY + 1)
    lines = list(tell([_Bundle([entry]) for entry in found[:SINGLY]]))
    more = asked.page + 1 if len(found) > SINGLY else None
    return Timeline(asked, [Day(on, lines)] if lines else [], older=on, more=more)


def _bundled(found: Sequence[Entry]) -> list[_Bundle]:
    """The lines of one day; what there is much of comes once, at the place of the newest."""
    alike: dict[tuple[str, int | None], list[Entry]] = {}
    for entry in found:
        alike.setdefault(_kind_of(entry), []).append(entry)
    bundles = []
    for entry in found:
        same = alike[_kind_of(entry)]
        is_much = len(same) >= MANY and bool(_deed_of(entry).many)
        if not is_much or entry is same[0]:
            bundles.append(_Bundle(same if is_much else [entry]))
    return bundles


def _kind_of(entry: Entry) -> tuple[str, int | None]:
    """Deed and actor; -1 for all who did it for themselves."""
    return entry.deed, -1 if _is_each(entry) else entry.actor_id


def _is_each(entry: Entry) -> bool:
    return _is_own(entry) and bool(_deed_of(entry).each)


def _is_own(entry: Entry) -> bool:
    return entry.actor_id is not None and entry.actor_id == entry.about_id


def _deed_of(entry: Entry) -> deeds.Deed:
    return deeds.NOUNS[entry.noun].deeds.get(entry.deed, deeds.UNTOLD)


def _told(actor: Actor, here: Facts, bundles: Sequence[_Bundle]) -> Iterator[Line]:
    """The lines in words, with all that they name fetched at once."""
    single = [bundle.entry for bundle in bundles if bundle.is_one]
    people = _names([bundle.entry for bundle in bundles])
    called = _called([entry for bundle in bundles for entry in bundle.named])
    details, open_to = journal.details_of_all(single), _open_values(actor, single)
    for bundle in bundles:
        entry = bundle.entry
        who = people.get(entry.actor_id) or Remark(say("The college"))
        common = {**_in_common(bundle, called), **here, "who": who}
        if not bundle.is_one:
            yield _line(bundle, {**common, "n": len(bundle.all)})
            continue
        typed, lacks = _typed(details, entry) if entry.id in open_to else ({}, "")
        said = deeds.NOUNS[entry.noun].read(typed)
        known: Facts = {"whom": people.get(entry.about_id), "own": _is_own(entry)}
        yield _line(bundle, {**said, **common, **known}, lacks=lacks)


def _typed(details: Mapping[int, Facts | None], entry: Entry) -> tuple[Facts, str]:
    """What was typed, or why it is not told."""
    if entry.id not in details:
        return {}, say("The details were deleted.")
    found = details[entry.id]
    if found is None:
        return {}, say("The details were altered and do not open. Tell whoever runs the server.")
    return found, ""


def _line(bundle: _Bundle, facts: Facts, *, lacks: str = "") -> Line:
    newest, deed = bundle.entry, _deed_of(bundle.entry)
    if bundle.is_one:
        remark = deeds.tell(deed.told, facts)
    elif _is_each(newest):
        remark = Remark(deed.each, facts)
    else:
        remark = deeds.tell(deed.many, facts)
    return Line(newest.at, bundle.all[-1].at, len(bundle.all), remark, lacks)


def _in_common(bundle: _Bundle, called: Mapping[tuple[str, int], sa.Row[Any]]) -> Facts:
    """What all the rows of a line are called alike; nothing where one of them is no more."""
    rows = [called.get((entry.noun, entry.row_id)) for entry in bundle.named]
    first = rows[0] if rows else None
    if first is None:
        return {}
    alike = {
        name: value
        for name, value in first._mapping.items()
        if all(row is not None and row._mapping[name] == value for row in rows)
    }
    return deeds.NOUNS[bundle.entry.noun].names(alike)


def _names(found: Sequence[Entry]) -> Mapping[int | None, str]:
    ids = {person_id for entry in found for person_id in (entry.actor_id, entry.about_id)}
    chosen = sa.select(Person.id, Person.full_name).where(Person.id.in_(ids - {None}))
    return {row.id: row.full_name for row in db.session.execute(chosen)}


def _called(found: Sequence[Entry]) -> Mapping[tuple[str, int], sa.Row[Any]]:
    """What the rows are called: one statement for each noun among them."""
    return {
        (noun.name, row.id): row
        for noun, ids in _by_noun(found)
        for row in db.session.execute(noun.named.where(noun.model.id.in_(ids)))
    }


def _open_values(actor: Actor, found: Sequence[Entry]) -> set[int]:
    """The entries whose details the actor may read, by id."""
    rows: dict[str, Collection[int]] = {}
    for noun, ids in _by_noun(found):
        allowed = visible(noun.model, actor, noun.values) if noun.values else sa.true()
        chosen = sa.select(noun.model.id).where(noun.model.id.in_(ids), allowed)
        rows[noun.name] = ids if isinstance(allowed, sa.True_) else set(db.session.scalars(chosen))
    return {entry.id for entry in found if entry.row_id in rows[entry.noun]}


def _by_noun(found: Sequence[Entry]) -> Iterator[tuple[Noun, set[int]]]:
    ids: dict[str, set[int]] = {}
    for entry in found:
        ids.setdefault(entry.noun, set()).add(entry.row_id)
    return ((deeds.NOUNS[name], rows) for name, rows in ids.items())
