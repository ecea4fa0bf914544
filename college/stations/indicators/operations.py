"""Recording reported figures: the only code that makes or changes an IndicatorValue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.stations.indicators.models import CountUnit, IndicatorValue, Precision
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported:
    """A figure as its source prints it."""

    unit: Unit
    code: str
    label: str
    label_en: str
    value: Decimal
    count_unit: CountUnit
    as_of: date
    precision: Precision = Precision.EXACT
    is_cumulative: bool = False
    as_printed: str = ""
    note: str = ""


@operation
def record_indicators(actor: Actor, reported: Sequence[Reported]) -> list[IndicatorValue]:
    """Record reported figures, all or none. Raises NotAllowed, Conflict for one known already."""
    require(actor, Can.INDICATORS_RECORD)
    rows = [
        IndicatorValue(
            unit_id=r.unit.id,
            code=r.code,
            label=r.label,
            label_en=r.label_en,
            value=r.value,
            count_unit=r.count_unit,
            precision=r.precision,
            as_of=r.as_of,
            is_cumulative=r.is_cumulative,
            as_printed=r.as_printed,
            note=r.note,
        )
        for r in reported
    ]
    db.session.add_all(rows)
    db.session.flush()
    journal.record_all(
        actor, "record_indicator", [(row, None, {"value": str(row.value)}) for row in rows]
    )
    return rows
