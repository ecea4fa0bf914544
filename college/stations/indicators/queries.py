from collections.abc import Sequence

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.stations.indicators.models import IndicatorValue
from college.stations.units.models import Unit


def of_unit(actor: Actor, unit: Unit) -> Sequence[IndicatorValue]:
    """Return the visible reported figures of a unit, the latest date first, as recorded."""
    own = (IndicatorValue.unit_id == unit.id) & visible(IndicatorValue, actor, Can.UNITS_SEE)
    chosen = sa.select(IndicatorValue).where(own)
    ordered = chosen.order_by(IndicatorValue.as_of.desc(), IndicatorValue.id)
    return db.session.scalars(ordered).all()
