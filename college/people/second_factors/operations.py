"""Setting up, proving and ending the second factor: the only code that changes it."""

from collections.abc import Sequence

import sqlalchemy as sa

from college.core import clock, crypto, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.accounts.models import Account
from college.people.accounts.opening import end_all
from college.people.passkeys.removing import remove_all
from college.people.roles.taking_over import refuse_takeover
from college.people.second_factors.codes import counter_of, looks_like_recovery, recovery_hash
from college.people.second_factors.models import RecoveryCode


class WrongCode(RuleBroken):
    code, field = "wrong_code", "code"
    message = say("This code is not right, or was used already. Wait for the next one.")


class SetUpAlready(RuleBroken):
    code = "set_up_already"
    message = say("Your second factor is set up already.")


class Needed(RuleBroken):
    code = "needed"
    message = say("Your roles need a second factor. It can be renewed, not ended.")


@operation
def offer_secret(actor: Actor, account: Account, *, secret: str) -> Account:
    """Keep a secret that is asked for only once a code of it was seen. Raises SetUpAlready."""
    require(actor, Can.SIGN_INS_END)
    account = locked(Account, account.id)
    if account.has_second_factor:
        raise SetUpAlready
    account.totp_sealed, account.totp_counter = crypto.seal(secret), 0
    journal.record(actor, "offer_secret", account, about=account.person_id)
    return account


@operation
def confirm_secret(
    actor: Actor, account: Account, *, code: str, recovery_codes: Sequence[str]
) -> Account:
    """Ask for the second factor from now on: the phone shows the right codes.

    Raises WrongCode, SetUpAlready.
    """
    require(actor, Can.SIGN_INS_END)
    account = locked(Account, account.id)
    if account.has_second_factor:
        raise SetUpAlready
    _take(account, code)
    account.totp_since = clock.now()
    _renew(account, recovery_codes)
    journal.record(actor, "confirm_secret", account, about=account.person_id)
    return account


@operation
def prove(actor: Actor, account: Account, *, code: str) -> Account:
    """Take one code, of the phone or of the paper; it opens once. Raises WrongCode.

    Who asks knows the password already: `actor` is the account's person.
    """
    require(actor, Can.SIGN_INS_END)
    account = locked(Account, account.id)
    if looks_like_recovery(code):
        _spend(account, code)
        journal.record(actor, "spend_recovery_code", account, about=account.person_id)
        return account
    _take(account, code)
    journal.record(actor, "prove", account, about=account.person_id)
    return account


@operation
def renew_recovery_codes(
    actor: Actor, account: Account, *, code: str, recovery_codes: Sequence[str]
) -> Account:
    """Make the old ones worthless. Raises WrongCode."""
    require(actor, Can.SIGN_INS_END)
    account = locked(Account, account.id)
    _take(account, code)
    _renew(account, recovery_codes)
    journal.record(actor, "renew_recovery_codes", account, about=account.person_id)
    return account


@operation
def end_second_factor(actor: Actor, account: Account, *, code: str, is_needed: bool) -> Account:
    """Ask for the password alone again. Raises WrongCode, or Needed where the college asks."""
    require(actor, Can.SIGN_INS_END)
    account = locked(Account, account.id)
    if is_needed:
        raise Needed
    if looks_like_recovery(code):
        _spend(account, code)
    else:
        _take(account, code)
    account.totp_since = account.totp_sealed = None
    _renew(account, ())
    journal.record(actor, "end_second_factor", account, about=account.person_id)
    return account


@operation
def lift_second_factor(actor: Actor, account: Account) -> Account:
    """Help somebody whose phone and recovery codes are lost: the password alone signs in again.

    Their passkeys, which may lie on the same phone, go too, and they sign in once more everywhere.
    Raises NotAllowed, MayMoreThanYou.
    """
    require(actor, Can.ACCOUNTS_OPEN, account.person)
    refuse_takeover(actor, account.person)
    account = locked(Account, account.id)
    had_passkeys = remove_all(account.person_id)
    if account.totp_sealed is not None or had_passkeys:
        account.totp_since = account.totp_sealed = None
        _renew(account, ())
        end_all(account)
        journal.record(actor, "lift_second_factor", account, about=account.person_id)
    return account


def _take(account: Account, code: str) -> None:
    """The account is locked: the same code at the same moment comes after this one."""
    if account.totp_sealed is None:
        raise WrongCode
    counter = counter_of(crypto.unseal(account.totp_sealed), code, after=account.totp_counter)
    if counter is None:
        raise WrongCode
    account.totp_counter = counter


def _spend(account: Account, code: str) -> None:
    mine = RecoveryCode.code_hash == recovery_hash(account.person_id, code)
    unused = sa.update(RecoveryCode).where(mine, RecoveryCode.used_at.is_(None))
    spent = unused.values(used_at=clock.now()).returning(RecoveryCode.id)
    if not db.session.scalars(spent).all():
        raise WrongCode


def _renew(account: Account, codes: Sequence[str]) -> None:
    mine = RecoveryCode.person_id == account.person_id
    db.session.execute(sa.delete(RecoveryCode).where(mine))
    hashes = [recovery_hash(account.person_id, code) for code in codes]
    db.session.add_all(RecoveryCode(person_id=account.person_id, code_hash=one) for one in hashes)
