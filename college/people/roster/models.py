"""One uploaded roster: a station's sheet of its staff, and what became of its rows."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.db import Base, stored_as_text
from college.core.row_imports import RowsImport
from college.people.employment.models import Capacity
from college.stations.units.models import Unit


class RosterImport(RowsImport, Base):
    """`unit`, `capacity`, `since_on`: of rows without one. What its files hold: see `files`."""

    __tablename__ = "roster_import"
    unversioned = "moves by its state, under its own lock"

    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Unit.id))
    capacity: Mapped[Capacity | None] = mapped_column(stored_as_text(Capacity))
    since_on: Mapped[date]

    unit: Mapped[Unit | None] = relationship(lazy="joined")
