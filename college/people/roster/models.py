"""One uploaded roster: a station's sheet of its staff, and what became of its rows."""

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.db import Base, FileHash, stored_as_text
from college.core.imports import SheetImport
from college.people.employment.models import Capacity
from college.stations.units.models import Unit


class RosterImport(SheetImport, Base):
    """`columns`: the heading of each field; `unit`, `capacity`, `since_on`: of rows without one.

    `check_sha256` is what the dry run found for the page and `rows_sha256` the rows to import (see
    `files`), "" until it ran. Of `rows_ready`, `rows_done` are in; `late` are cells refused since,
    as somebody changed what they spoke of.
    """

    __tablename__ = "roster_import"
    unversioned = "moves by its state, under its own lock"

    columns: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Unit.id))
    capacity: Mapped[Capacity | None] = mapped_column(stored_as_text(Capacity))
    since_on: Mapped[date]
    rows_sha256: Mapped[str] = mapped_column(FileHash(), default="")
    late: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_ready: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit | None] = relationship(lazy="joined")

    @property
    def steps_done(self) -> int:
        return self.rows_done

    def forget_check(self) -> None:
        self.check_sha256 = self.rows_sha256 = ""
