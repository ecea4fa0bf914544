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

Entry = sa.Row[Any]  # of the columns of `columns`
Journal = type[JournalEntry]  # all of it, or what was chosen of it before
WINDOW = 400  # entries looked through at once; more only where one day has more


def columns(journal: Journal) -> tuple[sa.orm.InstrumentedAttribute[Any], ...]:
    return (
        journal.id,
        journal.at,
        journal.actor_id,
        journal.deed,
        journal.noun,
        journal.row_id,
        journal.about_id,
        journal.digest,
    )


def about(person_ids: Sequence[int]) -> Journal:
    """What concerns some persons, looked up once: the rights are asked of it and nothing else.

    Without it PostgreSQL starts from all rows that the reader may see.
    """
    theirs = sa.select(*columns(JournalEntry)).where(JournalEntry.about_id.in_(person_ids))
    return sa.orm.aliased(JournalEntry, theirs.cte("concerning"))


def readable(
    actor: Actor, rows: Callable[[Noun], Rows | None] | None, journal: Journal = JournalEntry
) -> list[Rows]:
    """One select per noun, and deeds of it, of which the actor may read, among `rows`."""
    parts = []
    for noun in deeds.NOUNS.values():
        chosen = rows(noun) if rows else None
        if rows and chosen is None:
            continue
        for can, names in noun.by_sight().items():
            if actor.reach(can):
                allowed = visible(_asked_of(noun), actor, can)
                part = _part(journal, noun, names)
                parts.append(_limited(part, journal, noun, allowed, chosen))
    return parts


def _part(journal: Journal, noun: Noun, names: frozenset[str] | None) -> Rows:
    part = sa.select(*columns(journal)).where(journal.noun == noun.name)
    if names is not None:
        return part.where(journal.deed.in_(sorted(names)))
    others = [name for name, one in noun.deeds.items() if one.see is not None]
    return part.where(journal.deed.not_in(others)) if others else part


def _asked_of(noun: Noun) -> type[Base]:
    """Rights are asked of the row itself or, where the noun says so, of the person concerned."""
    return Person if noun.of_person else noun.model


def _limited(
    part: Rows,
    journal: Journal,
    noun: Noun,
    allowed: sa.ColumnElement[bool],
    chosen: Rows | None,
) -> Rows:
    """To what is chosen and allowed: asked of each row by its key, never of all there are."""
    if chosen is not None and not noun.of_person:
        return part.where(journal.row_id.in_(chosen.where(allowed)))
    if chosen is not None:
        part = part.where(journal.row_id.in_(chosen))
    if isinstance(allowed, sa.True_):
        return part  # also what concerns rows that are no more
    model = _asked_of(noun)
    same = model.id == (journal.about_id if noun.of_person else journal.row_id)
    return part.where(sa.exists().where(same, allowed).correlate(journal))


def newest(parts: Sequence[Rows], before: date | None) -> tuple[Sequence[Entry], bool]:
    """The newest entries, of more than one day; and whether these are all there are."""
    if before is not None:
        parts = [part.where(_at(part) < clock.midnight(before)) for part in parts]
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
    every = _in_order([p.where(_at(p) >= since, _at(p) < until) for p in parts])
    return db.session.execute(every.limit(most).offset(start)).all()


def _at(part: Rows) -> sa.ColumnElement[Any]:
    return part.selected_columns["at"]


def _in_order(parts: Sequence[Rows]) -> sa.CompoundSelect[*tuple[Any, ...]]:
    return sa.union_all(*parts).order_by(sa.desc("at"), sa.desc("id"))


def day_of(entry: Entry) -> date:
    return clock.local(entry.at).date()
