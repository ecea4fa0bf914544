"""A unit: the college, a department, a general station, a station, a room, an agency."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, aliased, mapped_column, relationship

from college.core.dated import Day, Moment, Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned


class UnitKind(StrEnum):
    COLLEGE = "college"
    DEPARTMENT = "department"
    DISTRICT = "district"
    STREET = "street"
    TOWN = "town"
    TOWNSHIP = "township"
    SUMU = "sumu"
    ZONE = "zone"
    FARM = "farm"
    COMMUNITY = "community"
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
            "street": say("Subdistrict"),
            "town": say("Town"),
            "township": say("Township"),
            "sumu": say("Sumu"),
            "zone": say("Development zone"),
            "farm": say("State farm"),
            "community": say("Community or village"),
            "general_station": say("General station"),
            "station": say("Station"),
            "mental_health_station": say("Mental-health station"),
            "room": say("Community room"),
            "agency": say("Agency"),
            "other": say("Other unit"),
        }[self]


# what stands at the level of a street or town, each of which is to have a station of its own
TOWNS = frozenset(
    {
        UnitKind.STREET,
        UnitKind.TOWN,
        UnitKind.TOWNSHIP,
        UnitKind.SUMU,
        UnitKind.ZONE,
        UnitKind.FARM,
    }
)
# a general station stands above these and is none of them: counted with them it counts twice
STATIONS = frozenset({UnitKind.STATION, UnitKind.MENTAL_HEALTH_STATION})


class Domain(StrEnum):
    """What a station works in. Source: the eleven contents of Jinan's standard, and 民政's core."""

    SOCIAL_ASSISTANCE = "social_assistance"
    ELDERLY = "elderly"
    CHILDREN = "children"
    GOVERNANCE = "governance"
    ADVICE = "advice"
    COMFORT = "comfort"
    CAPACITY = "capacity"
    SUPPORT = "support"
    CRISIS = "crisis"
    RIGHTS = "rights"
    INTEGRATION = "integration"
    PARTICIPATION = "participation"
    CULTURE = "culture"
    ENVIRONMENT = "environment"
    MENTAL_HEALTH = "mental_health"

    @property
    def label(self) -> str:
        return {
            "social_assistance": say("Social assistance"),
            "elderly": say("Services for the elderly"),
            "children": say("Child welfare and protection"),
            "governance": say("Community governance"),
            "advice": say("Advice on policies"),
            "comfort": say("Emotional comfort"),
            "capacity": say("Building abilities"),
            "support": say("Social support"),
            "crisis": say("Crisis intervention"),
            "rights": say("Protecting rights"),
            "integration": say("Social integration"),
            "participation": say("Community participation"),
            "culture": say("Culture, sport and health"),
            "environment": say("Protecting the environment"),
            "mental_health": say("Mental health"),
        }[self]


class Unit(Versioned, Base):
    """What a unit is today; `UnitPhase` says what it was, and since when we know.

    `path` is the ids from the root, "/000001/000017/": a prefix finds everything below. Rights go
    by today's tree; figures by the tree of their day. `closed_on` is the first day it is shut.
    """

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
    admin_by: Mapped[str] = mapped_column(sa.String(120), default="")  # 代管: who really runs it
    credit_code: Mapped[str] = mapped_column(sa.String(18), default="")
    opened_on: Mapped[date | None]
    closed_on: Mapped[date | None]
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("unit.id"))
    address: Mapped[str] = mapped_column(sa.String(200), default="")
    host_site: Mapped[str] = mapped_column(sa.String(120), default="")
    contact: Mapped[str] = mapped_column(sa.String(120), default="")  # an office, not a person
    phone: Mapped[str] = mapped_column(sa.String(40), default="")
    domains: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    is_demo: Mapped[bool] = mapped_column(default=False)

    parent: Mapped["Unit | None"] = relationship(
        remote_side="Unit.id", lazy="raise_on_sql", foreign_keys=parent_id
    )
    merged_into: Mapped["Unit | None"] = relationship(
        remote_side="Unit.id", lazy="raise_on_sql", foreign_keys=merged_into_id
    )

    @property
    def depth(self) -> int:
        """0 for a root."""
        return self.path.count("/") - 2

    @property
    def works_in(self) -> list[Domain]:
        return [domain for domain in Domain if domain in self.domains]

    @classmethod
    def at_or_below(cls, unit_id: int | sa.ColumnElement[int] | None) -> sa.ScalarSelect[int]:
        """Select the ids of a unit and of all units below it today, at any depth."""
        top, unit = aliased(Unit), aliased(Unit)
        # paths hold digits and slashes only, so LIKE needs no escaping
        below = unit.path.like(top.path.concat("%"))
        return sa.select(unit.id).join(top, below).where(top.id == unit_id).scalar_subquery()

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.UNIT:
            return cls.id.in_(cls.at_or_below(reach.unit_id))
        return sa.false()


class UnitPhase(Recorded, Base):
    """What a unit was called, what it was and where it stood, from a day to a day (沿革).

    Days that no phase covers are days on which there was no such unit. `from_on` is None where
    nobody knows since when, `to_on` while no end is known.
    """

    __tablename__ = "unit_phase"
    unversioned = "never edited: a change is a new row beside it"
    __table_args__ = (
        sa.Index(
            "uq_unit_phase_known",
            "unit_id",
            "from_on",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
        sa.CheckConstraint("to_on IS NULL OR to_on >= from_on", "ends_after_beginning"),
        sa.CheckConstraint("parent_id <> unit_id", "below_another"),
    )

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey(Unit.id))
    name: Mapped[str] = mapped_column(sa.String(120))
    name_en: Mapped[str] = mapped_column(sa.String(200), default="")
    kind: Mapped[UnitKind] = mapped_column(stored_as_text(UnitKind))
    parent_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Unit.id), index=True)
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]

    @classmethod
    def covers(cls, day: Day, known_at: Moment | None = None) -> sa.ColumnElement[bool]:
        """What was so on a day, as known now or at a moment."""
        begun = cls.from_on.is_(None) | (cls.from_on <= day)
        return cls.known(known_at) & begun & (cls.to_on.is_(None) | (cls.to_on >= day))

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return cls.unit_id.in_(sa.select(Unit.id).where(Unit.within(reach, actor)))
