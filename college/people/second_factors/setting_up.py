"""Setting up the second factor: the password first, then a code that proves the phone right."""

from collections.abc import Callable
from dataclasses import dataclass

from flask import current_app
from markupsafe import Markup

from college.core import crypto, security_log
from college.core.errors import RuleBroken
from college.core.security_log import SecurityKind
from college.people.accounts.changing_password import check_present
from college.people.accounts.models import Account
from college.people.accounts.signing_in import too_many
from college.people.second_factors.codes import (
    new_recovery_codes,
    new_secret,
    provisioning_address,
)
from college.people.second_factors.forms import CodeForm, StartForm
from college.people.second_factors.gate import refuse_password_alone
from college.people.second_factors.operations import (
    confirm_secret,
    offer_secret,
    renew_recovery_codes,
)
from college.web.language import is_chinese
from college.web.limits import sign_in_limits
from college.web.qr import qr_picture


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page shows until a code was seen: the picture, and the same to type."""

    picture: Markup
    secret: str


def is_begun(form: StartForm, account: Account) -> bool:
    """Offer a new secret, or leave the reason in the form."""
    if not form.validate():
        return False
    try:
        refuse_password_alone(account)
        check_present(account, form.password.data or "", field="password")
        offer_secret(account.actor, account, secret=new_secret())
    except RuleBroken as refusal:
        form.refuse(refusal)
        return False
    return True


def offered(account: Account) -> Offer | None:
    """The secret that waits for its first code. One that is in use is never shown again."""
    if account.totp_sealed is None or account.has_second_factor:
        return None
    secret, config = crypto.unseal(account.totp_sealed), current_app.config
    issuer = config["COLLEGE_NAME"] if is_chinese() else config["COLLEGE_NAME_EN"]
    address = provisioning_address(secret, name=account.login, issuer=issuer)
    spaced = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    return Offer(qr_picture(address), spaced)


def recovery_codes_for(form: CodeForm, account: Account) -> list[str] | None:
    """Turn it on and return the recovery codes, or None with the reason in the form."""
    return _with_code(form, account, confirm_secret)


def codes_renewed(form: CodeForm, account: Account) -> list[str] | None:
    return _with_code(form, account, renew_recovery_codes)


def _with_code(
    form: CodeForm, account: Account, operation: Callable[..., Account]
) -> list[str] | None:
    if not form.validate():
        return None
    limits, name, codes = sign_in_limits(), f"code:{account.login}", new_recovery_codes()
    if not limits.take_try(name, is_known=lambda: True):
        form.refuse(too_many("code"))
        return None
    try:
        operation(account.actor, account, code=form.code.data or "", recovery_codes=codes)
    except RuleBroken as refusal:
        form.refuse(refusal)
        return None
    limits.note_success(name)
    security_log.note(SecurityKind.SECOND_FACTOR_CHANGED)
    return codes
