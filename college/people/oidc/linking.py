"""Linking: the provider named somebody a moment ago, and the account's owner proves to be here."""

from flask_login import current_user
from werkzeug.datastructures import MultiDict

from college.core import security_log
from college.core.errors import Conflict, RuleBroken
from college.core.security_log import SecurityKind
from college.people.accounts.changing_password import check_present
from college.people.accounts.models import Account
from college.people.oidc import pending
from college.people.oidc.coming_in import found_before
from college.people.oidc.forms import LinkForm
from college.people.oidc.operations import link_identity
from college.people.oidc.pending import Found
from college.people.oidc.provider import AnswerOld, is_offered
from college.people.oidc.queries import known_as, sign_in_began_at
from college.people.second_factors.proving import is_proved


def waiting(account: Account) -> Found | None:
    """Whom the provider named in this browser, while it is for this account to link."""
    found = pending.kept(Found) if is_offered() else None
    if found is None or found.person_id not in {0, account.person_id}:
        return None
    return found if known_as(found.issuer, found.subject) is None else None


def form_for(found: Found, account: Account, sent: MultiDict[str, str] | None = None) -> LinkForm:
    """With a field for each thing that was not proved since the provider named somebody."""
    form = LinkForm(sent)
    is_fresh = sign_in_began_at(account.sign_in_id).timestamp() >= found.made_at
    if is_fresh:
        del form.password
    if is_fresh or not account.has_second_factor:
        del form.code
    return form


def is_linked(form: LinkForm, account: Account) -> bool:
    """Link them, or leave the reason in the form. Raises AnswerOld."""
    found = found_before()
    if found.person_id not in {0, account.person_id}:
        raise AnswerOld
    if not form.validate() or not _is_owner(form, account):
        return False
    if not pending.is_first_use(found):
        raise AnswerOld
    told = {"issuer": found.issuer, "subject": found.subject, "shown_as": found.shown_as}
    try:
        link_identity(account.actor, account, **told)
    except Conflict as refusal:
        form.refuse(refusal)
        return False
    security_log.note(SecurityKind.IDENTITY_CHANGED, sign_in_id=current_user.sign_in_id)
    return True


def _is_owner(form: LinkForm, account: Account) -> bool:
    try:
        if "password" in form:
            check_present(account, form.password.data or "", field="password")
    except RuleBroken as refusal:
        form.refuse(refusal)
        return False
    return "code" not in form or is_proved(form, account)
