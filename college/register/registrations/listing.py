"""The list of holders by when something is due, filtered in the database."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from college.core.access import visible
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.persons.models import Person
from college.people.persons.queries import named
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.register.registrations.models import (
    UNDER_WAY,
    Registration,
    RegistrationRule,
    RegistrationState,
    RegistrationStep,
)
from college.register.registrations.periods import DAY, first_that, months_on
from college.register.registrations.queries import rule_on


class Due(StrEnum):
    """`due_n`: the last day on which the registrar accepts is within so many days."""

    DUE_180 = "due_180"
    DUE_90 = "due_90"
    DUE_30 = "due_30"
    LAPSED = "lapsed"
    MISSED = "missed"
    UNDER_WAY = "under_way"
    REGISTERED = "registered"

    @property
    def label(self) -> str:
        return {
            "due_180": say("Due within 180 days"),
            "due_90": say("Due within 90 days"),
            "due_30": say("Due within 30 days"),
            "lapsed": say("Registration lapsed"),
            "missed": say("First registration missed"),
            "under_way": say("Under way"),
            "registered": say("Registered"),
        }[self]

    @property
    def days(self) -> int | None:
        return int(self.value[4:]) if self.value.startswith("due_") else None


@dataclass(frozen=True, slots=True)
class Wanted:
    as_of: date
    known_at: datetime | None = None
    words: str = ""
    due: Due | None = None


def listed(actor: Actor, wanted: Wanted) -> sa.Select[Qualification]:
    """The highest level of each visible holder, in the order of names, to be paged.

    Of one level by two lines the national one: a person has one row.
    """
    higher = aliased(Qualification)
    held = Qualification.known(wanted.known_at) & (Qualification.approved_on <= wanted.as_of)
    as_high = (_rank(higher) == _rank(Qualification)) & (higher.id > Qualification.id)
    is_higher = sa.exists().where(
        higher.person_id == Qualification.person_id,
        (_rank(higher) > _rank(Qualification)) | as_high,
        _known(higher, wanted.known_at),
        higher.approved_on <= wanted.as_of,
    )
    chosen = (
        sa.select(Qualification)
        .join(Qualification.person)
        .where(held, ~is_higher, visible(Qualification, actor, Can.REGISTRATIONS_SEE))
        .options(joinedload(Qualification.person))
        .order_by(Person.sort_key, Person.id)
    )
    if wanted.words.strip():
        chosen = chosen.where(named(wanted.words))
    if wanted.due is not None:
        chosen = chosen.where(_is(wanted.due, wanted))
    return chosen


def _is(due: Due, wanted: Wanted) -> sa.ColumnElement[bool]:
    rule = rule_on(wanted.as_of, wanted.known_at)
    if rule is None:
        return sa.false()
    day, runs = wanted.as_of, _under_way(wanted)
    if due is Due.UNDER_WAY:
        return runs
    ends = _ends(wanted)
    if due is Due.REGISTERED:
        return ends >= day
    if due is Due.LAPSED:
        return (ends < day) & ~runs
    first = _first_approved(rule, day)
    if due is Due.MISSED:
        return ends.is_(None) & (Qualification.approved_on < first) & ~runs
    assert due.days is not None
    last = day + timedelta(days=due.days)
    until = _first_approved(rule, last + DAY)
    approved = Qualification.approved_on.between(first, until - DAY)
    return (ends.between(day, last) | (ends.is_(None) & approved)) & ~runs


def _first_approved(rule: RegistrationRule, day: date) -> date:
    """Who was approved from this day on may still register on `day`."""
    months = rule.first_within_months
    return first_that(lambda approved: months_on(approved, months), day, months)


def _ends(wanted: Wanted) -> sa.ScalarSelect[date | None]:
    """When the latest period ends that was completed and not cancelled."""
    step, gone = aliased(RegistrationStep), aliased(RegistrationStep)
    cancelled = sa.exists().where(
        gone.registration_id == step.registration_id,
        gone.state == RegistrationState.CANCELLED,
        _known(gone, wanted.known_at),
        gone.on <= wanted.as_of,
    )
    return (
        sa.select(sa.func.max(step.to_on))
        .join(Registration, Registration.id == step.registration_id)
        .where(_of_row(), _known(step, wanted.known_at), step.on <= wanted.as_of, ~cancelled)
        .correlate(Qualification)
        .scalar_subquery()
    )


def _under_way(wanted: Wanted) -> sa.ColumnElement[bool]:
    step, later = aliased(RegistrationStep), aliased(RegistrationStep)
    went_on = sa.exists().where(
        later.registration_id == step.registration_id,
        later.position > step.position,
        _known(later, wanted.known_at),
        later.on <= wanted.as_of,
    )
    last = _known(step, wanted.known_at) & (step.on <= wanted.as_of) & ~went_on
    chosen = sa.select(step.id).join(Registration, Registration.id == step.registration_id)
    mine = chosen.where(_of_row(), last, step.state.in_(UNDER_WAY))
    return mine.correlate(Qualification).exists()


def _of_row() -> sa.ColumnElement[bool]:
    same = Registration.person_id == Qualification.person_id
    return same & (Registration.level == Qualification.level)


def _known(
    row: type[RegistrationStep] | type[Qualification], at: datetime | None
) -> sa.ColumnElement[bool]:
    if at is None:
        return row.superseded_at.is_(None)
    return (row.recorded_at <= at) & (row.superseded_at.is_(None) | (row.superseded_at > at))


def _rank(row: type[Qualification]) -> sa.ColumnElement[int]:
    levels = {level.value: 2 * level.rank for level in Level}
    lines = {basis.value: basis.rank for basis in PassBasis}
    level, line = sa.cast(row.level, sa.String), sa.cast(row.basis, sa.String)
    return sa.case(levels, value=level) + sa.case(lines, value=line)
