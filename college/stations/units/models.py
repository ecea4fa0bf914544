"""A unit: the college, a department, a general station, a station, a room, an agency."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned


class UnitKind(StrEnum):
    COLLEGE = "college"
    DEPARTMENT = "department"
    DISTRICT = "district"
    GENERAL_STATION = "general_station"
    STATION = "station"
    MENTAL_HEALTH_STATION = "mental_health_station"
    ROOM = "room"
    AGENCY = "agency"
    OTHER = "other"

    @property
    def label(self) -> str:
        return {
            "college": say("College"),
            "department": say("Department"),
            "district": say("District"),
            "general_station": say("General station"),
            "station": say("Station"),
            "mental_health_station": say("Mental-health station"),
            "room": say("Community room"),
            "agency": say("Agency"),
            "other": say("Other unit"),
        }[self]


class Unit(Versioned, Base):
    """`path` is the ids from the root, "/000001/000017/": a prefix finds everything below."""

    __tablename__ = "unit"
    __table_args__ = (
        sa.UniqueConstraint("parent_id", "name"),
        sa.CheckConstraint("closed_on IS NULL OR closed_on > opened_on", "closes_after_opening"),
    )

    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    kind: Mapped[UnitKind] = mapped_column(stored_as_text(UnitKind))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    path: Mapped[str] = mapped_column(sa.String(255), default="", index=True)
    division_code: Mapped[str] = mapped_column(sa.String(12), default="")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    host_site: Mapped[str] = mapped_column(sa.String(120), default="")
    is_demo: Mapped[bool] = mapped_column(default=False)

    parent: Mapped["Unit | None"] = relationship(
        remote_side="Unit.id", lazy="raise_on_sql", foreign_keys=parent_id
    )

    @property
    def depth(self) -> int:
        """0 for a root."""
        return self.path.count("/") - 2

    @classmethod
    def at_or_below(cls, unit_id: int | sa.ColumnElement[int] | None) -> sa.ScalarSelect[int]:
        """Select the ids of a unit and of all units below it, at any depth."""
        top, unit = aliased(Unit), aliased(Unit)
        # paths hold digits and slashes only, so LIKE needs no escaping
        below = unit.path.like(top.path.concat("%"))
        return sa.select(unit.id).join(top, below).where(top.id == unit_id).scalar_subquery()

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.UNIT:
            return cls.id.in_(cls.at_or_below(reach.unit_id))
        return sa.false()
