"""Signing in with a passkey: it takes the place of name, password and code together."""

from college.core import security_log
from college.core.errors import RuleBroken
from college.core.security_log import SecurityKind
from college.people.accounts.models import Account
from college.people.accounts.queries import by_person, was_here
from college.people.accounts.signing_in import refuse_closed, too_many
from college.people.passkeys import challenges
from college.people.passkeys.forms import AnswerForm
from college.people.passkeys.models import Passkey
from college.people.passkeys.operations import MayBeCopied, use_passkey
from college.people.passkeys.options import handle_of
from college.people.passkeys.party import party
from college.people.passkeys.queries import by_credential
from college.people.passkeys.spending import Challenge
from college.web.limits import sign_in_limits
from college.web.network import masked_address
from college.web.security import note_refusal


def entered(form: AnswerForm) -> tuple[Account, Passkey] | None:
    """Whose passkey was shown, and which; or None with the reason in the form.

    Tries are counted as those at the password, and apart from them.
    """
    if not form.validate():
        return None
    from college.people.passkeys import ceremonies  # noqa: PLC0415 - only who has one pays for it

    try:
        challenge = challenges.take(challenges.ENTERING)
        shown = ceremonies.read(form.credential.data or "")
    except RuleBroken as refusal:
        form.refuse(refusal)
        return None
    passkey = by_credential(shown.credential_id)
    account = by_person(passkey.person_id) if passkey is not None else None
    login = account.login if account is not None else ""
    if not _may_try(form, login, shown.credential_id):
        return None
    try:
        if passkey is None or account is None or shown.handle != handle_of(account):
            raise ceremonies.PasskeyRefused
        key = passkey.public_key
        count = ceremonies.count_of(shown, challenge.text, party(), public_key=key)
        _use(account, passkey, count, challenge)
    except RuleBroken as refusal:
        is_copied = isinstance(refusal, MayBeCopied)
        kind = SecurityKind.PASSKEY_COPIED if is_copied else SecurityKind.PASSKEY_REFUSED
        security_log.note(kind, login=login)
        form.refuse(refusal)
        return None
    sign_in_limits().note_success(_counted_by(login, shown.credential_id))
    return account, passkey


def _may_try(form: AnswerForm, login: str, credential_id: str) -> bool:
    name = _counted_by(login, credential_id)
    if sign_in_limits().take_try(name, is_known=lambda: was_here(login, masked_address())):
        return True
    note_refusal(SecurityKind.LIMITED, login=login)
    form.refuse(too_many(""))  # for the form as a whole: its one field is not seen
    return False


def _counted_by(login: str, credential_id: str) -> str:
    return f"passkey:{login or credential_id[:64]}"


def _use(account: Account, passkey: Passkey, count: int, challenge: Challenge) -> None:
    refuse_closed(account)
    use_passkey(account.actor, passkey, sign_count=count, challenge=challenge)
