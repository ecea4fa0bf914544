from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core.db import db
from college.people.employment.models import Employment
from college.stations.units.models import Unit


def units_of(person_ids: Collection[int], day: date) -> dict[int, Unit]:
    """Return where each of them worked on `day`: their newest post, none for who held none."""
    chosen = (
        sa.select(Employment)
        .where(Employment.person_id.in_(person_ids), Employment.covers(day))
        .options(joinedload(Employment.unit))
        .order_by(Employment.from_on, Employment.id)
    )
    return {post.person_id: post.unit for post in db.session.scalars(chosen)}


def with_person(post: Employment) -> Employment:
    """The post with its person and unit, read once."""
    whole = joinedload(Employment.person), joinedload(Employment.unit)
    chosen = sa.select(Employment).where(Employment.id == post.id).options(*whole)
    return db.session.scalars(chosen.execution_options(populate_existing=True)).one()
