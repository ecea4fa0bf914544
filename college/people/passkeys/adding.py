"""Adding a passkey: the proof of the person first, then the device makes its key."""

from collections.abc import Mapping
from typing import Any

from flask import current_app

from college.core import security_log
from college.core.errors import Conflict, RuleBroken
from college.core.security_log import SecurityKind
from college.people.accounts.models import Account
from college.people.passkeys import challenges
from college.people.passkeys.challenges import ADDING
from college.people.passkeys.forms import AddForm, AnswerForm
from college.people.passkeys.operations import NewPasskey, add_passkey
from college.people.passkeys.options import to_make
from college.people.passkeys.party import party
from college.people.passkeys.queries import passkeys_of
from college.people.passkeys.spending import Challenge, ChallengeGone
from college.web.language import is_chinese


def begin(form: AddForm, account: Account) -> bool:
    """Ask the device, once the person is proved; or leave the reason in the form."""
    try:
        party()
    except RuleBroken as refusal:
        form.refuse(refusal)
        return False
    challenges.ask(ADDING, name=form.name.data, account=account.id, epoch=account.epoch)
    return True


def wanted(account: Account) -> Mapping[str, Any] | None:
    """What the device is to make; None where nobody proved a moment ago who they are."""
    challenge = challenges.asked(ADDING)
    if challenge is None or not _is_of(challenge, account):
        return None
    config, known = current_app.config, passkeys_of(account.person_id)
    college = config["COLLEGE_NAME"] if is_chinese() else config["COLLEGE_NAME_EN"]
    return to_make(party(), challenge.text, account, college=college, known=known)


def is_added(form: AnswerForm, account: Account) -> bool:
    """Keep what the device made, or leave the reason in the form."""
    if not form.validate():
        return False
    from college.people.passkeys import ceremonies  # noqa: PLC0415 - only who adds one pays for it

    try:
        challenge = challenges.take(ADDING)
        if not _is_of(challenge, account):
            raise ChallengeGone
        made = ceremonies.made(form.credential.data or "", challenge.text, party())
        name = challenge.about["name"]
        new = NewPasskey(name, made.credential_id, made.public_key, made.sign_count)
        here = account.sign_in_id
        add_passkey(account.actor, account, new, challenge=challenge, sign_in_id=here)
    except (RuleBroken, Conflict) as refusal:
        form.refuse(refusal)
        return False
    security_log.note(SecurityKind.PASSKEY_CHANGED)
    return True


def _is_of(challenge: Challenge, account: Account) -> bool:
    """A password that was changed meanwhile makes the proof worthless."""
    about = challenge.about
    return bool(about["account"] == account.id and about["epoch"] == account.epoch)
