"""Looking for people by words: what is known of them, and the units where they work today."""

from collections.abc import Sequence

import sqlalchemy as sa

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.people.persons.names import folded
from college.people.persons.queries import named
from college.stations.units.models import Unit

MOST_WORDS = 6


def found(actor: Actor, words: str, *, limit: int = 20) -> Sequence[Person]:
    """Return the visible persons of whom every word is known, in pinyin order."""
    if not words.strip():
        return []
    mine = visible(Person, actor, Can.PERSONS_SEE)
    numbers = sa.select(Person.id).where(mine, known_as(actor, words))
    # first the numbers, which an index holds together with what is looked through
    few = numbers.order_by(Person.sort_key, Person.id).limit(limit)
    chosen = sa.select(Person).where(Person.id.in_(few.scalar_subquery()))
    return db.session.scalars(chosen.order_by(Person.sort_key, Person.id)).all()


def known_as(actor: Actor, words: str) -> sa.ColumnElement[bool]:
    """Each word is known of the person, or names a unit where they work today."""
    clauses = [_each(actor, word) for word in words.split()[:MOST_WORDS] if folded(word)]
    return sa.and_(*clauses) if clauses else sa.false()


def _each(actor: Actor, word: str) -> sa.ColumnElement[bool]:
    name, clause = folded(word), named(word)
    units = sa.select(Unit.id).where(
        sa.or_(
            Unit.name.icontains(name, autoescape=True),
            sa.func.replace(Unit.name_en, " ", "").icontains(name, autoescape=True),
        )
    )
    if db.session.scalar(units.limit(1)) is None:
        return clause
    return sa.or_(clause, Person.id.in_(working(actor, Employment.unit_id.in_(units))))


def working(actor: Actor, there: sa.ColumnElement[bool]) -> sa.Select[int]:
    """Select the ids of who works today as `there` says, in posts that the reader may see."""
    mine = visible(Employment, actor, Can.PERSONS_SEE)
    today = Employment.covers(clock.today())
    return sa.select(Employment.person_id).where(there, today, mine)
