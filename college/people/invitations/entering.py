"""Taking an invitation up at the door: who brings its code chooses a password."""

from college.core import crypto, security_log
from college.core.errors import Conflict, RuleBroken
from college.core.roles import Actor
from college.core.security_log import SecurityKind
from college.people.accounts import password_rules
from college.people.accounts.models import Account
from college.people.accounts.opening import proposed_login
from college.people.accounts.passwords import hashed
from college.people.accounts.queries import by_person
from college.people.invitations.forms import FirstPasswordForm, NewPasswordForm
from college.people.invitations.models import Invitation
from college.people.invitations.operations import Spent, enter
from college.people.invitations.queries import open_by_code
from college.people.persons.models import Person


def opened_by(code: str) -> Invitation:
    """Raises Spent."""
    invitation = open_by_code(code)
    if invitation is None:
        raise Spent
    return invitation


def form_for(person: Person, sent: object = None) -> NewPasswordForm:
    """The form that fits: who has no account yet also chooses a user name."""
    if by_person(person.id) is not None:
        return NewPasswordForm(sent)
    return FirstPasswordForm(sent, login=proposed_login(person))


def entered(form: NewPasswordForm, invitation: Invitation) -> Account | None:
    """The account with its new password, or None with the reason in the form."""
    if not form.validate():
        return None
    person = invitation.person
    account = by_person(person.id)
    login = account.login if account else str(form.data["login"])
    password = form.password.data or ""
    try:
        phone = crypto.unseal(person.phone_sealed) if person.phone_sealed else ""
        password_rules.check(password, login=login, person=person, phone=phone)
        given = hashed(password)  # slow, so before the transaction
        actor = account.actor if account else Actor(person.id)
        entered = enter(actor, invitation, login=login, password_hash=given)
    except (RuleBroken, Conflict) as refusal:
        form.refuse(refusal)
        return None
    security_log.note(SecurityKind.PASSWORD_CHANGED, person_id=person.id)
    return entered
