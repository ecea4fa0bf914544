"""Who passed what, of all who ever sat: in portions, so that memory does not grow with them."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.exams.results.models import Result
from college.exams.results.passing import Pass
from college.exams.results.queries import CHUNK, papers_of, passes_of
from college.people.persons.models import Person

INSTANT = timedelta(microseconds=1)


def everybodys_passes(*, known_at: datetime | None = None) -> Iterator[tuple[Person, Pass]]:
    """Each pass with its person, in the order of the records; as known now or at a moment.

    A pass is what the papers earn: of the senior level only a statement, and no qualification. At
    midnight the day before counts as known, not the one that begins.
    """
    known_on = clock.local(known_at - INSTANT).date() if known_at else None
    last = 0
    while ids := _next_ids(last):
        earned = passes_of(papers_of(ids, known_at=known_at), known_on=known_on, known_at=known_at)
        persons = db.session.scalars(sa.select(Person).where(Person.id.in_(ids)))
        for person in sorted(persons, key=lambda person: person.id):
            yield from ((person, each) for each in earned[person.id])
        last = ids[-1]


def _next_ids(last: int) -> list[int]:
    chosen = sa.select(Result.person_id).where(Result.person_id > last).distinct()
    return list(db.session.scalars(chosen.order_by(Result.person_id).limit(CHUNK)))
