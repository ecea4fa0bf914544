"""How somebody stands as of a day, as known on another: from the steps, not from what is now."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload

from college.core import clock
from college.core.access import ME, visible
from college.core.db import db
from college.core.roles import OWN_ROWS, Actor, Can
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.queries import best_of
from college.register.registrations.models import (
    IN_FORCE,
    UNDER_WAY,
    Registration,
    RegistrationRule,
    RegistrationState,
    RegistrationStep,
)
from college.register.registrations.verdicts import Period, Standing, Verdict, verdict

Key = tuple[int, Level]


@dataclass(slots=True)
class Course:
    """One registration as it stood: its steps in their order."""

    registration: Registration
    steps: list[RegistrationStep] = field(default_factory=list)

    @property
    def last(self) -> RegistrationStep:
        return self.steps[-1]

    @property
    def state(self) -> RegistrationState:
        return self.last.state

    @property
    def period(self) -> Period | None:
        """None until it was completed, and where it was cancelled."""
        if self.state not in IN_FORCE:
            return None
        done = next(step for step in self.steps if step.from_on is not None)
        assert done.from_on is not None
        assert done.to_on is not None
        return Period(done.from_on, done.to_on)


@dataclass(frozen=True, slots=True)
class Held:
    """One level of one person, with its registrations, the newest first, and the verdict."""

    qualification: Qualification
    courses: Sequence[Course]
    standing: Standing
    verdict: Verdict

    @property
    def course(self) -> Course | None:
        return self.courses[0] if self.courses else None

    @property
    def state(self) -> RegistrationState:
        return self.course.state if self.course else RegistrationState.NOT_APPLIED


def rule_on(day: date, known_at: datetime | None = None) -> RegistrationRule | None:
    chosen = sa.select(RegistrationRule).where(RegistrationRule.covers(day, known_at))
    return db.session.scalar(chosen.order_by(RegistrationRule.from_on.desc()).limit(1))


def all_rules() -> Sequence[RegistrationRule]:
    chosen = sa.select(RegistrationRule).order_by(RegistrationRule.from_on)
    return db.session.scalars(chosen).all()


def courses_of(
    person_ids: Collection[int], as_of: date, *, known_at: datetime | None = None
) -> dict[Key, list[Course]]:
    """The registrations of some people by level, the newest first."""
    so_far = RegistrationStep.known(known_at) & (RegistrationStep.on <= as_of)
    chosen = (
        sa.select(RegistrationStep)
        .join(RegistrationStep.registration)
        .where(so_far, Registration.person_id.in_(person_ids))
        .options(
            contains_eager(RegistrationStep.registration).joinedload(Registration.rule),
            joinedload(RegistrationStep.by),
        )
        .order_by(RegistrationStep.registration_id.desc(), RegistrationStep.position)
    )
    courses: dict[int, Course] = {}
    for step in db.session.scalars(chosen):
        courses.setdefault(step.registration_id, Course(step.registration)).steps.append(step)
    found: dict[Key, list[Course]] = {}
    for course in courses.values():
        of = course.registration
        found.setdefault((of.person_id, of.level), []).append(course)
    for several in found.values():
        several.sort(key=lambda course: course.steps[0].on, reverse=True)
    return found


def standing_of(
    approved_on: date, courses: Iterable[Course], *, minutes_missing: int | None = None
) -> Standing:
    several = list(courses)
    periods = [course.period for course in several if course.period is not None]
    latest = max(periods, key=lambda period: period.to_on, default=None)
    under_way = [course.state for course in several if course.state in UNDER_WAY]
    return Standing(approved_on, latest, under_way[0] if under_way else None, minutes_missing)


def judged(
    qualifications: Sequence[Qualification],
    as_of: date,
    *,
    known_at: datetime | None = None,
    minutes_missing: Mapping[Key, int] | None = None,
) -> list[Held]:
    """Each of these levels with its verdict, in two statements however many they are."""
    rule = rule_on(as_of, known_at)
    ids = {row.person_id for row in qualifications}
    courses = courses_of(ids, as_of, known_at=known_at) if ids else {}
    held = []
    for row in qualifications:
        key = (row.person_id, row.level)
        mine = courses.get(key, [])
        short = (minutes_missing or {}).get(key)
        stands = standing_of(row.approved_on, mine, minutes_missing=short)
        held.append(Held(row, mine, stands, verdict(stands, rule, as_of)))
    return held


def levels_of(
    actor: Actor, person: Person, as_of: date, *, known_at: datetime | None = None
) -> list[Qualification]:
    """The levels that somebody holds as far as the reader may see it, the highest first."""
    mine = (Qualification.person_id == person.id) & (Qualification.approved_on <= as_of)
    mine &= Qualification.known(known_at) & visible(Qualification, actor, Can.REGISTRATIONS_SEE)
    rows = best_of(db.session.scalars(sa.select(Qualification).where(mine))).values()
    return sorted(rows, key=lambda row: -row.level.rank)


def holding_of(
    person_id: int, level: Level, as_of: date, known_at: datetime | None = None
) -> Held | None:
    """One level of one person, for who is about to change it."""
    mine = (Qualification.person_id == person_id) & (Qualification.level == level)
    mine &= Qualification.known(known_at) & (Qualification.approved_on <= as_of)
    rows = db.session.scalars(sa.select(Qualification).where(mine))
    row = best_of(rows).get((person_id, level))
    return judged([row], as_of, known_at=known_at)[0] if row else None


def due_of(actor: Actor) -> Verdict | None:
    """What the reader themselves may apply for now, at their highest level; None for nothing."""
    if actor.person_id is None or not actor.reach(Can.REGISTRATIONS_SEE):
        return None
    rows = best_of(db.session.scalars(_own_levels(), {"me": actor.person_id}))
    if not rows:
        return None
    highest = max(rows.values(), key=lambda row: row.level.rank)
    said = judged([highest], clock.today())[0].verdict
    return said if said.may_apply else None


@cache
def _own_levels() -> sa.Select[Qualification]:
    return sa.select(Qualification).where(Qualification.person_id == ME, Qualification.known())


def sees_others(actor: Actor) -> bool:
    """Whether the list is of more than the reader's own rows."""
    return any(reach.scope not in OWN_ROWS for reach in actor.reach(Can.REGISTRATIONS_SEE))
