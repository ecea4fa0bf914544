from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from college.core import clock
from college.core.access import visible
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.accounts.models import Account
from college.people.employment.queries import units_of
from college.people.invitations.codes import plain
from college.people.invitations.models import Invitation, InvitationKind, Way
from college.people.passkeys.queries import with_passkeys
from college.people.persons.models import Person
from college.people.persons.queries import named
from college.people.roles.queries import out_of_reach
from college.people.sign_ins.keys import hash_of
from college.stations.units.models import Unit


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody who may be invited, or helped to a new password."""

    person: Person
    unit: Unit | None
    account: Account | None
    invitation: Invitation | None  # the open one
    is_in_reach: bool  # holds no role with more rights than the reader's own
    has_second_factor: bool  # codes by an app, or passkeys


def people(actor: Actor, *, words: str = "", is_everybody: bool = False) -> sa.Select[Person]:
    """Whom the actor may invite, in the order of names; without an account, or everybody."""
    chosen = sa.select(Person).where(visible(Person, actor, Can.ACCOUNTS_OPEN), Person.stands())
    if not is_everybody:
        chosen = chosen.where(~sa.exists().where(Account.person_id == Person.id))
    if words.strip():
        chosen = chosen.where(named(words))
    return chosen.order_by(Person.sort_key, Person.id)


def lines(actor: Actor, found: Collection[Person]) -> list[Line]:
    ids = [person.id for person in found]
    accounts = sa.select(Account).where(Account.person_id.in_(ids))
    by_person = {account.person_id: account for account in db.session.scalars(accounts)}
    mine = Invitation.person_id.in_(ids) & Invitation.is_open(clock.now())
    newest = sa.select(Invitation).where(mine).order_by(Invitation.id)
    invited = {one.person_id: one for one in db.session.scalars(newest)}
    units = units_of(ids, clock.today())
    beyond = out_of_reach(actor, ids)
    twice = with_passkeys(ids) | {
        person_id for person_id, account in by_person.items() if account.has_second_factor
    }
    return [
        Line(
            p,
            units.get(p.id),
            by_person.get(p.id),
            invited.get(p.id),
            p.id not in beyond,
            p.id in twice,
        )
        for p in found
    ]


def open_by_code(typed: str) -> Invitation | None:
    """The invitation that this code opens now; whatever else it was, none."""
    same = Invitation.code_hash == hash_of(plain(typed))
    chosen = sa.select(Invitation).where(same, Invitation.is_open(clock.now()))
    return db.session.scalar(chosen.options(joinedload(Invitation.person)))


def links_since(person_id: int, since: datetime) -> int:
    """How many links for a new password went to this person by mail since then."""
    mailed = (Invitation.way == Way.MAIL) & (Invitation.kind == InvitationKind.RESET)
    chosen = sa.select(sa.func.count(Invitation.id)).where(mailed, Invitation.made_at > since)
    return db.session.scalars(chosen.where(Invitation.person_id == person_id)).one()
