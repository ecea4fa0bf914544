"""Changing one's own password: the present one is asked again, and tries at it are counted."""

from college.core import crypto, security_log
from college.core.errors import RuleBroken
from college.core.security_log import SecurityKind
from college.core.text import say
from college.people.accounts import password_rules
from college.people.accounts.cookies import begin
from college.people.accounts.forms import PasswordForm
from college.people.accounts.models import Account
from college.people.accounts.operations import change_password
from college.people.accounts.passwords import hashed, is_right
from college.people.accounts.signing_in import too_many
from college.web.limits import sign_in_limits
from college.web.security import note_refusal


class NotThePresentOne(RuleBroken):
    code, field = "wrong_password", "current"
    message = say("This is not your present password. %(left)s tries left.")


class DemoPasswordStays(RuleBroken):
    code = "demo_password_stays"
    message = say("The demo accounts keep their password, so that others can try them too.")


def is_changed(form: PasswordForm, account: Account) -> bool:
    """Change it, or leave the reason in the form. Every other device is signed out by it."""
    if not form.validate():
        return False
    try:
        epoch = account.epoch
        _check(form, account)
        given = hashed(form.password.data or "")
        change_password(account.actor, account, password_hash=given, epoch=epoch)
    except RuleBroken as refusal:
        form.refuse(refusal)
        return False
    security_log.note(SecurityKind.PASSWORD_CHANGED, sign_in_id=account.sign_in_id)
    begin(account, passkey_id=account.passkey_id or None)
    return True


def check_present(account: Account, typed: str, *, field: str) -> None:
    """Raises NotThePresentOne, or TooManyTries: tries count as those at the door."""
    limits = sign_in_limits()
    if not limits.take_try(account.login, is_known=lambda: True):
        note_refusal(SecurityKind.LIMITED, login=account.login)
        raise too_many(field)
    if not is_right(typed, account.password_hash):
        security_log.note(SecurityKind.REFUSED, login=account.login)
        refusal = NotThePresentOne(left=limits.tries_left(account.login))
        refusal.field = field
        raise refusal
    limits.note_success(account.login)


def _check(form: PasswordForm, account: Account) -> None:
    person = account.person
    if person.is_demo:
        raise DemoPasswordStays
    check_present(account, form.current.data or "", field="current")
    phone = crypto.unseal(person.phone_sealed) if person.phone_sealed else ""
    password_rules.check(form.password.data or "", login=account.login, person=person, phone=phone)
