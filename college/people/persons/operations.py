"""Recording persons: the only code that makes or changes a Person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from college.core import crypto, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.people.persons.identity import (
    IdType,
    NumberKnown,
    born_on,
    clean_id_number,
    clean_phone,
    masked_id_number,
    masked_phone,
)
from college.people.persons.models import Person
from college.people.persons.names import (
    MOST_CHARACTERS,
    clean_name,
    clean_pinyin,
    initials,
    sort_key,
)
from college.people.persons.queries import id_number_key, known_by_number, phone_key
from college.people.persons.revealing import Secret, opened
from college.people.persons.taking_off import forget_number, photo_taken_off


class NameMissing(RuleBroken):
    code, field = "name_missing", "full_name"
    message = say("Enter the full name as the card shows it.")


class NameTooLong(RuleBroken):
    code, field = "name_too_long", "full_name"
    message = say("A name has at most %(most)s characters here.")


class KindAlone(RuleBroken):
    code, field = "kind_alone", "id_number"
    message = say("Enter the number of this document too, or keep the kind that is on record.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPerson:
    """What is known of a person when they are first recorded; numbers as typed."""

    full_name: str
    id_number: str = ""
    id_type: IdType = IdType.RESIDENT_ID
    phone: str = ""
    email: str = ""
    born_on: date | None = None
    pinyin: str = ""
    is_demo: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Amendment:
    """What a person's record is to say. A number left empty stays; `drops_…` takes it off.

    Pinyin of None stays while the name does; "" is written anew from the name. What differs from
    that was corrected by hand, and stays when other things are changed.
    """

    full_name: str
    pinyin: str | None = None
    id_type: IdType | None = None
    id_number: str = ""
    drops_id_number: bool = False
    phone: str = ""
    drops_phone: bool = False
    email: str = ""
    born_on: date | None = None


class ReasonMissing(RuleBroken):
    code, field = "reason_missing", "reason"
    message = say("Say what you need it for: the person can read it.")


class NothingThere(RuleBroken):
    code, field = "nothing_there", "secret"
    message = say("Nothing of this kind is on record.")


# what an amendment tells the journal: what it is called there, what is told, what is compared
TOLD = (
    ("name", "full_name", "full_name"),
    ("pinyin", "sort_key", "sort_key"),
    ("id_type", "id_type", "id_type"),
    ("id_number", "id_number_masked", "id_number_key"),
    ("phone", "phone_masked", "phone_key"),
    ("email", "email", "email"),
    ("born_on", "born_on", "born_on"),
)
Told = dict[str, tuple[object, object]]


@operation
def record_person(actor: Actor, new: NewPerson) -> Person:
    """Record one person. Raises NotAllowed, NumberKnown, or what is wrong with name and numbers."""
    return _record(actor, [new])[0]


@operation
def record_persons(actor: Actor, new: Sequence[NewPerson]) -> list[Person]:
    """Record many at once, or none. Raises as `record_person` does."""
    return _record(actor, new)


@operation
def amend_person(actor: Actor, person: Person, amendment: Amendment) -> Person:
    """Change what is on record; the journal keeps the old and the new, encrypted.

    Raises NotAllowed, NumberKnown, or what is wrong with name, pinyin and numbers.
    """
    require(actor, Can.PERSONS_RECORD, person)
    person = locked(Person, person.id)
    before = _told(person)
    _rename(person, amendment.full_name, amendment.pinyin)
    _renumber(person, amendment)
    if amendment.phone or amendment.drops_phone:
        _reach(person, amendment.phone)
    person.email = amendment.email.strip()
    person.search_text = person.searchable
    facts = _changes(before, _told(person))
    if facts:
        typed = amendment.full_name
        facts |= {"typed": typed} if typed != person.full_name else {}
        journal.record(actor, "amend_person", person, about=person.id, **facts)
    return person


@operation
def reveal(actor: Actor, person: Person, *, secret: Secret, reason: str) -> str:
    """What is kept sealed, in clear, for a reason that the person can read afterwards.

    Raises NotAllowed, ReasonMissing, NothingThere.
    """
    require(actor, Can.PERSONS_REVEAL, person)
    if not reason.strip():
        raise ReasonMissing
    text = opened(person, secret)
    if not text:
        raise NothingThere
    facts = {"secret": secret, "reason": reason.strip()}
    journal.record(actor, "reveal", person, about=person.id, **facts)
    return text


@operation
def keep_photo(actor: Actor, person: Person, *, sha256: str) -> Person:
    """Put a stored photo on record, checked before (photos.py). Raises NotAllowed."""
    require(actor, Can.PHOTOS_KEEP, person)
    person.photo_sha256 = sha256
    journal.record(actor, "keep_photo", person, about=person.id)
    return person


@operation
def remove_photo(actor: Actor, person: Person) -> Person:
    """Take the photo off the record; its file goes with the next sweep. Raises NotAllowed."""
    require(actor, Can.PHOTOS_KEEP, person)
    photo_taken_off(actor, person)
    return person


def _record(actor: Actor, new: Sequence[NewPerson]) -> list[Person]:
    require(actor, Can.PERSONS_RECORD)
    people = [_person(facts) for facts in new]
    _refuse_known(people)
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
    person = Person(
        full_name="",
        sort_key="",
        has_own_pinyin=False,
        email=new.email.strip(),
        born_on=new.born_on,
        is_demo=new.is_demo,
        id_number_masked="",
        phone_masked="",
    )
    _rename(person, new.full_name, new.pinyin)
    if new.id_number:
        _number(person, new.id_type, new.id_number)
    if new.phone:
        _reach(person, new.phone)
    person.search_text = person.searchable
    return person


def _rename(person: Person, typed: str, pinyin: str | None) -> None:
    name = clean_name(typed)
    if not name:
        raise NameMissing
    if len(name) > MOST_CHARACTERS:
        raise NameTooLong(most=MOST_CHARACTERS)
    person.sort_key = _spelled(person, name, pinyin)
    person.initials = initials(person.sort_key)
    person.has_own_pinyin = person.sort_key != sort_key(name)
    person.full_name = name


def _spelled(person: Person, name: str, typed: str | None) -> str:
    """The pinyin of a name: as typed anew, as it was while the name stays, or by the name."""
    is_as_it_was = typed is None or typed.strip() == person.sort_key
    if is_as_it_was and name == person.full_name:
        return person.sort_key
    if is_as_it_was or not (typed or "").strip():
        return sort_key(name)
    return clean_pinyin(typed or "")


def _renumber(person: Person, amendment: Amendment) -> None:
    if amendment.drops_id_number:
        forget_number(person)
    if amendment.id_number:
        _number(person, amendment.id_type or IdType.RESIDENT_ID, amendment.id_number)
        _refuse_known([person])
    elif person.id_type and amendment.id_type not in {None, person.id_type}:
        raise KindAlone
    if person.id_type is None or not person.id_type.tells_birth:
        person.born_on = amendment.born_on


def _number(person: Person, id_type: IdType, typed: str) -> None:
    number = clean_id_number(id_type, typed)
    key = id_number_key(id_type, number)
    if person.id_number_key == key:
        return
    person.id_type, person.id_number_key = id_type, key
    person.id_number_sealed = crypto.seal(number)
    person.id_number_masked = masked_id_number(number)
    if id_type.tells_birth:
        person.born_on = born_on(number)


def _reach(person: Person, typed: str) -> None:
    """Give a phone, or take it off where none is typed."""
    phone = clean_phone(typed) if typed else ""
    key = phone_key(phone) if phone else None
    if person.phone_key == key:
        return
    person.phone_key, person.phone_sealed = key, crypto.seal(phone) if phone else None
    person.phone_masked = masked_phone(phone) if phone else ""


def _refuse_known(people: Sequence[Person]) -> None:
    keys = [(p.id_type, p.id_number_key) for p in people if p.id_type and p.id_number_key]
    with db.session.no_autoflush:
        other = known_by_number(keys)
    if other is not None and other not in people:
        raise NumberKnown(person_id=other.id)


def _told(person: Person) -> Told:
    return {name: (getattr(person, told), getattr(person, same)) for name, told, same in TOLD}


def _changes(before: Told, after: Told) -> dict[str, object]:
    """What the journal keeps of an amendment: old and new of each, and words for the timeline."""
    names = [name for name in after if before[name] != after[name]]
    if not names:
        return {}
    changed = {name: [before[name][0], after[name][0]] for name in names}
    facts: dict[str, object] = {"changed": changed, "fields": names}
    if names in (["name"], ["name", "pinyin"]):
        facts |= {"name_was": before["name"][0], "name_is": after["name"][0]}
    return facts
