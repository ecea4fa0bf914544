"""People who came into the records twice: one pair to decide upon, one merged, one told apart."""

from datetime import timedelta
from itertools import islice

import sqlalchemy as sa

from college.core.db import db
from college.core.roles import SYSTEM
from college.demo import names, stations
from college.people.employment.models import Employment
from college.people.invitations.codes import new_code
from college.people.invitations.models import Way
from college.people.invitations.operations import invite
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_person
from college.reports.twins.models import PersonMerge
from college.reports.twins.operations import merge_persons, tell_apart


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(PersonMerge.id > 0))))


def build() -> None:
    home = stations.unit(stations.HOME_STATION)
    there = Person.employments.any(Employment.unit_id == home.id)
    chosen = sa.select(Person).where(there, Person.born_on.is_not(None), Person.phone_key.is_(None))
    open_one, settled = db.session.scalars(chosen.order_by(Person.id.desc()).limit(2)).all()
    _again(open_one)
    double = _again(settled)
    # that something hangs on it, which goes along
    invite(SYSTEM, double, code=new_code(), way=Way.SLIP, lasts=timedelta(days=14))
    merge_persons(SYSTEM, settled, double)
    (name,) = islice(names.han_names(seed=10), 1)
    namesakes = [record_person(SYSTEM, NewPerson(full_name=name, is_demo=True)) for _ in range(2)]
    tell_apart(SYSTEM, *namesakes)


def _again(person: Person) -> Person:
    """The same person as somebody put them down who had no ID number at hand."""
    new = NewPerson(full_name=person.full_name, born_on=person.born_on, is_demo=True)
    return record_person(SYSTEM, new)
