"""The people whom a reader may look for, by words, unit, capacity and what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.employment.finding import known_as, working
from college.people.employment.models import Capacity, Employment
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.stations.units.models import Unit

MOST = 1000  # that a search lists; whoever looks for one of them adds a word


class Holding(StrEnum):
    """What somebody holds; of a level also who holds a higher one besides."""

    ANY = "any"
    NONE = "none"
    ASSISTANT = "assistant"
    SOCIAL_WORKER = "social_worker"
    SENIOR = "senior"

    @property
    def label(self) -> str:
        return {
            "any": say("Any level"),
            "none": say("None yet"),
            "assistant": Level.ASSISTANT.label,
            "social_worker": Level.SOCIAL_WORKER.label,
            "senior": Level.SENIOR.label,
        }[self]


@dataclass(frozen=True, slots=True)
class Wanted:
    words: str = ""
    unit_id: int | None = None
    capacity: Capacity | None = None
    holding: Holding | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """`posts` of today and `level`, the highest held: as far as the reader may see them."""

    person: Person
    posts: Sequence[Employment]
    level: Level | None


def listed(actor: Actor, wanted: Wanted) -> sa.Select[Person]:
    """Select the visible persons that are wanted, in pinyin order."""
    chosen = sa.select(Person).where(visible(Person, actor, Can.PERSONS_SEE))
    if wanted.words.strip():
        chosen = chosen.where(known_as(actor, wanted.words))
    else:  # by words nobody finds a record that was merged: it keeps none to be found by
        chosen = chosen.where(Person.stands())
    if wanted.unit_id is not None or wanted.capacity is not None:
        chosen = chosen.where(_posted(actor, wanted))
    if wanted.holding is not None:
        chosen = chosen.where(_holds(wanted.holding))
    return chosen.order_by(Person.sort_key, Person.id)


def with_posts(actor: Actor, people: Sequence[Person]) -> list[Listed]:
    """What a list says beside each name."""
    ids = [person.id for person in people]
    posts: dict[int, list[Employment]] = {}
    for post in db.session.scalars(_posts_of(actor, ids)):
        posts.setdefault(post.person_id, []).append(post)
    levels: dict[int, Level] = {}
    for person_id, level in db.session.execute(_levels_of(actor, ids)):
        levels[person_id] = max(level, levels.get(person_id, level), key=lambda held: held.rank)
    return [Listed(p, posts.get(p.id, []), levels.get(p.id)) for p in people]


def _posted(actor: Actor, wanted: Wanted) -> sa.ColumnElement[bool]:
    there: list[sa.ColumnElement[bool]] = []
    if wanted.unit_id is not None:
        there.append(Employment.unit_id.in_(Unit.at_or_below(wanted.unit_id)))
    if wanted.capacity is not None:
        there.append(Employment.capacity == wanted.capacity)
    return Person.id.in_(working(actor, sa.and_(*there)))


def _holds(holding: Holding) -> sa.ColumnElement[bool]:
    held = sa.select(Qualification.person_id).where(Qualification.known())
    if holding is Holding.NONE:
        return Person.id.not_in(held)
    if holding is not Holding.ANY:
        held = held.where(Qualification.level == Level(holding))
    return Person.id.in_(held)


def _posts_of(actor: Actor, ids: Sequence[int]) -> sa.Select[Employment]:
    mine = visible(Employment, actor, Can.PERSONS_SEE) & Employment.covers(clock.today())
    chosen = sa.select(Employment).where(Employment.person_id.in_(ids), mine)
    newest = chosen.order_by(Employment.from_on.desc(), Employment.id.desc())
    return newest.options(joinedload(Employment.unit))


def _levels_of(actor: Actor, ids: Sequence[int]) -> sa.Select[int, Level]:
    mine = visible(Qualification, actor, Can.PERSONS_SEE) & Qualification.known()
    chosen = sa.select(Qualification.person_id, Qualification.level)
    return chosen.where(Qualification.person_id.in_(ids), mine)
