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
from college.people.notices.models import NoticeKind
from college.people.notices.telling import Secret, tell
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


class NoMailAddress(RuleBroken):
    code = "no_mail_address"
    message = say("The college has no mail address of %(name)s. Print a slip instead.")


@operation
def invite(actor: Actor, person: Person, *, code: str, way: Way, lasts: timedelta) -> Invitation:
    """Let whoever brings `code` choose a password: the first one, or a new one.

    An earlier code of the person opens nothing from now on. Raises NotAllowed, MayMoreThanYou,
    DemoStays.
    """
    require(actor, Can.ACCOUNTS_OPEN, person)
    kind = _kind_for(actor, person)
    _end_open(person)
    return _made(actor, person, kind, code=code, way=way, lasts=lasts)


@operation
def mail_invitation(
    actor: Actor,
    person: Person,
    *,
    code: str,
    address: str,
    lasts: timedelta,
    is_forgotten: bool = False,
) -> Invitation:
    """As `invite`, by a mail with a link to `address` and the code.

    `is_forgotten`: anybody may have asked for it, so a code on paper goes on opening. Raises
    NotAllowed, NoMailAddress, MayMoreThanYou, DemoStays.
    """
    require(actor, Can.ACCOUNTS_OPEN, person)
    if not person.email:
        raise NoMailAddress(name=person.full_name)
    kind = _kind_for(actor, person)
    _end_open(person, way=Way.MAIL if is_forgotten else None)
    made = _made(actor, person, kind, code=code, way=Way.MAIL, lasts=lasts)
    what = NoticeKind.PASSWORD_FORGOTTEN if kind is InvitationKind.RESET else NoticeKind.INVITED
    secret = Secret(f"{address}/{code}", made.expires_at)
    tell(what, person.id, {"is_by_office": not is_forgotten}, secret=secret)
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


def _kind_for(actor: Actor, person: Person) -> InvitationKind:
    lock_persons([person.id])
    account = by_person(person.id)
    if account is not None and person.is_demo:
        raise DemoStays
    refuse_takeover(actor, person)
    return InvitationKind.RESET if account else InvitationKind.FIRST


def _made(
    actor: Actor, person: Person, kind: InvitationKind, *, code: str, way: Way, lasts: timedelta
) -> Invitation:
    now = clock.now()
    made = Invitation(
        person_id=person.id,
        kind=kind,
        way=way,
        code_hash=hash_of(plain(code)),
        made_at=now,
        expires_at=now + lasts,
    )
    db.session.add(made)
    journal.record(actor, "invite", made, about=person.id, kind=made.kind, way=way)
    return made


def _end_open(person: Person, *, way: Way | None = None) -> None:
    mine = (Invitation.person_id == person.id) & Invitation.ended_at.is_(None)
    if way is not None:
        mine &= Invitation.way == way
    db.session.execute(sa.update(Invitation).where(mine).values(ended_at=clock.now()))
