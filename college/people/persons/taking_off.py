"""Taking a number or a photo off a record: for operations that asked whether they may."""

from college.core import journal
from college.core.roles import Actor
from college.people.persons.models import Person


def photo_taken_off(actor: Actor, person: Person) -> None:
    """Its file goes with the next sweep."""
    if person.photo_sha256:
        person.photo_sha256 = ""
        journal.record(actor, "remove_photo", person, about=person.id)


def forget_number(person: Person) -> None:
    person.id_type = person.id_number_sealed = person.id_number_key = None
    person.id_number_masked = ""


def number_taken_off(actor: Actor, person: Person) -> None:
    """The ID number, and the date of birth where that was read from it."""
    if person.id_type is None:
        return
    names = ["id_number"]
    if person.id_type.tells_birth:
        person.born_on = None
        names.append("born_on")
    forget_number(person)
    person.search_text = person.searchable
    journal.record(actor, "amend_person", person, about=person.id, fields=names)
