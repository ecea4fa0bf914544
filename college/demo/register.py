"""Registrations of titles in the demo: some in force, some due, one under way, one lapsed."""

from datetime import date, timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.demo import cast, staff
from college.demo.courses import MORNING, at
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.register.registrations.models import Registration, RegistrationState
from college.register.registrations.operations import (
    Step,
    adopt_registration_rules,
    apply_for,
    record_registration,
    take_step,
)
from college.register.registrations.periods import months_on

REGISTRAR = "科尔沁区委社会工作部"
RULES_FROM = date(2022, 1, 4)
SEEN = "登记证书原件，社工站已核对"
# of the holders in the order of recording: registered so many months and days ago
REGISTERED = {1: (14, 0), 3: (20, 11), 4: (8, 3), 6: (36, -60), 7: (35, 9), 8: (37, 12)}
APPLIED = 2


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(Registration.id > 0))))


def build() -> None:
    with clock.put_at(at(RULES_FROM, MORNING.begins)):
        adopt_registration_rules(SYSTEM)
    holders = staff.of_tongliao()[staff.HOLDERS]
    for place, (months, days) in REGISTERED.items():
        _registered(holders[place], months_on(clock.today(), -months) - timedelta(days=days))
    # the station manager's own: due in two months
    _registered(cast.person("zhanzhang"), months_on(clock.today(), -36) + timedelta(days=60))
    _under_way(holders[APPLIED])


def _registered(person: Person, on: date) -> None:
    held = _highest(person)
    step = Step(on=max(on, held.approved_on), evidence=SEEN, certificate_no=f"演示-{person.id:04d}")
    with clock.put_at(at(step.on, MORNING.begins) + timedelta(hours=5)):
        record_registration(cast.actor("chen"), person, step, level=held.level, registrar=REGISTRAR)


def _under_way(person: Person) -> None:
    chen, today = cast.actor("chen"), clock.today()
    ground = "申请人外派期间未能按期办理，登记机构同意补办"
    handed_in = Step(on=today - timedelta(days=9), evidence="登记机构受理回执")
    with clock.put_at(at(handed_in.on, MORNING.begins)):
        row = apply_for(
            chen,
            person,
            handed_in,
            level=_highest(person).level,
            registrar=REGISTRAR,
            ground=ground,
        )
    looked_at = Step(on=today - timedelta(days=2), evidence="全国系统显示")
    with clock.put_at(at(looked_at.on, MORNING.begins)):
        take_step(chen, row, looked_at, state=RegistrationState.FIRST_PASSED)


def _highest(person: Person) -> Qualification:
    mine = (Qualification.person_id == person.id) & Qualification.known()
    rows = db.session.scalars(sa.select(Qualification).where(mine)).all()
    return max(rows, key=lambda row: list(Level).index(row.level))
