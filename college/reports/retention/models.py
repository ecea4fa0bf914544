"""The clearing away, by order, of what was kept long enough."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach
from college.people.persons.models import Person
from college.reports.proposals.models import DueKind


class Clearing(Base):
    """One order to clear one kind away, carried out by the worker in steps.

    What was proposed until then and over `before` goes; of people only those `chosen`. `refused`:
    whom a rule still keeps.
    """

    __tablename__ = "clearing"
    __table_args__ = (sa.CheckConstraint("done >= 0 AND refused >= 0", "counts_up"),)
    unversioned = "moves by its job, under its own lock"

    kind: Mapped[DueKind] = mapped_column(stored_as_text(DueKind))
    before: Mapped[datetime]
    chosen: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    ordered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    ordered_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    ordered_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.false()  # administrators alone
