"""What the journal says of a person or a row, as lines for one reader, the newest first.

A page holds whole days, so that what somebody did a hundred times on one evening reads as one line
wherever the page ends. It takes as many statements for ten entries as for a thousand.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from college.core import clock, deeds, journal
from college.core.access import visible
from college.core.db import Base, db
from college.core.deeds import Facts, Noun, Rows
from college.core.journal import JournalEntry
from college.core.roles import Actor, Can
from college.core.text import Remark, say
from college.people.persons.models import Person

Entry = sa.Row[Any]  # of the columns below
COLUMNS = (
    JournalEntry.id,
    JournalEntry.at,
    JournalEntry.actor_id,
    JournalEntry.deed,
    JournalEntry.noun,
    JournalEntry.row_id,
    JournalEntry.about_id,
    JournalEntry.digest,
)
NOWHERE: Facts = {}
MANY = 4  # of a kind on one day read as one line
COMPARED = 200  # so many at most are asked what they have in common
LINES = 25  # a page ends with the day that fills it
WINDOW = 400  # entries looked through at once; more only where one day has more


@dataclass(frozen=True, slots=True)
class Line:
    """One entry, or several of one day that read as one: `began_at` is the first of them.

    `is_erased`: its details were deleted with the key of the person concerned.
    """

    at: datetime
    began_at: datetime
    remark: Remark
    is_erased: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    on: date
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Timeline:
    """`older`: ask for what was before this day to see more; None at the beginning."""

    days: Sequence[Day]
    older: date | None = None


@dataclass(frozen=True, slots=True)
class _Bundle:
    """What becomes one line: an entry, or all of a kind of one day, the newest first."""

    entries: Sequence[Entry]

    @property
    def entry(self) -> Entry:
        return self.entries[0]

    @property
    def is_one(self) -> bool:
        return len(self.entries) == 1

    @property
    def named(self) -> Sequence[Entry]:
        """Those whose rows are asked for their names; of very many, none: they differ anyway."""
        return self.entries if len(self.entries) <= COMPARED else []


def of_row(actor: Actor, row: Base, before: date | None = None) -> Timeline:
    """What happened to a row and to what belongs to it, as far as the actor may read of it."""

    def mine(noun: Noun) -> Rows | None:
        if noun.model is type(row):
            return sa.select(noun.model.id).where(noun.model.id == row.id)
        belongs = noun.inside.get(type(row))
        ids = noun.named.with_only_columns(noun.model.id)
        return None if belongs is None else ids.where(belongs == row.id)

    here = {k: Remark(text) for k, text in deeds.NOUNS[row.__tablename__].here.items()}
    return _timeline(actor, _parts(actor, mine), before, here)


def of_person(actor: Actor, person: Person, before: date | None = None) -> Timeline:
    """What happened that concerns a person, as far as the actor may read of it."""
    concerns = JournalEntry.about_id == person.id
    return _timeline(actor, [part.where(concerns) for part in _parts(actor, None)], before)


def _parts(actor: Actor, rows: Callable[[Noun], Rows | None] | None) -> list[Rows]:
    """One select per noun, and deeds of it, of which the actor may read, among `rows`."""
    parts = []
    for noun in deeds.NOUNS.values():
        chosen = rows(noun) if rows else None
        if rows and chosen is None:
            continue
        for can, names in noun.by_sight().items():
            if actor.reach(can):
                part = _part(actor, noun, can, names)
                parts.append(part if chosen is None else part.where(_is_among(chosen)))
    return parts


def _part(actor: Actor, noun: Noun, can: Can, names: frozenset[str] | None) -> Rows:
    part = sa.select(*COLUMNS).where(JournalEntry.noun == noun.name)
    if names is not None:
        part = part.where(JournalEntry.deed.in_(sorted(names)))
    elif others := [name for name, one in noun.deeds.items() if one.see is not None]:
        part = part.where(JournalEntry.deed.not_in(others))
    return part.where(_may_read(actor, noun, can))


def _may_read(actor: Actor, noun: Noun, can: Can) -> sa.ColumnElement[bool]:
    """Asked of the row itself or, where the noun says so, of the person concerned."""
    model: type[Base] = Person if noun.of_person else noun.model
    allowed = visible(model, actor, can)
    if isinstance(allowed, sa.True_):
        return allowed  # also what concerns rows that are no more
    asked = JournalEntry.about_id if noun.of_person else JournalEntry.row_id
    return asked.in_(sa.select(model.id).where(allowed))


def _is_among(rows: Rows) -> sa.ColumnElement[bool]:
    return JournalEntry.row_id.in_(rows)


def _timeline(
    actor: Actor, parts: Sequence[Rows], before: date | None, here: Facts = NOWHERE
) -> Timeline:
    if not parts:
        return Timeline([])
    entries, is_all = _window(parts, before)
    days = [(on, _bundled(list(some))) for on, some in groupby(entries, key=_day_of)]
    if not is_all:
        days.pop()  # its beginning lies outside
    shown, count = [], 0
    while days and count < LINES:
        on, bundles = days.pop(0)
        shown.append((on, bundles))
        count += len(bundles)
    older = shown[-1][0] if shown and (days or not is_all) else None
    told = _told(actor, [bundle for _, bundles in shown for bundle in bundles], here)
    return Timeline([Day(on, [next(told) for _ in bundles]) for on, bundles in shown], older)


def _window(parts: Sequence[Rows], before: date | None) -> tuple[Sequence[Entry], bool]:
    """The newest entries, of more than one day; and whether these are all there are."""
    if before is not None:
        parts = [part.where(JournalEntry.at < clock.midnight(before)) for part in parts]
    every = sa.union_all(*parts).order_by(sa.desc("at"), sa.desc("id"))
    limit = WINDOW
    while True:
        entries = db.session.execute(every.limit(limit + 1)).all()
        is_all = len(entries) <= limit
        if is_all or _day_of(entries[0]) != _day_of(entries[-1]):
            return entries, is_all
        limit *= 8


def _day_of(entry: Entry) -> date:
    return clock.local(entry.at).date()


def _bundled(entries: Sequence[Entry]) -> list[_Bundle]:
    """The lines of one day; what there is much of comes once, at the place of the newest."""
    alike: dict[tuple[str, int | None], list[Entry]] = {}
    for entry in entries:
        alike.setdefault(_kind_of(entry), []).append(entry)
    bundles = []
    for entry in entries:
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


def _told(actor: Actor, bundles: Sequence[_Bundle], here: Facts) -> Iterator[Line]:
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
            yield _line(bundle, {**common, "n": len(bundle.entries)})
            continue
        typed = details.get(entry.id) if entry.id in open_to else {}
        said = deeds.NOUNS[entry.noun].read(typed or {})
        known: Facts = {"whom": people.get(entry.about_id), "own": _is_own(entry)}
        yield _line(bundle, {**said, **common, **known}, is_erased=typed is None)


def _line(bundle: _Bundle, facts: Facts, *, is_erased: bool = False) -> Line:
    newest, deed = bundle.entry, _deed_of(bundle.entry)
    if bundle.is_one:
        remark = deeds.tell(deed.told, facts)
    elif _is_each(newest):
        remark = Remark(deed.each, facts)
    else:
        remark = deeds.tell(deed.many, facts)
    return Line(newest.at, bundle.entries[-1].at, remark, is_erased)


def _in_common(bundle: _Bundle, called: Mapping[tuple[str, int], Facts]) -> Facts:
    """What all the rows of a line are called alike."""
    names = [called.get((entry.noun, entry.row_id), {}) for entry in bundle.named] or [{}]
    return {k: v for k, v in names[0].items() if all(other.get(k) == v for other in names)}


def _names(entries: Sequence[Entry]) -> Mapping[int | None, str]:
    ids = {person_id for entry in entries for person_id in (entry.actor_id, entry.about_id)}
    chosen = sa.select(Person.id, Person.full_name).where(Person.id.in_(ids - {None}))
    return {row.id: row.full_name for row in db.session.execute(chosen)}


def _called(entries: Sequence[Entry]) -> Mapping[tuple[str, int], Facts]:
    """What the sentences call the rows: one statement for each noun among them."""
    return {
        (noun.name, row.id): noun.names(row)
        for noun, ids in _by_noun(entries)
        for row in db.session.execute(noun.named.where(noun.model.id.in_(ids)))
    }


def _open_values(actor: Actor, entries: Sequence[Entry]) -> set[int]:
    """The entries whose details the actor may read, by id."""
    rows: dict[str, Collection[int]] = {}
    for noun, ids in _by_noun(entries):
        allowed = visible(noun.model, actor, noun.values) if noun.values else sa.true()
        chosen = sa.select(noun.model.id).where(noun.model.id.in_(ids), allowed)
        rows[noun.name] = ids if isinstance(allowed, sa.True_) else set(db.session.scalars(chosen))
    return {entry.id for entry in entries if entry.row_id in rows[entry.noun]}


def _by_noun(entries: Sequence[Entry]) -> Iterator[tuple[Noun, set[int]]]:
    ids: dict[str, set[int]] = {}
    for entry in entries:
        ids.setdefault(entry.noun, set()).add(entry.row_id)
    return ((deeds.NOUNS[name], rows) for name, rows in ids.items())
