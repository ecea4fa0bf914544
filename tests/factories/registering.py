"""Registrations of titles: dull but valid."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.results.models import Result
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.register.continuing_education.models import (
    ConversionRule,
    HourCategory,
    HourEntry,
    HoursRule,
    HourUnit,
)
from college.register.continuing_education.operations import (
    Done,
    enter_hours,
)
from college.register.continuing_education.ruling import adopt_hours_rules
from college.register.registrations.models import Registration, RegistrationStep
from college.register.registrations.operations import (
    Step,
    adopt_registration_rules,
    apply_for,
    record_registration,
)
from college.register.reviews.models import Review, ReviewStep
from college.register.reviews.operations import Step as ReviewedStep
from college.register.reviews.operations import apply_for_review
from college.register.reviews.queries import way_of
from tests.factories.exams import make_cycle, make_result


def make_registration_rules() -> None:
    adopt_registration_rules(SYSTEM)
    db.session.commit()


def step(on: date | None = None, **over: Any) -> Step:
    return Step(on=on or clock.today(), **{"evidence": "登记证书原件"} | over)


def make_registration(
    person: Person, on: date, *, level: Level = Level.ASSISTANT, **over: Any
) -> Registration:
    """A registration that is complete, by the rule."""
    make_registration_rules()
    made = record_registration(SYSTEM, person, step(on, **over), level=level)
    db.session.commit()
    return made


def make_application(
    person: Person, on: date | None = None, *, level: Level = Level.ASSISTANT, **over: Any
) -> Registration:
    make_registration_rules()
    made = apply_for(SYSTEM, person, step(on), level=level, **over)
    db.session.commit()
    return made


def step_of(row: Registration) -> RegistrationStep:
    """The last step that is believed."""
    mine = (RegistrationStep.registration_id == row.id) & RegistrationStep.known()
    chosen = sa.select(RegistrationStep).where(mine).order_by(RegistrationStep.position.desc())
    return db.session.scalars(chosen.limit(1)).one()


def make_hours_rules() -> None:
    adopt_hours_rules(SYSTEM)
    db.session.commit()


def conversion(
    category: HourCategory = HourCategory.TRAINING,
    unit: HourUnit = HourUnit.HOUR,
    region: str = "",
) -> ConversionRule:
    mine = (ConversionRule.category == category) & (ConversionRule.unit == unit)
    mine &= ConversionRule.known() & (ConversionRule.region == region)
    chosen = sa.select(ConversionRule).where(mine)
    return db.session.scalars(chosen.order_by(ConversionRule.id).limit(1)).one()


def requirement(level: Level = Level.ASSISTANT) -> HoursRule:
    mine = (HoursRule.level == level) & HoursRule.known()
    return db.session.scalars(sa.select(HoursRule).where(mine).limit(1)).one()


def done(on: date | None = None, **over: Any) -> Done:
    day = on or clock.today() - timedelta(days=3)
    usual: dict[str, Any] = {
        "title": "危机干预实务",
        "from_on": day,
        "done_on": day,
        "quantity": Decimal(6),
        "evidence": "结业证书，已看原件",
        "filing_no": "备2026-1",
    }
    rule = over.pop("conversion", None) or conversion()
    return Done(**usual | over, conversion=rule)


def make_entry(
    person: Person, on: date | None = None, *, by: Actor = SYSTEM, **over: Any
) -> HourEntry:
    if not db.session.scalar(sa.select(sa.func.count(ConversionRule.id))):
        make_hours_rules()
    made = enter_hours(by, person, done(on, **over))
    db.session.commit()
    return made


def make_senior_pass(person: Person, year: int = 2024, **over: Any) -> Result:
    """A passed senior exam: with it comes a statement of three years from 25 July of that year."""
    mine = sa.select(ExamCycle).where(ExamCycle.year == year).limit(1)
    cycle = db.session.scalar(mine) or make_cycle(year)
    facts = {"level": Level.SENIOR, "subject": Subject.PRACTICE, "score": Decimal(66)}
    return make_result(person, cycle, **facts | over)


def make_review(
    person: Person, on: date | None = None, *, evidence: str = "评委会回执", **over: Any
) -> Review:
    """An application for the senior review, with the statement that it needs."""
    day = on or clock.today()
    if way_of(person, day).statement is None:
        make_senior_pass(person, day.year - 1)
    made = apply_for_review(SYSTEM, person, ReviewedStep(on=day, evidence=evidence), **over)
    db.session.commit()
    return made


def review_step_of(row: Review) -> ReviewStep:
    """The last step that is believed."""
    mine = (ReviewStep.review_id == row.id) & ReviewStep.known()
    chosen = sa.select(ReviewStep).where(mine).order_by(ReviewStep.position.desc())
    return db.session.scalars(chosen.limit(1)).one()
