from collections.abc import Sequence

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Role
from college.people.accounts.models import Account, RoleGrant, clean_login
from college.people.persons.models import Person


def by_login(login: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.login == clean_login(login)))


def by_person(person_id: int) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.person_id == person_id))


def acting_for(person_id: int | None) -> Actor:
    """As whom a job works: the person who ordered it, with the rights that person has now."""
    account = by_person(person_id) if person_id is not None else None
    if account is not None:
        return account.actor
    return SYSTEM if person_id is None else Actor(person_id)


def by_cookie(key: str) -> Account | None:
    """The account that a sign-in cookie names, unless its epoch has moved on."""
    account_id, _, epoch = key.partition(".")
    if not account_id.isdecimal() or not epoch.isdecimal():
        return None
    account = db.session.get(Account, int(account_id))
    return account if account is not None and account.epoch == int(epoch) else None


def trainees() -> Sequence[Person]:
    """Return the persons with a trainee's role in force today, in pinyin order."""
    enrolled = RoleGrant.in_force(clock.today()) & (RoleGrant.role == Role.TRAINEE)
    holders = sa.select(RoleGrant.person_id).where(enrolled)
    chosen = sa.select(Person).where(Person.id.in_(holders))
    return db.session.scalars(chosen.order_by(Person.sort_key, Person.id)).all()
