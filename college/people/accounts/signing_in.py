"""Checking a sign-in: tries are counted, unknown accounts cost the same, demo stays at home."""

from ipaddress import ip_address

from flask import current_app

from college.core import security_log
from college.core.errors import RuleBroken
from college.core.security_log import SecurityKind
from college.core.text import say
from college.people.accounts.forms import SignInForm
from college.people.accounts.models import Account
from college.people.accounts.passwords import is_right
from college.people.accounts.queries import meant_by, was_here
from college.web.forms import Form
from college.web.limits import sign_in_limits
from college.web.network import client_address, masked_address
from college.web.security import note_refusal


class WrongPassword(RuleBroken):
    code, field = "wrong_password", "password"
    message = say("Account or password is not right; please try again. %(left)s tries left.")


class SharedName(RuleBroken):
    """Said whatever the password: neither of the two could know otherwise why it does not work."""

    code, field = "shared_name", "login"
    message = say("More than one account has this phone or mail address. Use your user name.")


class TooManyTries(RuleBroken):
    code, field = "too_many_tries", "password"
    message = say("Too many tries. Wait %(minutes)s minutes, then try again.")


class DemoAwayFromHome(RuleBroken):
    code, field = "demo_away_from_home", "login"
    message = say("Demo accounts work on this very machine only.")


class MergedAway(RuleBroken):
    code, field = "merged_away", "login"
    message = say(
        "This account is closed: two records of you became one. Use your other account's name."
    )


def checked(form: SignInForm) -> Account | None:
    """The account, or None with the reason in the form."""
    if not form.validate():
        return None
    limits = sign_in_limits()
    # before a try is taken: a database that is away costs nobody one
    meant = meant_by(form.login.data or "")
    account, login = meant.account, meant.counted_by
    if not limits.take_try(login, is_known=lambda: was_here(login, masked_address())):
        note_refusal(SecurityKind.LIMITED, login=login)
        form.refuse(too_many("password"))
        return None
    if not is_right(form.password.data or "", account.password_hash if account else None):
        security_log.note(SecurityKind.REFUSED, login=login)
        left = limits.tries_left(login)
        form.refuse(SharedName() if meant.is_shared else WrongPassword(left=left))
        return None
    try:
        if account is not None:
            refuse_closed(account)
    except RuleBroken as refusal:
        form.refuse(refusal)
        return None
    limits.note_success(login)
    return account


def refuse_closed(account: Account) -> None:
    """Raises DemoAwayFromHome, MergedAway: whatever was proved, this account opens nothing here."""
    if account.person.is_demo and not _is_at_home():
        raise DemoAwayFromHome
    if account.person.merged_into_id is not None:
        raise MergedAway


def too_many(field: str) -> TooManyTries:
    refusal = TooManyTries(minutes=current_app.config["SIGN_IN_WINDOW_MINUTES"])
    refusal.field = field
    return refusal


def status(form: Form) -> int:
    return 429 if isinstance(form.refusal, TooManyTries) else 422


def _is_at_home() -> bool:
    is_loopback = ip_address(client_address()).is_loopback
    return is_loopback and not current_app.config["IS_PRODUCTION"]
