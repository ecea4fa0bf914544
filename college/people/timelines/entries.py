"""Which entries of the journal a reader may read: the rights are asked where the entries are."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from college.core import clock, deeds
from college.core.access import visible
from college.core.db import Base, db
from college.core.deeds import Noun, Rows
from college.core.journal import JournalEntry
from college.core.roles import Actor
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
WINDOW = 400  # entries looked through at once; more only where one day has more


def readable(actor: Actor, rows: Callable[[Noun], Rows | None] | None) -> list[Rows]:
    """One select per noun, and deeds of it, of which the actor may read, among `rows`."""
    parts = []
    for noun in deeds.NOUNS.values():
        chosen = rows(noun) if rows else None
        if rows and chosen is None:
            continue
        for can, names in noun.by_sight().items():
            if actor.reach(can):
                part = _part(noun, names)
                parts.append(_limited(part, noun, visible(_asked_of(noun), actor, can), chosen))
    return parts


def _part(noun: Noun, names: frozenset[str] | None) -> Rows:
    part = sa.select(*COLUMNS).where(JournalEntry.noun == noun.name)
    if names is not None:
        return part.where(JournalEntry.deed.in_(sorted(names)))
    others = [name for name, one in noun.deeds.items() if one.see is not None]
    return part.where(JournalEntry.deed.not_in(others)) if others else part


def _asked_of(noun: Noun) -> type[Base]:
    """Rights are asked of the row itself or, where the noun says so, of the person concerned."""
    return Person if noun.of_person else noun.model


def _limited(part: Rows, noun: Noun, allowed: sa.ColumnElement[bool], chosen: Rows | None) -> Rows:
    """To what is chosen and allowed: asked of each row by its key, never of all there are."""
    if chosen is not None and not noun.of_person:
        return part.where(JournalEntry.row_id.in_(chosen.where(allowed)))
    if chosen is not None:
        part = part.where(JournalEntry.row_id.in_(chosen))
    if isinstance(allowed, sa.True_):
        return part  # also what concerns rows that are no more
    model = _asked_of(noun)
    same = model.id == (JournalEntry.about_id if noun.of_person else JournalEntry.row_id)
    return part.where(sa.exists().where(same, allowed).correlate(JournalEntry))


def newest(parts: Sequence[Rows], before: date | None) -> tuple[Sequence[Entry], bool]:
    """The newest entries, of more than one day; and whether these are all there are."""
    if before is not None:
        parts = [part.where(JournalEntry.at < clock.midnight(before)) for part in parts]
    every = _in_order(parts)
    limit = WINDOW
    while True:
        entries = db.session.execute(every.limit(limit + 1)).all()
        is_all = len(entries) <= limit
        if is_all or day_of(entries[0]) != day_of(entries[-1]):
            return entries, is_all
        limit *= 8


def of_day(parts: Sequence[Rows], on: date, *, start: int, most: int) -> Sequence[Entry]:
    """The entries of one day from number `start` on, the newest first."""
    since, until = clock.midnight(on), clock.midnight(on + timedelta(days=1))
    that_day = (JournalEntry.at >= since) & (JournalEntry.at < until)
    every = _in_order([part.where(that_day) for part in parts])
    return db.session.execute(every.limit(most).offset(start)).all()


def _in_order(parts: Sequence[Rows]) -> sa.CompoundSelect[*tuple[Any, ...]]:
    return sa.union_all(*parts).order_by(sa.desc("at"), sa.desc("id"))


def day_of(entry: Entry) -> date:
    return clock.local(entry.at).date()
