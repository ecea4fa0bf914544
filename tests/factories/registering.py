"""Registrations of titles: dull but valid."""

from datetime import date
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.register.registrations.models import Registration, RegistrationStep
from college.register.registrations.operations import (
    Step,
    adopt_registration_rules,
    apply_for,
    record_registration,
)


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
