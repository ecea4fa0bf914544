from collections.abc import Sequence

import sqlalchemy as sa

from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.stations.units.models import Unit


def tree(actor: Actor) -> Sequence[Unit]:
    """Return the visible units, parents before their children, then by name."""
    mine = visible(Unit, actor, Can.UNITS_SEE)
    return db.session.scalars(sa.select(Unit).where(mine).order_by(Unit.path, Unit.id)).all()
