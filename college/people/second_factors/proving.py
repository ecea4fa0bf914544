"""The second step of a sign-in, and the proof that it is still the same person."""

from college.core import security_log
from college.core.errors import RuleBroken
from college.core.security_log import SecurityKind
from college.people.accounts.changing_password import check_present
from college.people.accounts.forms import ProofForm
from college.people.accounts.models import Account
from college.people.accounts.signing_in import too_many
from college.people.second_factors.forms import CodeForm
from college.people.second_factors.gate import refuse_password_alone
from college.people.second_factors.operations import prove
from college.web.limits import sign_in_limits
from college.web.security import note_refusal


def is_proved(form: CodeForm, account: Account) -> bool:
    """Whether the code is right; tries at it are counted apart from those at the password."""
    return form.validate() and _is_right(form, account)


def is_proved_anew(form: ProofForm, account: Account) -> bool:
    """Whether the password is right, and the code where the account asks for one."""
    if not form.validate():
        return False
    try:
        refuse_password_alone(account)
        check_present(account, form.password.data or "", field="password")
    except RuleBroken as refusal:
        form.refuse(refusal)
        return False
    return not account.has_second_factor or _is_right(form, account)


def _is_right(form: CodeForm | ProofForm, account: Account) -> bool:
    limits, name = sign_in_limits(), f"code:{account.login}"
    if not limits.take_try(name, is_known=lambda: True):
        note_refusal(SecurityKind.LIMITED, login=account.login)
        form.refuse(too_many("code"))
        return False
    try:
        prove(account.actor, account, code=form.code.data or "")
    except RuleBroken as refusal:
        security_log.note(SecurityKind.CODE_REFUSED, login=account.login)
        form.refuse(refusal)
        return False
    limits.note_success(name)
    return True
