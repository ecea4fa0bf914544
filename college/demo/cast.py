"""Who signs in to the demo college, and whom they act as."""

from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.demo.courses import MORNING, at
from college.demo.names import invented
from college.demo.stations import COLLEGE, DEPARTMENT, HOME_STATION, TONGLIAO, unit
from college.people.accounts.models import Account
from college.people.accounts.operations import open_account
from college.people.accounts.queries import by_login
from college.people.employment.models import Capacity
from college.people.employment.operations import Hiring, hire
from college.people.invitations.codes import new_code
from college.people.invitations.models import Way
from college.people.invitations.operations import invite
from college.people.persons.models import Person
from college.people.persons.operations import record_person
from college.people.roles.operations import grant_role
from college.stations.units.models import Unit

PASSWORD = "college-demo"  # noqa: S105 - printed for everybody; signs in on this machine only
FIRST_NUMBER = 0  # of their ID numbers
ROLES_FROM = date(2022, 1, 1)
INVITED_FOR = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Part:
    """One of the cast; without a login they have a post and no account."""

    login: str
    name: str
    role: Role
    unit: str
    capacity: Capacity
    since: date
    duty: str  # for the list of sign-ins
    also: tuple[tuple[Role, str], ...] = ()  # further roles, each with its unit or ""


CAST = (
    Part("lilei", "李雷", Role.TRAINEE, HOME_STATION, Capacity.STATION_WORKER, date(2024, 7, 1),
         "学员 · trainee"),
    Part("hanmeimei", "韩梅梅", Role.INSTRUCTOR, COLLEGE, Capacity.LECTURER, date(2024, 1, 1),
         "教师 · instructor", ((Role.CLASS_TUTOR, ""),)),
    Part("wangdudao", "王督导", Role.SUPERVISOR, COLLEGE, Capacity.SUPERVISOR, date(2024, 1, 1),
         "督导者 · supervisor"),
    Part("zhanzhang", "萨如拉", Role.STATION_MANAGER, HOME_STATION, Capacity.STATION_WORKER,
         date(2022, 3, 1), "站长 · station manager"),
    Part("chen", "陈老师", Role.ADMIN, COLLEGE, Capacity.OTHER, date(2024, 1, 1),
         "教务 · administrator", ((Role.COORDINATOR, TONGLIAO.name), (Role.APPROVER, COLLEGE))),
    Part("bumen", "白主任", Role.OBSERVER, DEPARTMENT, Capacity.OTHER, date(2023, 9, 1),
         "社会工作部 · department, figures only", ((Role.EVALUATOR, TONGLIAO.name),)),
)  # fmt: skip
TOOK_OVER_ON = date(2024, 3, 4)  # what was before the college came from its founders
LECTURERS = ("哈斯图雅", "丁文海")


def is_there() -> bool:
    return by_login(CAST[0].login) is not None


def build(password_hash: str) -> None:
    """Record the cast with posts, roles and accounts; the hash was made before, for all at once."""
    for number, part in enumerate(CAST, start=FIRST_NUMBER):
        _engage(number, part, password_hash)
    for number, name in enumerate(LECTURERS, start=FIRST_NUMBER + len(CAST)):
        lecturer = record_person(SYSTEM, invented(name, number))
        _hired(lecturer, unit(COLLEGE), Capacity.LECTURER, date(2024, 1, 1))
        # waits to be taken up: what the page of invitations shows; the code is nobody's
        invite(SYSTEM, lecturer, code=new_code(), way=Way.SLIP, lasts=INVITED_FOR)


def _engage(number: int, part: Part, password_hash: str) -> None:
    person, place = record_person(SYSTEM, invented(part.name, number)), unit(part.unit)
    _hired(person, place, part.capacity, part.since)
    scope = place if part.role is Role.STATION_MANAGER else None
    grant_role(SYSTEM, person, role=part.role, unit=scope, from_on=ROLES_FROM)
    for role, where in part.also:
        reach = unit(where) if where else None
        grant_role(SYSTEM, person, role=role, unit=reach, from_on=ROLES_FROM)
    open_account(SYSTEM, person, login=part.login, password_hash=password_hash)


def _hired(person: Person, place: Unit, capacity: Capacity, since: date) -> None:
    """As the college learned of it: on the day, or when it took over."""
    with clock.put_at(at(max(since, TOOK_OVER_ON), MORNING.begins)):
        hire(SYSTEM, Hiring(person=person, unit=place, capacity=capacity, from_on=since))


def account(login: str) -> Account:
    found = by_login(login)
    assert found is not None
    return found


def person(login: str) -> Person:
    return account(login).person


def actor(login: str) -> Actor:
    """Whom one of the cast acts as."""
    return account(login).actor


def as_trainee(person: Person) -> Actor:
    """Whom a trainee acts as; most have no account of their own."""
    return Actor(person.id, frozenset({Grant(Role.TRAINEE)}))


def named(name: str) -> Person:
    """A demo person by name; of two of the same name the first."""
    chosen = sa.select(Person).where(Person.full_name == name, Person.is_demo)
    return db.session.scalars(chosen.order_by(Person.id).limit(1)).one()
