"""A reported figure of a unit, as printed by its source: never computed, never summed."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.dated import Recorded
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.stations.units.models import Unit


class CountUnit(StrEnum):
    """What is counted: persons, person-times and the rest are never mixed or summed."""

    PERSONS = "persons"
    PERSON_TIMES = "person_times"
    HOUSEHOLD_VISITS = "household_visits"
    EVENTS = "events"
    SESSIONS = "sessions"
    TIMES = "times"
    PIECES = "pieces"
    PERCENT = "percent"
    YEAR = "year"

    @property
    def label(self) -> str:
        return {
            "persons": say("persons"),
            "person_times": say("person-times"),
            "household_visits": say("household visits"),
            "events": say("events"),
            "sessions": say("group sessions"),
            "times": say("times"),
            "pieces": say("items"),
            "percent": say("%"),
            "year": say("year"),
        }[self]


class Precision(StrEnum):
    EXACT = "exact"
    MORE_THAN = "more_than"
    ABOUT = "about"

    @property
    def label(self) -> str:
        return {
            "exact": say("exact"),
            "more_than": say("more than"),
            "about": say("about"),
        }[self]


class Counted(StrEnum):
    """The codes of reported figures that the ledger counts itself, so that both stand side by side.

    How it counts each is said in reports/figures.
    """

    STATION_WORKERS = "station_workers"
    CERTIFICATE_HOLDERS = "certificate_holders"
    GENERAL_STATIONS = "general_stations"
    STATIONS = "stations"
    MENTAL_HEALTH_STATIONS = "mental_health_stations"
    COVERAGE = "coverage"

    @property
    def label(self) -> str:
        return {
            "station_workers": say("Station workers"),
            "certificate_holders": say("Holders among cadres and community workers"),
            "general_stations": say("General stations"),
            "stations": say("Stations of streets and towns"),
            "mental_health_stations": say("Mental-health stations"),
            "coverage": say("Share of streets and towns with a station, in %"),
        }[self]


class IndicatorValue(Recorded, Base):
    """What was printed for a day. A correction is a new row: `known()` are those believed today."""

    __tablename__ = "indicator_value"
    unversioned = "never edited: a correction is a new row"
    __table_args__ = (
        sa.Index(
            "uq_indicator_value_known",
            "unit_id",
            "code",
            "as_of",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
    )

    unit_id: Mapped[int] = mapped_column(sa.ForeignKey(Unit.id))
    code: Mapped[str] = mapped_column(sa.String(64))
    label: Mapped[str] = mapped_column(sa.String(120))
    label_en: Mapped[str] = mapped_column(sa.String(200), default="")
    value: Mapped[Decimal] = mapped_column(sa.Numeric(14, 2))
    count_unit: Mapped[CountUnit] = mapped_column(stored_as_text(CountUnit))
    precision: Mapped[Precision] = mapped_column(stored_as_text(Precision))
    as_of: Mapped[date]
    is_cumulative: Mapped[bool] = mapped_column(default=False)
    as_printed: Mapped[str] = mapped_column(sa.String(200), default="")  # "7.7万余人"
    note: Mapped[str] = mapped_column(sa.String(300), default="")

    unit: Mapped[Unit] = relationship(lazy="raise_on_sql")

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.UNIT:
            return cls.unit_id.in_(Unit.at_or_below(reach.unit_id))
        return sa.false()
