"""Taking a separate consent back: what it was given for goes from the record at once."""

import sqlalchemy as sa

from college.core.access import require
from college.core.db import db, locked
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.consents.giving import taken_back
from college.people.consents.models import Consent, ConsentKind
from college.people.persons.models import Person
from college.people.persons.taking_off import number_taken_off, photo_taken_off
from college.people.sign_ups.models import SignUp


class NotSeparate(RuleBroken):
    code = "not_separate"
    message = say("Without this one the college may not keep your data: ask for its deletion.")


@operation
def withdraw_consent(actor: Actor, consent: Consent) -> Person:
    """Take back all that was said to this kind, and what was kept by it. Twice it is once.

    Raises NotAllowed, NotSeparate.
    """
    require(actor, Can.CONSENTS_GIVE, consent)
    kind = consent.text.kind
    if not kind.is_separate:
        raise NotSeparate
    person = locked(Person, consent.person_id)
    if taken_back(actor, person.id, kind):
        if kind is ConsentKind.PHOTO:
            photo_taken_off(actor, person)
        else:
            number_taken_off(actor, person)
            _forget_typed(person)
    return person


def _forget_typed(person: Person) -> None:
    """The number that a registration was answered by."""
    mine = sa.update(SignUp).where(SignUp.person_id == person.id, SignUp.decided_at.is_not(None))
    db.session.execute(mine.values(id_number_key="", id_number_masked="", id_number_sealed=None))
