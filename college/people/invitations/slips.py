"""What a slip of paper says: its code, and a picture of the address that a phone opens."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import current_app
from markupsafe import Markup

from college.core.roles import Actor
from college.people.accounts.queries import by_person
from college.people.invitations.codes import new_code
from college.people.invitations.models import InvitationKind, Way
from college.people.invitations.operations import invite
from college.people.persons.models import Person
from college.web.qr import qr_picture


@dataclass(frozen=True, slots=True)
class Slip:
    person: Person
    kind: InvitationKind
    login: str  # "" while there is no account
    code: str
    address: str
    expires_at: datetime

    @property
    def picture(self) -> Markup:
        return qr_picture(f"{self.address}/{self.code}")


def printed(actor: Actor, person: Person) -> Slip:
    """Invite somebody on paper. The code stands on the slip and nowhere else."""
    code = new_code()
    made = invite(actor, person, code=code, way=Way.SLIP, lasts=lasting(person))
    account = by_person(person.id)
    return Slip(
        person, made.kind, account.login if account else "", code, address(), made.expires_at
    )


def lasting(person: Person) -> timedelta:
    """How long a code opens: a first one some days, one for a new password some hours."""
    config = current_app.config
    if by_person(person.id) is None:
        return timedelta(days=config["INVITATION_DAYS"])
    return timedelta(hours=config["RESET_HOURS"])


def address() -> str:
    return f"{current_app.config['PUBLIC_URL']}/enter"
