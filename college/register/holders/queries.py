"""The register of holders: who holds which state qualification as of a day, and worked where."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.db import db
from college.people.employment.models import STAFF, Employment
from college.people.qualifications.models import Qualification
from college.stations.units.models import UnitPhase

CHUNK = 1_000  # persons at once: memory does not grow with the register


@dataclass(frozen=True, slots=True)
class Held:
    """One qualification of one person, and the units where they were staff that day.

    `is_highest` is true of one row of each person: the rows count qualifications, these persons.
    """

    qualification: Qualification
    units: tuple[str, ...]
    is_highest: bool


def holders(as_of: date, *, known_at: datetime | None = None) -> Iterator[Held]:
    """Every qualification approved by a day, person by person in the order of the records.

    Of those without a post too: a qualification is the person's, not the station's.
    """
    approved = Qualification.known(known_at) & (Qualification.approved_on <= as_of)
    last = 0
    while ids := _next_ids(approved, last):
        places = staffed_at(ids, as_of, known_at)
        chosen = sa.select(Qualification).where(approved, Qualification.person_id.in_(ids))
        held: dict[int, list[Qualification]] = {person_id: [] for person_id in ids}
        for row in db.session.scalars(chosen.options(joinedload(Qualification.person))):
            held[row.person_id].append(row)
        for person_id, rows in held.items():
            rows.sort(key=lambda row: (row.level.rank, row.basis.rank))
            units = tuple(places.get(person_id, ()))
            yield from (Held(row, units, row is rows[-1]) for row in rows)
        last = ids[-1]


def _next_ids(approved: sa.ColumnElement[bool], last: int) -> list[int]:
    chosen = sa.select(Qualification.person_id).where(approved, Qualification.person_id > last)
    ordered = chosen.distinct().order_by(Qualification.person_id).limit(CHUNK)
    return list(db.session.scalars(ordered))


def staffed_at(
    person_ids: Collection[int], day: date, known_at: datetime | None
) -> dict[int, list[str]]:
    """The names that the units of these persons had that day."""
    name = UnitPhase.covers(day, known_at) & (UnitPhase.unit_id == Employment.unit_id)
    chosen = (
        sa.select(Employment.person_id, UnitPhase.name)
        .join(UnitPhase, name)
        .where(Employment.person_id.in_(person_ids), Employment.covers(day, known_at))
        .where(Employment.capacity.in_(STAFF))
        .distinct()
        .order_by(Employment.person_id, UnitPhase.name)
    )
    found: dict[int, list[str]] = {}
    for person_id, unit in db.session.execute(chosen):
        found.setdefault(person_id, []).append(unit)
    return found
