"""Two people who registered by themselves and wait: one of the home station, one who is new."""

from itertools import islice

import sqlalchemy as sa

from college.core import crypto
from college.core.db import db
from college.core.roles import NOBODY
from college.demo import names, stations
from college.people.accounts.models import Account
from college.people.employment.models import Employment
from college.people.persons.identity import IdType
from college.people.persons.models import Person
from college.people.sign_ups.consents import named, shown_texts
from college.people.sign_ups.models import SignUp
from college.people.sign_ups.operations import NewSignUp, register

NUMBER = 9_900  # of an ID number that nobody in the demo has
PHONES = ("13800000001", "13800000002")
NOBODYS = "-"  # no password fits it


def is_there() -> bool:
    return bool(db.session.scalar(sa.select(sa.exists().where(SignUp.id > 0))))


def build() -> None:
    home = stations.unit(stations.HOME_STATION)
    there = Person.employments.any(Employment.unit_id == home.id)
    no_account = ~sa.exists().where(Account.person_id == Person.id)
    chosen = sa.select(Person).where(there, no_account, Person.id_type == IdType.RESIDENT_ID)
    colleague = db.session.scalars(chosen.order_by(Person.id.desc()).limit(1)).one()
    assert colleague.id_number_sealed is not None
    (name,) = islice(names.han_names(seed=9), 1)
    _register(colleague.full_name, crypto.unseal(colleague.id_number_sealed), PHONES[0])
    _register(name, names.id_number(NUMBER), PHONES[1])


def _register(name: str, number: str, phone: str) -> None:
    new = NewSignUp(
        full_name=name,
        id_number=number,
        id_type=IdType.RESIDENT_ID,
        unit=stations.unit(stations.HOME_STATION),
        phone=phone,
        consent=named(shown_texts()),
    )
    register(NOBODY, new, password_hash=NOBODYS)
