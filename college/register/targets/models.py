"""How many of its staff are to hold a level by the end of a year: set for a unit, never edited."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.dated import Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.people.qualifications.models import Level
from college.stations.units.models import Unit


class Target(Recorded, Base):
    """Of the staff of a unit and all below it so many `persons` are to hold the level.

    A change is a new row beside the old one; a target that was taken back has none that is known.
    """

    __tablename__ = "target"
    unversioned = "never edited: a change is a new row"
    __table_args__ = (
        sa.Index(
            "uq_target_known",
            "unit_id",
            "year",
            "level",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.CheckConstraint("persons > 0", "asks_for_somebody"),
    )

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey(Unit.id))
    year: Mapped[int] = mapped_column(index=True)
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    persons: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(200), default="")  # the plan that asks for it

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.UNIT:
            return cls.unit_id.in_(Unit.at_or_below(reach.unit_id))
        return sa.false()
