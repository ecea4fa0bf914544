"""Supervision time in minutes. Only locked sessions count: unconfirmed minutes count nowhere."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.persons.models import Person
from college.supervision.sessions.models import (
    Form,
    SessionState,
    SupervisionAttendance,
    SupervisionSession,
)


@dataclass(frozen=True, slots=True)
class Period:
    """Both days count, on the college's wall clock, by the beginning of a session."""

    from_on: date
    to_on: date

    @classmethod
    def of_year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 31))

    @property
    def covers(self) -> sa.ColumnElement[bool]:
        after = clock.midnight(self.to_on + timedelta(days=1))
        begins = SupervisionSession.starts_at
        return (begins >= clock.midnight(self.from_on)) & (begins < after)


@dataclass(frozen=True, slots=True)
class FormHours:
    form: Form
    sessions: int
    minutes: int


@dataclass(frozen=True, slots=True)
class MonthHours:
    first: date  # the first day of the month
    minutes: int


@dataclass(frozen=True, slots=True)
class Hours:
    """What one person received, or gave, in a period; months without minutes are left out."""

    by_form: list[FormHours]
    by_month: list[MonthHours]

    @property
    def fullest(self) -> int:
        """The minutes of the month that has most."""
        return max((row.minutes for row in self.by_month), default=0)

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.by_form)

    @property
    def sessions(self) -> int:
        return sum(row.sessions for row in self.by_form)


@dataclass(frozen=True, slots=True)
class PersonHours:
    person: Person
    sessions: int
    minutes: int


@dataclass(frozen=True, slots=True)
class HoursOfYear:
    """What one reader received, gave, and to whom; None where the role is not theirs."""

    received: Hours | None
    given: Hours | None
    given_to_each: list[PersonHours]
    uncounted: int


class Share(NamedTuple):
    """The minutes of one locked session that count for the person in question."""

    form: Form
    starts_at: datetime
    minutes: int


def of_year(actor: Actor, person: Person, year: int) -> HoursOfYear:
    """Return the hours of the actor, who is `person`, in each of the roles they hold."""
    period = Period.of_year(year)
    supervises, learns = actor.reach(Can.SUPERVISION_LOG), actor.reach(Can.SUPERVISION_CONFIRM)
    return HoursOfYear(
        received=received(person.id, period) if learns else None,
        given=given(person.id, period) if supervises else None,
        given_to_each=given_to_each(person.id, period) if supervises else [],
        uncounted=uncounted(actor, period),
    )


def received(person_id: int, period: Period) -> Hours:
    """Each attendee's own minutes, whoever supervised."""
    chosen = (
        sa.select(
            SupervisionSession.form, SupervisionSession.starts_at, SupervisionAttendance.minutes
        )
        .join(SupervisionAttendance.supervision_session)
        .where(_counted(period), SupervisionAttendance.supervisee_id == person_id)
    )
    return _summed(Share(*row) for row in db.session.execute(chosen))


def given(person_id: int, period: Period) -> Hours:
    """A supervisor's own minutes: a session counts once and whole, however many came."""
    chosen = sa.select(SupervisionSession).where(
        _counted(period), SupervisionSession.supervisor_id == person_id
    )
    return _summed(Share(s.form, s.starts_at, s.minutes) for s in db.session.scalars(chosen))


def given_to_each(person_id: int, period: Period) -> list[PersonHours]:
    """What each supervisee of a supervisor took along, the longest time first."""
    minutes = sa.func.sum(SupervisionAttendance.minutes)
    chosen = (
        sa.select(Person, sa.func.count(SupervisionAttendance.id), minutes)
        .join(SupervisionAttendance, SupervisionAttendance.supervisee_id == Person.id)
        .join(SupervisionAttendance.supervision_session)
        .where(_counted(period), SupervisionSession.supervisor_id == person_id)
        .group_by(Person.id)
        .order_by(minutes.desc(), Person.sort_key, Person.id)
    )
    return [PersonHours(*row) for row in db.session.execute(chosen)]


def uncounted(actor: Actor, period: Period) -> int:
    """How many of the actor's sessions are not locked yet, so that they count nowhere."""
    mine = visible(SupervisionSession, actor, Can.SUPERVISION_SEE)
    open_ones = period.covers & (SupervisionSession.state != SessionState.LOCKED)
    count = sa.select(sa.func.count(SupervisionSession.id)).where(mine, open_ones)
    return db.session.scalar(count) or 0


def years(actor: Actor) -> list[int]:
    """The years from the actor's first session to this one, the last first."""
    mine = visible(SupervisionSession, actor, Can.SUPERVISION_SEE)
    first = db.session.scalar(sa.select(sa.func.min(SupervisionSession.starts_at)).where(mine))
    this = clock.today().year
    since = clock.local(first).year if first else this
    return list(range(this, min(since, this) - 1, -1))


def _counted(period: Period) -> sa.ColumnElement[bool]:
    return period.covers & (SupervisionSession.state == SessionState.LOCKED)


def _summed(shares: Iterable[Share]) -> Hours:
    sessions: dict[Form, int] = defaultdict(int)
    minutes: dict[Form, int] = defaultdict(int)
    months: dict[date, int] = defaultdict(int)
    for share in shares:
        sessions[share.form] += 1
        minutes[share.form] += share.minutes
        months[clock.local(share.starts_at).date().replace(day=1)] += share.minutes
    by_form = [FormHours(form, sessions[form], minutes[form]) for form in Form if sessions[form]]
    return Hours(by_form, [MonthHours(*month) for month in sorted(months.items())])
