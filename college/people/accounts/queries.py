from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.orm import joinedload, lazyload

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Actor, Role
from college.people.accounts.models import Account, clean_login
from college.people.notices.queries import unread_by
from college.people.persons.identity import is_phone, plain_phone
from college.people.persons.models import Person
from college.people.persons.queries import phone_key
from college.people.roles.models import RoleGrant
from college.people.sign_ins.keys import hash_of
from college.people.sign_ins.models import SignIn
from college.people.sign_ins.queries import IN_FORCE, Lasting


def by_login(login: str) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.login == clean_login(login)))


@dataclass(frozen=True, slots=True)
class Meant:
    """Whom a typed name may mean, and by what its tries are counted."""

    accounts: Sequence[Account]
    counted_by: str

    @property
    def account(self) -> Account | None:
        """The account, where it is one alone."""
        return self.accounts[0] if len(self.accounts) == 1 else None

    @property
    def is_shared(self) -> bool:
        return len(self.accounts) > 1


def meant_by(typed: str) -> Meant:
    """Look for a user name, a phone and a mail address: two queries, whatever was typed.

    A user name means its account, whoever else has it for a phone. However an account is called,
    its tries are counted together; an unknown name's by its plain form.
    """
    name = clean_login(typed)
    phone = phone_key(plain_phone(typed))
    # not one query that joins: a database that knows no numbers yet, as after a large import, goes
    # through all accounts for each person
    people = sa.union(
        sa.select(Person.id).where(Person.phone_key == phone, Person.stands()),
        sa.select(Person.id).where(Person.email == name, Person.email != "", Person.stands()),
    )
    owned = Account.person_id.in_(db.session.scalars(people).all())
    # what is known must cost no statement more: the grants come when they are asked for
    chosen = sa.select(Account).where((Account.login == name) | owned)
    chosen = chosen.options(lazyload(Account.grants))
    found = db.session.scalars(chosen.order_by(Account.id)).all()
    exact = [account for account in found if account.login == name]
    meant = Meant(exact or found, "")
    unknown = phone if is_phone(typed) else name
    return replace(meant, counted_by=meant.account.login if meant.account else unknown)


def by_person(person_id: int) -> Account | None:
    return db.session.scalar(sa.select(Account).where(Account.person_id == person_id))


def acting_for(person_id: int | None) -> Actor:
    """As whom a job works: the person who ordered it, with the rights that person has now."""
    account = by_person(person_id) if person_id is not None else None
    if account is not None:
        return account.actor
    return SYSTEM if person_id is None else Actor(person_id)


def has_demo_sign_ins() -> bool:
    """Whether somebody can be signed in with the password that everybody knows."""
    demo = sa.select(Account.id).join(Person, Person.id == Account.person_id).where(Person.is_demo)
    return bool(db.session.scalar(sa.select(demo.exists())))


@dataclass(frozen=True, slots=True)
class Visit:
    """Who a sign-in cookie stands for, when that device was last seen, and what is new."""

    account: Account
    sign_in_id: int
    last_seen_at: datetime
    unread: int  # notices
    passkey_id: int | None  # by which it was begun


def by_cookie(key: str, lasting: Lasting) -> Visit | None:
    """The account whose sign-in holds this key, while both are in force: one query."""
    asked = {"key_hash": hash_of(key), **lasting.moments}
    found = db.session.execute(_by_cookie(), asked).unique().one_or_none()
    return Visit(*found) if found is not None else None


@cache
def _by_cookie() -> sa.Select[Account, int, datetime, int, int | None]:
    """Made once: every page of a reader asks it, and making it costs more than answering."""
    same = (SignIn.person_id == Account.person_id) & (SignIn.epoch == Account.epoch)
    return (
        sa.select(
            Account,
            SignIn.id,
            SignIn.last_seen_at,
            unread_by(Account.person_id),
            SignIn.passkey_id,
        )
        .join(SignIn, same)
        .where(SignIn.key_hash == sa.bindparam("key_hash"), IN_FORCE)
        .options(joinedload(Account.grants))
    )


def was_here(login: str, address: str) -> bool:
    """Whether whoever holds this account ever signed in from this network."""
    chosen = sa.select(SignIn.id).join(Account, Account.person_id == SignIn.person_id)
    here = (Account.login == login) & (SignIn.address == address)
    return bool(db.session.scalar(sa.select(chosen.where(here).exists())))


def trainees() -> Sequence[Person]:
    """Return the persons with a trainee's role in force today, in pinyin order."""
    enrolled = RoleGrant.in_force(clock.today()) & (RoleGrant.role == Role.TRAINEE)
    holders = sa.select(RoleGrant.person_id).where(enrolled)
    chosen = sa.select(Person).where(Person.id.in_(holders))
    return db.session.scalars(chosen.order_by(Person.sort_key, Person.id)).all()
