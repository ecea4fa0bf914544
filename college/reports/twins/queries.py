"""Which records may be of one person, what differs between two, and what hangs on each."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from college.core.access import fetch
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.employment.models import Employment
from college.people.persons.models import Person
from college.people.qualifications.earning import Earned
from college.reports.twins.awarding import to_earn
from college.reports.twins.collisions import Outcome, collide
from college.reports.twins.models import Part, PersonMerge, ToldApart
from college.reports.twins.references import MOVING
from college.reports.twins.swapping import differing

APART = 2**31  # the largest id and one: a pair is one number, so that a list can be paged


@dataclass(frozen=True, slots=True)
class Pair:
    first: Person
    second: Person
    alike: Sequence[str]  # what makes them look like one


@dataclass(frozen=True, slots=True)
class Comparison:
    """`counts`: label, of the first, of the second; `outcomes` by who of the two is kept.

    `earned` is what the papers of both together earn and neither holds yet.
    """

    first: Person
    second: Person
    posts: Mapping[int, Sequence[Employment]]
    counts: Sequence[tuple[str, int, int]]
    differing: Sequence[Part]
    outcomes: Mapping[int, Outcome]
    earned: Sequence[Earned]

    @property
    def people(self) -> tuple[Person, Person]:
        return self.first, self.second

    @property
    def better(self) -> Person:
        """Whom to keep, unless the reader knows better: who can be, and on whom more hangs."""
        counted = (sum(c[1] for c in self.counts), sum(c[2] for c in self.counts))
        by_weight = sorted(zip(counted, self.people, strict=True), key=lambda each: -each[0])
        free = [person for _, person in by_weight if not self.outcomes[person.id].reasons]
        return (free or [by_weight[0][1]])[0]

    @property
    def is_blocked(self) -> bool:
        return all(outcome.reasons for outcome in self.outcomes.values())


def pairs() -> sa.Select[int]:
    """The numbers of the pairs that look alike and that nobody told apart, for `paged`.

    Three joins, each by an index, rather than one with OR, which would compare all with all.
    """
    one, other = aliased(Person), aliased(Person)
    two = (one.id < other.id) & one.merged_into_id.is_(None) & other.merged_into_id.is_(None)
    reasons = (
        (one.sort_key == other.sort_key) & (one.born_on == other.born_on),
        one.phone_key == other.phone_key,
        (one.email == other.email) & (one.email != ""),
    )
    ids = sa.select(one.id.label("first"), other.id.label("second"))
    found = sa.union(*(ids.join(other, two & reason) for reason in reasons)).subquery()
    told = sa.exists().where(
        ToldApart.first_id == found.c.first, ToldApart.second_id == found.c.second
    )
    number = sa.cast(found.c.first, sa.BigInteger) * APART + found.c.second
    return sa.select(number).where(~told).order_by(found.c.first, found.c.second)


def pairs_of(numbers: Sequence[int]) -> list[Pair]:
    ids = [divmod(number, APART) for number in numbers]
    chosen = sa.select(Person).where(Person.id.in_({one for pair in ids for one in pair}))
    by_id = {person.id: person for person in db.session.scalars(chosen)}
    return [_pair(by_id[first], by_id[second]) for first, second in ids]


def compare(actor: Actor, person_id: int, other_id: int) -> Comparison:
    """Raises NotFound, also where one of the two was merged."""
    first = fetch(Person, person_id, actor, Can.PERSONS_MERGE)
    second = fetch(Person, other_id, actor, Can.PERSONS_MERGE)
    if first.id == second.id or first.merged_into_id or second.merged_into_id:
        raise NotFound
    outcomes = {first.id: collide(first, second), second.id: collide(second, first)}
    posts = _posts([first.id, second.id])
    counts, earned = _counts(first, second), to_earn(first, second)
    return Comparison(first, second, posts, counts, differing(first, second), outcomes, earned)


def merges() -> sa.Select[PersonMerge]:
    """All there were, the newest first."""
    both = (joinedload(PersonMerge.kept), joinedload(PersonMerge.gone))
    return sa.select(PersonMerge).options(*both).order_by(PersonMerge.id.desc())


def _pair(first: Person, second: Person) -> Pair:
    has_name = first.sort_key == second.sort_key
    alike = (
        (has_name, say("same name")),
        (first.born_on is not None and first.born_on == second.born_on, say("same birth date")),
        (first.phone_key is not None and first.phone_key == second.phone_key, say("same phone")),
        (first.email != "" and first.email == second.email, say("same mail address")),
    )
    return Pair(first, second, [label for is_so, label in alike if is_so])


def _posts(ids: Collection[int]) -> Mapping[int, Sequence[Employment]]:
    chosen = sa.select(Employment).where(Employment.person_id.in_(ids), Employment.known())
    posts: dict[int, list[Employment]] = {number: [] for number in ids}
    newest = chosen.order_by(Employment.from_on.desc(), Employment.id.desc())
    for post in db.session.scalars(newest.options(joinedload(Employment.unit))):
        posts[post.person_id].append(post)
    return posts


def _counts(first: Person, second: Person) -> list[tuple[str, int, int]]:
    """How many rows of each kind hang on each, but posts, which stand there: one statement."""
    kinds = [each for each in MOVING if each.label and each.table != "employment"]
    parts = []
    for place, each in enumerate(kinds):
        mine = each.person.in_([first.id, second.id])
        columns = (sa.literal(place).label("place"), each.person.label("person"))
        parts.append(sa.select(*columns, sa.func.count()).where(mine).group_by(each.person))
    found = {(place, who): n for place, who, n in db.session.execute(sa.union_all(*parts))}
    rows = [
        (each.label, found.get((place, first.id), 0), found.get((place, second.id), 0))
        for place, each in enumerate(kinds)
    ]
    return [row for row in rows if row[1] or row[2]]
