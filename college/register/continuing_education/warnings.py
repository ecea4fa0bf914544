"""Telling people that a registration period ends: 180, 90 and 30 days before, once each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.people.notices.models import NoticeKind
from college.people.notices.stages import can_be_told, stage
from college.people.notices.telling import tell_all
from college.people.qualifications.models import Qualification
from college.register.continuing_education.models import PeriodWarning
from college.register.continuing_education.queries import Kept, kept
from college.register.registrations.models import (
    IN_FORCE,
    UNDER_WAY,
    Registration,
    RegistrationStep,
)
from college.register.registrations.queries import judged

DAYS = (30, 90, 180)


@dataclass(frozen=True, slots=True)
class Ending:
    """A registration that ends soon, and of which warning it is time."""

    registration_id: int
    person_id: int
    to_on: date
    days: int


def endings(day: date) -> list[Ending]:
    """Whom to tell today: nobody who was told already, renewed, or has applied."""
    ends, told = _ends(), _told()
    chosen = (
        sa.select(Registration.id, Registration.person_id, ends, told)
        .where(Registration.state.in_(IN_FORCE), ends >= day, can_be_told(Registration.person_id))
        .where(ends <= day + timedelta(days=max(DAYS)), ~_went_on(ends))
        .order_by(Registration.id)
    )
    found = []
    for registration_id, person_id, to_on, least in db.session.execute(chosen):
        assert to_on is not None
        due = stage(to_on, day, DAYS)
        if due is not None and (least is None or due < least):
            found.append(Ending(registration_id, person_id, to_on, due))
    return found


@operation
def warn_of_end(actor: Actor, ending: Sequence[Ending]) -> int:
    """Tell these people and note that they were told; returns how many were.

    Raises Conflict where another worker was faster: the next look finds who is left.
    """
    require(actor, Can.REGISTRATIONS_RECORD)
    hours = _hours([one.person_id for one in ending])
    rows = [PeriodWarning(registration_id=e.registration_id, days=e.days) for e in ending]
    db.session.add_all(rows)
    db.session.flush()
    values = {e.person_id: _values(e, hours.get((e.person_id, e.to_on))) for e in ending}
    tell_all(NoticeKind.REGISTRATION_ENDS, values)
    facts: list[tuple[PeriodWarning, int | None, dict[str, object]]] = [
        (row, e.person_id, {"days": e.days}) for row, e in zip(rows, ending, strict=True)
    ]
    journal.record_all(actor, "warn_of_end", facts)
    return len(rows)


def _ends() -> sa.ScalarSelect[date | None]:
    mine = (RegistrationStep.registration_id == Registration.id) & RegistrationStep.known()
    chosen = sa.select(sa.func.max(RegistrationStep.to_on)).where(mine)
    return chosen.correlate(Registration).scalar_subquery()


def _told() -> sa.ScalarSelect[int]:
    mine = PeriodWarning.registration_id == Registration.id
    chosen = sa.select(sa.func.min(PeriodWarning.days)).where(mine)
    return chosen.correlate(Registration).scalar_subquery()


def _went_on(ends: sa.ScalarSelect[date | None]) -> sa.ColumnElement[bool]:
    """Whether there is a later period of the same level, or an application for one."""
    other, step = aliased(Registration), aliased(RegistrationStep)
    later = sa.exists().where(
        step.registration_id == other.id,
        step.superseded_at.is_(None),
        step.to_on > ends,
        other.state.in_(IN_FORCE),
    )
    same = (other.person_id == Registration.person_id) & (other.level == Registration.level)
    return sa.exists().where(same, other.id != Registration.id, other.state.in_(UNDER_WAY) | later)


def _hours(person_ids: Sequence[int]) -> dict[tuple[int, date], Kept]:
    """The balance of each by person and the last day of the period."""
    mine = Qualification.person_id.in_(person_ids) & Qualification.known()
    rows = db.session.scalars(sa.select(Qualification).where(mine)).all()
    today = clock.today()
    return {
        (row.held.qualification.person_id, row.balance.period.to_on): row
        for row in kept(judged(rows, today), today)
        if row.balance is not None
    }


def _values(ending: Ending, row: Kept | None) -> dict[str, object]:
    values: dict[str, object] = {"person_id": ending.person_id, "to_on": ending.to_on}
    if row is not None and row.balance is not None and row.balance.need:
        values["have"], values["need"] = _in_hours(row.balance.counted), _in_hours(row.balance.need)
        values["is_met"] = row.balance.is_met
    return values


def _in_hours(minutes: int) -> str:
    """With one decimal, rounded down."""
    return f"{minutes * 10 // 60 / 10:.1f}".removesuffix(".0")
