"""An invitation by mail: its code stands in a link, in one letter and nowhere else."""

from datetime import timedelta

from flask import current_app

from college.core.roles import Actor
from college.people.accounts.queries import by_person
from college.people.invitations.codes import new_code
from college.people.invitations.models import Invitation
from college.people.invitations.operations import mail_invitation
from college.people.invitations.slips import address, lasting
from college.people.persons.models import Person


def mailed(actor: Actor, person: Person, *, is_forgotten: bool = False) -> Invitation:
    """Raises what `mail_invitation` does."""
    return mail_invitation(
        actor,
        person,
        code=new_code(),
        address=address(),
        lasts=_lasting(person),
        is_forgotten=is_forgotten,
    )


def _lasting(person: Person) -> timedelta:
    """A first password may wait for days; a link for a new one lies open in a mailbox."""
    if by_person(person.id) is None:
        return lasting(person)
    return timedelta(minutes=current_app.config["LINK_MINUTES"])
