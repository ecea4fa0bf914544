"""Recording reported figures: the only code that makes or changes an IndicatorValue."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.operation import Overtaken, operation
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


class NothingDifferent(RuleBroken):
    code, field = "nothing_different", "value"
    message = say("This is what is on record already. Change what the source says otherwise.")


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


PRINTED = tuple(each.name for each in fields(Reported) if each.name != "unit")


@operation
def record_indicators(actor: Actor, reported: Sequence[Reported]) -> list[IndicatorValue]:
    """Record reported figures, all or none. Raises NotAllowed, StillToCome, ReportedAlready."""
    require(actor, Can.INDICATORS_RECORD)
    for each in reported:
        _refuse_odd(each)
    rows = [_row(each) for each in reported]
    db.session.add_all(rows)
    db.session.flush()
    journal.record_all(
        actor, "record_indicator", [(row, None, {"value": str(row.value)}) for row in rows]
    )
    return rows


@operation
def correct_indicator(
    actor: Actor, held: IndicatorValue, reported: Reported, *, reason: str
) -> IndicatorValue:
    """Say what the source printed all along: the row before it stays as what was believed.

    Raises NotAllowed, StillToCome, NothingDifferent, ReportedAlready, Overtaken.
    """
    require(actor, Can.INDICATORS_RECORD, held)
    row = _row(reported)
    if all(getattr(row, name) == getattr(held, name) for name in PRINTED):
        raise NothingDifferent
    mine = (IndicatorValue.id == held.id) & IndicatorValue.known()
    ended = sa.update(IndicatorValue).where(mine).values(superseded_at=clock.now())
    if db.session.scalar(ended.returning(IndicatorValue.id)) is None:
        raise Overtaken
    _refuse_odd(reported)
    db.session.add(row)
    db.session.flush()
    told: dict[str, object] = {"value": str(row.value), "old_value": str(held.value)}
    told |= {"as_of": row.as_of, "old_as_of": held.as_of, "reason": reason}
    journal.record_all(actor, "correct_indicator", [(row, None, told)])
    return row


def _row(reported: Reported) -> IndicatorValue:
    facts = {name: getattr(reported, name) for name in PRINTED}
    return IndicatorValue(unit_id=reported.unit.id, **facts)


def _refuse_odd(reported: Reported) -> None:
    if reported.as_of > clock.today():
        raise StillToCome
    same = (IndicatorValue.code == reported.code) & (IndicatorValue.as_of == reported.as_of)
    chosen = sa.select(IndicatorValue).where(IndicatorValue.unit_id == reported.unit.id, same)
    known = db.session.scalar(chosen.where(IndicatorValue.known()))
    if known is not None:
        raise ReportedAlready(
            figure=known.label, figure_en=known.label_en, value=f"{known.value.normalize():f}"
        )
