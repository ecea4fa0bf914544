"""Inviting people and taking an invitation up: the only code that makes or ends an Invitation."""

from datetime import timedelta

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import NotFound, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.accounts.models import Account
from college.people.accounts.opening import opened, renewed
from college.people.accounts.queries import by_person
from college.people.invitations.codes import plain
from college.people.invitations.models import Invitation, InvitationKind, Way
from college.people.persons.models import Person
from college.people.persons.queries import lock_persons
from college.people.roles.taking_over import refuse_takeover
from college.people.sign_ins.keys import hash_of


class Spent(NotFound):
    code = "spent"
    message = say("This code opens nothing: it was used, is too old, or a newer one was made.")


class DemoStays(RuleBroken):
    code = "demo_stays"
    message = say("The demo accounts keep their password, so that others can try them too.")


@operation
def invite(actor: Actor, person: Person, *, code: str, way: Way, lasts: timedelta) -> Invitation:
    """Let whoever brings `code` choose a password: the first one, or a new one.

    An earlier code of the person opens nothing from now on. Raises NotAllowed, MayMoreThanYou,
    DemoStays.
    """
    require(actor, Can.ACCOUNTS_OPEN, person)
    lock_persons([person.id])
    account = by_person(person.id)
    if account is not None and person.is_demo:
        raise DemoStays
    refuse_takeover(actor, person)
    _end_open(person)
    now = clock.now()
    made = Invitation(
        person_id=person.id,
        kind=InvitationKind.RESET if account else InvitationKind.FIRST,
        way=way,
        code_hash=hash_of(plain(code)),
        made_at=now,
        expires_at=now + lasts,
    )
    db.session.add(made)
    journal.record(actor, "invite", made, about=person.id, kind=made.kind, way=way)
    return made


@operation
def withdraw_invitation(actor: Actor, invitation: Invitation) -> Invitation:
    """From now on its code opens nothing."""
    require(actor, Can.ACCOUNTS_OPEN, invitation)
    invitation = locked(Invitation, invitation.id)
    if invitation.ended_at is None:
        invitation.ended_at = clock.now()
        journal.record(actor, "withdraw_invitation", invitation, about=invitation.person_id)
    return invitation


@operation
def enter(actor: Actor, invitation: Invitation, *, login: str, password_hash: str) -> Account:
    """Take an invitation up: open the account, or give it the new password.

    `actor` is the person invited: the code proved it. Raises Spent, UnfitLogin, LoginTaken.
    """
    require(actor, Can.INVITATIONS_USE, invitation)
    invitation = locked(Invitation, invitation.id)
    now = clock.now()
    if invitation.ended_at is not None or invitation.expires_at <= now:
        raise Spent
    invitation.ended_at, invitation.was_used = now, True
    person = db.session.get_one(Person, invitation.person_id)
    account = by_person(person.id)
    if account is None:
        return opened(actor, person, login=login, password_hash=password_hash)
    return renewed(actor, account, password_hash=password_hash)


def _end_open(person: Person) -> None:
    mine = (Invitation.person_id == person.id) & Invitation.ended_at.is_(None)
    db.session.execute(sa.update(Invitation).where(mine).values(ended_at=clock.now()))
