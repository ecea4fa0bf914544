"""Registrations and hours in the demo: in force, due, under way, lapsed; hours to confirm."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.demo import cast, staff
from college.demo.courses import EVENING, MORNING, at
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification
from college.register.continuing_education.models import (
    ConversionRule,
    EntryState,
    HourCategory,
    HourEntry,
    HourUnit,
)
from college.register.continuing_education.operations import (
    Done,
    confirm_hours,
    enter_hours,
    refuse_hours,
)
from college.register.continuing_education.ruling import adopt_hours_rules
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


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """A training held by others, so many days ago; -1 is the station manager's place."""

    place: int
    days_ago: int
    title: str
    provider: str
    quantity: int
    unit: HourUnit = HourUnit.HOUR
    days: int = 3
    state: EntryState = EntryState.CONFIRMED


ELSEWHERE = (
    Elsewhere(-1, 820, "社会救助政策与社工介入", "内蒙古社会工作协会", 24),
    Elsewhere(-1, 430, "老年社会工作能力提升", "内蒙古社会工作协会", 32, days=4),
    Elsewhere(-1, 95, "社工站项目管理与评估", "通辽市社会工作协会", 20),
    Elsewhere(-1, 12, "危机干预实务", "通辽市社会工作协会", 16, HourUnit.PERIOD, 2,
              EntryState.WAITING),
    Elsewhere(1, 200, "未成年人保护法规解读", "通辽市社会工作协会", 16, days=2),
    Elsewhere(3, 300, "小组工作进阶", "内蒙古社会工作协会", 24),
    Elsewhere(3, 40, "社区治理与议事协商", "通辽市社会工作协会", 20, HourUnit.PERIOD,
              state=EntryState.WAITING),
    Elsewhere(4, 60, "家庭社会工作", "内蒙古社会工作协会", 18, state=EntryState.WAITING),
    Elsewhere(6, 500, "社会工作督导实务", "内蒙古社会工作协会", 60, days=8),
    Elsewhere(6, 150, "社会工作伦理", "通辽市社会工作协会", 32, days=4),
    Elsewhere(7, 30, "网络公益讲座", "某网络平台", 8, days=1, state=EntryState.REFUSED),
)  # fmt: skip


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


def are_hours_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(HourEntry.id > 0))))


def enter_all_hours() -> None:
    """What holders bring from elsewhere: some confirmed, some waiting, one not confirmed."""
    with clock.put_at(at(RULES_FROM, MORNING.begins)):
        adopt_hours_rules(SYSTEM)
    holders = staff.of_tongliao()[staff.HOLDERS]
    people = {place: holders[place] for place in REGISTERED} | {-1: cast.person("zhanzhang")}
    for elsewhere in ELSEWHERE:
        _enter(people[elsewhere.place], elsewhere)


def _enter(person: Person, elsewhere: Elsewhere) -> None:
    """The person enters it; the academic office, as the second person, says whether it counts."""
    done_on = clock.today() - timedelta(days=elsewhere.days_ago)
    done = Done(
        title=elsewhere.title,
        provider=elsewhere.provider,
        from_on=done_on - timedelta(days=elsewhere.days - 1),
        done_on=done_on,
        quantity=Decimal(elsewhere.quantity),
        conversion=conversion(elsewhere.unit),
        filing_no=f"演示备案〔{done_on.year}〕{elsewhere.days_ago % 90 + 1:03d}号",
        authority="通辽市委社会工作部",
        evidence="结业证书扫描件，原件存社工站",
    )
    with clock.put_at(at(done_on, EVENING.begins) + timedelta(days=3)):
        entry = enter_hours(cast.as_trainee(person), person, done)
    with clock.put_at(at(done_on, EVENING.begins) + timedelta(days=6)):
        if elsewhere.state is EntryState.CONFIRMED:
            confirm_hours(cast.actor("chen"), entry)
        elif elsewhere.state is EntryState.REFUSED:
            reason = "备案号查不到，请补交主管部门的公布文件。"
            refuse_hours(cast.actor("chen"), entry, reason=reason)


def conversion(unit: HourUnit) -> ConversionRule:
    filed = ConversionRule.category == HourCategory.TRAINING
    chosen = sa.select(ConversionRule).where(filed, ConversionRule.unit == unit)
    return db.session.scalars(chosen.order_by(ConversionRule.id).limit(1)).one()


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
