"""How everybody else on the register stands: most registered in time, some late, some not at all.

Whoever registered renews or lets it lapse, and has hours for the period that runs: the more the
further it is, but of some too few.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.db import db
from college.core.roles import Actor
from college.demo import cast
from college.demo.cast import TOOK_OVER_ON
from college.demo.courses import AFTERNOON, at
from college.demo.register import REGISTRAR, SEEN, conversion
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.people.qualifications.queries import best_of
from college.register.continuing_education.models import ConversionRule, HourUnit
from college.register.continuing_education.operations import Done, confirm_hours, enter_hours
from college.register.registrations.models import Registration, RegistrationState
from college.register.registrations.operations import (
    Step,
    apply_for,
    record_registration,
    take_step,
)
from college.register.registrations.periods import last_day, months_on

FIRST_WITHIN, PERIOD, WINDOW = 12, 36, 3  # months
MISSED, LATE, RENEWED, UNDER_WAY = 0.12, 0.06, 0.75, 0.3
LASTING_BEFORE = date(2019, 1, 1)  # who has held a level so long has kept the registration up
GROUND = "单位统一办理时漏报，登记机构同意补办"
S = RegistrationState
LATE_STEPS = (S.FIRST_PASSED, S.FINAL_PASSED, S.REGISTERED)
HOURS = {Level.ASSISTANT: 72, Level.SOCIAL_WORKER: 90, Level.SENIOR: 90}
TITLES = (
    "老年社会工作能力提升", "社区治理与议事协商", "社会救助政策与社工介入", "家庭社会工作",
    "未成年人保护法规解读", "社会工作伦理", "个案管理实务", "社会工作督导实务",
)  # fmt: skip
LENGTHS = (16, 20, 24, 32, 40)  # hours of a training
DAY_HOURS = 8
SHARES = (0, 0.3, 0.55, 0.8, 1, 1)  # of the hours that the level asks for
WORTH_ENTERING = timedelta(days=420)  # of who has longer left nobody asks yet
TAKES, JUST = timedelta(days=30), timedelta(days=8)


@dataclass(frozen=True, slots=True)
class Period:
    """Registered on a day, which for a renewal is before it begins."""

    on: date
    from_on: date
    to_on: date


@dataclass(frozen=True, slots=True)
class Course:
    """What becomes of one person; the first registration may be late, a last one be under way."""

    periods: Sequence[Period] = ()
    is_late: bool = False
    applied_on: date | None = None


def are_there() -> bool:
    renewed = sa.select(Registration.person_id).group_by(Registration.person_id)
    chosen = renewed.having(sa.func.count() > 1).limit(1)
    return db.session.scalar(chosen) is not None


def build() -> None:
    chance = Random(17)  # noqa: S311 - the same at every load
    units, chen = conversion(HourUnit.HOUR), cast.actor("chen")
    for held in _left():
        course = _course(chance, held.approved_on)
        person = held.person  # what is applied for is read anew, without its person
        _register(chen, held, course)
        _learn(chen, chance, person, HOURS[held.level], course, units)


def _left() -> list[Qualification]:
    """The highest level of each whose registration nobody has told of."""
    told = sa.select(Registration.person_id)
    mine = Qualification.known() & Qualification.person_id.not_in(told)
    chosen = sa.select(Qualification).where(mine).options(joinedload(Qualification.person))
    found: dict[int, Qualification] = {}
    best = best_of(db.session.scalars(chosen.order_by(Qualification.id)).all())
    for (person_id, _), held in sorted(best.items(), key=lambda item: item[0][1].rank):
        found[person_id] = held
    return [found[person_id] for person_id in sorted(found)]


def _course(chance: Random, approved_on: date) -> Course:
    today, closes_on = clock.today(), months_on(approved_on, FIRST_WITHIN)
    is_lasting = approved_on < LASTING_BEFORE
    draw, days = chance.random(), timedelta(days=chance.randint(0, 27))
    asks = chance.random() < UNDER_WAY
    if draw < MISSED and not is_lasting:
        return Course()
    is_late = draw < MISSED + LATE and not is_lasting
    months = FIRST_WITHIN + 2 if is_late else chance.randint(2, FIRST_WITHIN - 2)
    first_on = months_on(approved_on, months) + days
    if first_on + TAKES > today:
        return Course(applied_on=today - JUST if asks and today < closes_on else None)
    periods = [Period(first_on, first_on, last_day(first_on, PERIOD))]
    while periods[-1].to_on - (before := timedelta(days=chance.randint(6, 85))) <= today:
        if chance.random() > RENEWED and not is_lasting:
            break
        ended_on = periods[-1].to_on
        from_on = ended_on + timedelta(days=1)
        periods.append(Period(ended_on - before, from_on, last_day(from_on, PERIOD)))
    is_open = months_on(periods[-1].to_on, -WINDOW) + JUST < today <= periods[-1].to_on
    return Course(periods, is_late, today - JUST if asks and is_open else None)


def _register(chen: Actor, held: Qualification, course: Course) -> None:
    person, level = held.person, held.level
    if course.is_late:
        _register_late(chen, held, course.periods[0].on)
    for period in course.periods[course.is_late :]:
        step = Step(
            on=period.on,
            evidence=SEEN,
            from_on=period.from_on,
            to_on=period.to_on,
            certificate_no=f"演示-{person.id:04d}",
        )
        with _noted(period.on):
            record_registration(chen, person, step, level=level, registrar=REGISTRAR)
    if course.applied_on is not None:
        handed_in = Step(on=course.applied_on, evidence="登记机构受理回执")
        with _noted(course.applied_on):
            apply_for(chen, person, handed_in, level=level, registrar=REGISTRAR)


def _register_late(chen: Actor, held: Qualification, on: date) -> None:
    """Handed in after the year was over; the registrar took it on a ground."""
    handed_in = on - TAKES
    with _noted(handed_in):
        step = Step(on=handed_in, evidence="登记机构受理回执")
        row = apply_for(
            chen, held.person, step, level=held.level, registrar=REGISTRAR, ground=GROUND
        )
    with _noted(on):
        for state in LATE_STEPS:
            take_step(chen, row, Step(on=on, evidence="全国系统显示"), state=state)


def _learn(
    chen: Actor, chance: Random, person: Person, hours: int, course: Course, unit: ConversionRule
) -> None:
    """Hours of the period that runs, as far as it is; of some far too few, of some enough."""
    today = clock.today()
    if not course.periods or not today <= course.periods[-1].to_on <= today + WORTH_ENTERING:
        return
    period = course.periods[-1]
    missing = hours * chance.choice(SHARES)
    done_on = today - timedelta(days=chance.randint(20, 70))
    while missing > 0 and done_on > period.from_on + timedelta(days=40):
        lasts = min((n for n in LENGTHS if n >= missing), default=LENGTHS[-1])
        _confirmed(chen, person, _training(chance, lasts, done_on, unit))
        missing -= lasts
        done_on -= timedelta(days=chance.randint(120, 260))


def _training(chance: Random, hours: int, done_on: date, unit: ConversionRule) -> Done:
    return Done(
        title=chance.choice(TITLES),
        provider="内蒙古社会工作协会",
        from_on=done_on - timedelta(days=-(-hours // DAY_HOURS) - 1),
        done_on=done_on,
        quantity=Decimal(hours),
        conversion=unit,
        filing_no=f"演示备案〔{done_on.year}〕{chance.randint(100, 999)}号",
        authority="通辽市委社会工作部",
        evidence="结业证书扫描件，原件存所在单位",
    )


def _confirmed(chen: Actor, person: Person, done: Done) -> None:
    with _noted(done.done_on + timedelta(days=3)):
        entry = enter_hours(cast.as_trainee(person), person, done)
    with _noted(done.done_on + timedelta(days=6)):
        confirm_hours(chen, entry)


def _noted(on: date) -> AbstractContextManager[None]:
    return clock.put_at(at(max(on, TOOK_OVER_ON), AFTERNOON.begins))
