"""Recording reported figures: the only code that makes or changes an IndicatorValue."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.stations.indicators.models import CountUnit, IndicatorValue, Precision
from college.stations.units.models import Unit


class StillToCome(RuleBroken):
    code, field = "still_to_come", "as_of"
    message = say("This day is still to come. Enter the day for which the source gives the figure.")


class ReportedAlready(Conflict):
    code, field = "reported_already", "as_of"
    message = say(
        "%(figure)s of that day is on record already, with %(value)s. Compare it with the source."
    )


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
    """Record reported figures, all or none. Raises NotAllowed, StillToCome, ReportedAlready."""
    require(actor, Can.INDICATORS_RECORD)
    for each in reported:
        _refuse_odd(each)
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


def _refuse_odd(reported: Reported) -> None:
    if reported.as_of > clock.today():
        raise StillToCome
    same = (IndicatorValue.code == reported.code) & (IndicatorValue.as_of == reported.as_of)
    chosen = sa.select(IndicatorValue).where(IndicatorValue.unit_id == reported.unit.id, same)
    known = db.session.scalar(chosen)
    if known is not None:
        raise ReportedAlready(
            figure=known.label, figure_en=known.label_en, value=f"{known.value.normalize():f}"
        )
