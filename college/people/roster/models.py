"""One uploaded roster: a station's sheet of its staff, and what became of its rows."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, FileHash, stored_as_text
from college.core.imports import ImportState
from college.people.employment.models import Capacity
from college.people.persons.models import Person
from college.stations.units.models import Unit


class RosterImport(Base):
    """`columns`: the heading of each field; `unit`, `capacity`, `since_on`: of rows without one.

    `check_sha256` is what the dry run found for the page and `rows_sha256` the rows to import (see
    `files`), "" until it ran. Of `rows_ready`, `rows_done` are in; `late` are cells refused since,
    as somebody changed what they spoke of.
    """

    __tablename__ = "roster_import"
    unversioned = "moves by its state, under its own lock"

    filename: Mapped[str] = mapped_column(sa.String(200))
    file_sha256: Mapped[str] = mapped_column(FileHash())
    state: Mapped[ImportState] = mapped_column(
        stored_as_text(ImportState), default=ImportState.UPLOADED
    )
    columns: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    unit_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Unit.id))
    capacity: Mapped[Capacity | None] = mapped_column(stored_as_text(Capacity))
    since_on: Mapped[date]
    check_sha256: Mapped[str] = mapped_column(FileHash(), default="")
    rows_sha256: Mapped[str] = mapped_column(FileHash(), default="")
    late: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    uploaded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    ordered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    imported_at: Mapped[datetime | None]
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)
    rows_ready: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)

    unit: Mapped[Unit | None] = relationship(lazy="joined")


class ColumnChoice(Base):
    """Which field a heading was said to hold, remembered for the next sheet that has it."""

    __tablename__ = "roster_column"
    unversioned = "the last word counts"
    __table_args__ = (sa.UniqueConstraint("heading"),)

    heading: Mapped[str] = mapped_column(sa.String(120))  # as `heading_key` writes it
    field: Mapped[str] = mapped_column(sa.String(32))  # "" for a column to pass over
