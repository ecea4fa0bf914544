from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.stations.indicators.models import IndicatorValue
from college.stations.units.models import Unit

MOST = 200  # names that a list offers


def of_unit(actor: Actor, unit: Unit, known_at: datetime | None = None) -> Sequence[IndicatorValue]:
    """Return the visible reported figures of a unit, the latest date first, as recorded."""
    own = (IndicatorValue.unit_id == unit.id) & visible(IndicatorValue, actor, Can.UNITS_SEE)
    chosen = sa.select(IndicatorValue).where(own, IndicatorValue.known(known_at))
    ordered = chosen.order_by(IndicatorValue.as_of.desc(), IndicatorValue.id)
    return db.session.scalars(ordered).all()


def labels(actor: Actor) -> Sequence[str]:
    """What figures on record are called, in the order of their names: for a form to offer."""
    seen = visible(IndicatorValue, actor, Can.UNITS_SEE)
    chosen = sa.select(IndicatorValue.label).where(seen, IndicatorValue.known()).distinct()
    return db.session.scalars(chosen.order_by(IndicatorValue.label).limit(MOST)).all()


def latest_called(label: str) -> IndicatorValue | None:
    """The newest figure of this name, of whatever unit: the next one gets its code."""
    same = sa.select(IndicatorValue).where(IndicatorValue.label == label, IndicatorValue.known())
    return db.session.scalar(same.order_by(IndicatorValue.id.desc()).limit(1))
