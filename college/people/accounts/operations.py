"""Opening accounts, signing in and out: the only code that makes or changes an Account."""

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.operation import Overtaken, operation
from college.core.roles import Actor, Can
from college.people.accounts.models import Account
from college.people.accounts.opening import end_all, opened, renewed
from college.people.persons.models import Person
from college.people.sign_ins.devices import Device
from college.people.sign_ins.keys import hash_of
from college.people.sign_ins.models import SignIn


@operation
def open_account(actor: Actor, person: Person, *, login: str, password_hash: str) -> Account:
    """Open an account. The hash is made before, outside the transaction.

    Raises NotAllowed, UnfitLogin, LoginTaken, HasAccount.
    """
    require(actor, Can.ACCOUNTS_OPEN, person)
    return opened(actor, person, login=login, password_hash=password_hash)


@operation
def sign_in(
    actor: Actor,
    account: Account,
    *,
    epoch: int,
    key: str,
    device: Device,
    address: str,
    passkey_id: int | None = None,
) -> SignIn:
    """Begin a sign-in of a person who just proved to be it, so there is nothing to ask.

    `epoch` is the account's as the password was checked: one raised meanwhile ends it at once.
    """
    account.last_signed_in_at = clock.now()
    begun = SignIn(
        person_id=account.person_id,
        key_hash=hash_of(key),
        epoch=epoch,
        browser=device.browser,
        system=device.system,
        address=address,
        passkey_id=passkey_id,
    )
    db.session.add(begun)
    journal.record(actor, "sign_in", account, about=account.person_id)
    return begun


@operation
def end_others(actor: Actor, account: Account, *, mine: int) -> Account:
    """End every sign-in of one's own but `mine`, also those whose cookie was copied."""
    require(actor, Can.SIGN_INS_END)
    end_all(account, but=mine)
    journal.record(actor, "end_others", account, about=account.person_id)
    return account


@operation
def change_password(actor: Actor, account: Account, *, password_hash: str, epoch: int) -> Account:
    """Take a new password and end every sign-in; the caller begins one for the device at hand.

    Raises Overtaken where it was changed elsewhere since the old one was checked (`epoch`).
    """
    require(actor, Can.SIGN_INS_END)
    if account.epoch != epoch:
        raise Overtaken
    return renewed(actor, account, password_hash=password_hash)
