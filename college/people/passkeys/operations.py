"""Adding, using, naming and removing passkeys: the only code that changes them."""

from dataclasses import dataclass

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.accounts.models import Account
from college.people.notices.models import NoticeKind
from college.people.notices.telling import tell
from college.people.passkeys.models import Passkey
from college.people.passkeys.removing import removed
from college.people.passkeys.spending import Challenge, spend
from college.people.sign_ins.models import SignIn

MOST = 20  # of one person: a list that can still be looked through


class KnownAlready(Conflict):
    code = "known_already"
    message = say("This passkey is known already.")


class TooMany(RuleBroken):
    code = "too_many_passkeys"
    message = say("You have %(n)s passkeys. Remove one that you use no more.")


class MayBeCopied(RuleBroken):
    """Its device counts each use. A count that does not grow comes from a second one like it."""

    code = "may_be_copied"
    message = say(
        "This passkey may have been copied, so it opens nothing. Sign in with your password, "
        "remove it, and tell the academic office."
    )


class LastOne(RuleBroken):
    code = "last_one"
    message = say(
        "Your roles need a second factor, and this passkey is it. Add another one first, or set "
        "up codes by an app."
    )


@dataclass(frozen=True, slots=True)
class NewPasskey:
    name: str
    credential_id: str
    public_key: bytes
    sign_count: int


@operation
def add_passkey(
    actor: Actor, account: Account, new: NewPasskey, *, challenge: Challenge, sign_in_id: int
) -> Passkey:
    """Take a key in that its device just made for whoever proved the password a moment before.

    So that sign-in is proved twice. Raises ChallengeGone, TooMany, KnownAlready.
    """
    require(actor, Can.SIGN_INS_END)
    account = locked(Account, account.id)
    spend(challenge)
    mine = sa.select(sa.func.count(Passkey.id)).where(Passkey.person_id == account.person_id)
    count = db.session.scalars(mine).one()
    if count >= MOST:
        raise TooMany(n=count)
    same = Passkey.credential_id == new.credential_id
    if db.session.scalar(sa.select(sa.exists().where(same))):
        raise KnownAlready
    passkey = Passkey(
        person_id=account.person_id,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=new.name,
    )
    db.session.add(passkey)
    db.session.flush()
    here = (SignIn.id == sign_in_id) & (SignIn.person_id == account.person_id)
    once = here & SignIn.passkey_id.is_(None)
    db.session.execute(sa.update(SignIn).where(once).values(passkey_id=passkey.id))
    journal.record(actor, "add_passkey", passkey, about=account.person_id, name=new.name)
    told = {"at": clock.now(), "name": new.name, "is_added": True}
    tell(NoticeKind.PASSKEY_CHANGED, account.person_id, told)
    return passkey


@operation
def use_passkey(
    actor: Actor, passkey: Passkey, *, sign_count: int, challenge: Challenge
) -> Passkey:
    """Note that it signs its owner in: `actor` is that person, by a signature that was checked.

    Raises ChallengeGone, MayBeCopied.
    """
    require(actor, Can.SIGN_INS_END, passkey)
    passkey = locked(Passkey, passkey.id)
    spend(challenge)
    counts = sign_count > 0 or passkey.sign_count > 0
    if counts and sign_count <= passkey.sign_count:
        raise MayBeCopied
    passkey.sign_count, passkey.last_used_at = sign_count, clock.now()
    journal.record(actor, "use_passkey", passkey, about=passkey.person_id, name=passkey.name)
    return passkey


@operation
def rename_passkey(actor: Actor, passkey: Passkey, *, name: str) -> Passkey:
    require(actor, Can.SIGN_INS_END, passkey)
    if passkey.name != name:
        passkey.name = name
        journal.record(actor, "rename_passkey", passkey, about=passkey.person_id, name=name)
    return passkey


@operation
def remove_passkey(
    actor: Actor, passkey: Passkey, account: Account, *, is_needed: bool, sign_in_id: int
) -> Passkey:
    """From now on it opens nothing, and what was begun with it ends, but the sign-in at hand.

    Raises LastOne where the college asks for a second factor and there is no other.
    """
    require(actor, Can.SIGN_INS_END, passkey)
    account = locked(Account, account.id)
    other = (Passkey.person_id == account.person_id) & (Passkey.id != passkey.id)
    has_other = db.session.scalar(sa.select(sa.exists().where(other)))
    if is_needed and not account.has_second_factor and not has_other:
        raise LastOne
    about, name = account.person_id, passkey.name
    journal.record(actor, "remove_passkey", passkey, about=about, name=name)
    removed(passkey, but=sign_in_id)
    return passkey
