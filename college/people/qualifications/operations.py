"""Recording qualifications: the only code that makes or changes a Qualification."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.people.qualifications.models import Level, PassBasis, Qualification


@dataclass(frozen=True, slots=True, kw_only=True)
class Earned:
    person_id: int
    level: Level
    approved_on: date
    exam_year: int | None
    basis: PassBasis = PassBasis.NATIONAL
    region: str = ""
    evidence: str = ""


@operation
def record_qualifications(actor: Actor, earned: Sequence[Earned]) -> list[Qualification]:
    """Record what people hold; who holds the level already is left as they are.

    Returns the new rows only. Raises NotAllowed.
    """
    require(actor, Can.QUALIFICATIONS_RECORD)
    held = _held([e.person_id for e in earned])
    new = {(e.person_id, e.level): e for e in earned if (e.person_id, e.level) not in held}
    rows = [
        Qualification(
            person_id=e.person_id,
            level=e.level,
            approved_on=e.approved_on,
            exam_year=e.exam_year,
            basis=e.basis,
            region=e.region,
            evidence=e.evidence,
        )
        for e in new.values()
    ]
    db.session.add_all(rows)
    db.session.flush()
    changes = [(r, r.person_id, {"level": r.level, "approved_on": r.approved_on}) for r in rows]
    journal.record_all(actor, "record_qualification", changes)
    return rows


def _held(person_ids: Sequence[int]) -> set[tuple[int, Level]]:
    chosen = sa.select(Qualification.person_id, Qualification.level)
    found = db.session.execute(chosen.where(Qualification.person_id.in_(person_ids)))
    return {(person_id, level) for person_id, level in found}
