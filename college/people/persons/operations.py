"""Recording persons: the only code that makes or changes a Person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from college.core import crypto, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.persons.identity import (
    IdType,
    born_on,
    clean_id_number,
    masked_id_number,
    masked_phone,
    plain_phone,
)
from college.people.persons.models import Person
from college.people.persons.names import clean_name, initials, sort_key
from college.people.persons.queries import id_number_key, phone_key


class NameMissing(RuleBroken):
    code, field = "name_missing", "full_name"
    message = say("Enter the full name as the card shows it.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What is known of a person when they are first recorded; numbers as typed."""

    full_name: str
    id_number: str = ""
    id_type: IdType = IdType.RESIDENT_ID
    phone: str = ""
    email: str = ""
    born_on: date | None = None
    is_demo: bool = False


@operation
def record_person(actor: Actor, new: NewPerson) -> Person:
    """Record one person. Raises NotAllowed, NameMissing, WrongIdNumber, or Conflict when known."""
    return _record(actor, [new])[0]


@operation
def record_persons(actor: Actor, new: Sequence[NewPerson]) -> list[Person]:
    """Record many at once, or none. Raises as `record_person` does."""
    return _record(actor, new)


def _record(actor: Actor, new: Sequence[NewPerson]) -> list[Person]:
    require(actor, Can.PERSONS_RECORD)
    people = [_person(facts) for facts in new]
    db.session.add_all(people)
    db.session.flush()
    journal.record_all(
        actor,
        "record_person",
        [
            (person, person.id, {"typed": facts.full_name, "id": person.id_number_masked})
            for person, facts in zip(people, new, strict=True)
        ],
    )
    return people


def _person(new: NewPerson) -> Person:
    name = clean_name(new.full_name)
    if not name or len(name) > 100:
        raise NameMissing
    person = Person(
        full_name=name,
        sort_key=sort_key(name),
        initials=initials(name),
        email=new.email.strip(),
        born_on=new.born_on,
        is_demo=new.is_demo,
    )
    if new.id_number:
        number = clean_id_number(new.id_type, new.id_number)
        person.id_type = new.id_type
        person.id_number_sealed = crypto.seal(number)
        person.id_number_key = id_number_key(new.id_type, number)
        person.id_number_masked = masked_id_number(number)
        if new.id_type is IdType.RESIDENT_ID:
            person.born_on = born_on(number)
    if new.phone:
        phone = plain_phone(new.phone)
        person.phone_sealed = crypto.seal(phone)
        person.phone_key = phone_key(phone)
        person.phone_masked = masked_phone(phone)
    return person
