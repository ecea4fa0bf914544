from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

import sqlalchemy as sa

from college.core import crypto
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor
from college.people.persons.identity import IdType, plain_phone
from college.people.persons.models import Person
from college.people.persons.names import folded

Document = tuple[IdType, str]  # the kind of document, and its number


def me(actor: Actor) -> Person:
    """Return the person behind `actor`. Raises NotFound for SYSTEM and NOBODY."""
    person = db.session.get(Person, actor.person_id) if actor.person_id else None
    if person is None:
        raise NotFound
    return person


def lock_persons(ids: Collection[int]) -> None:
    """Let no other transaction that calls this for one of these persons go on before this one ends.

    For rules over what a person is in already: two posts, two lessons, two sessions of the same
    time must not pass each other. Others may still add rows that refer to the person.
    """
    chosen = sa.select(Person.id).where(Person.id.in_(ids)).order_by(Person.id)
    db.session.execute(chosen.with_for_update(key_share=True))


def id_number_key(id_type: IdType, number: str) -> str:
    """The look-up key of a cleaned number."""
    return crypto.lookup_key(f"id:{id_type}", number)


def phone_key(phone: str) -> str:
    """The look-up key of a phone, however it is written."""
    return crypto.lookup_key("phone", plain_phone(phone))


def by_id_numbers(id_type: IdType, numbers: Sequence[str]) -> dict[str, Person]:
    """Return the known persons by their (cleaned) number; a sheet asks once for a whole chunk."""
    keys = {id_number_key(id_type, number): number for number in numbers}
    same = (Person.id_type == id_type) & Person.id_number_key.in_(keys)
    return {
        keys[person.id_number_key]: standing(person)
        for person in db.session.scalars(sa.select(Person).where(same))
        if person.id_number_key is not None
    }


def by_documents(documents: Iterable[Document]) -> dict[Document, Person]:
    """Return the known persons by kind and (cleaned) number of what they show."""
    numbers: defaultdict[IdType, set[str]] = defaultdict(set)
    for id_type, number in documents:
        numbers[id_type].add(number)
    return {
        (id_type, number): person
        for id_type, of_type in numbers.items()
        for number, person in by_id_numbers(id_type, sorted(of_type)).items()
    }


def names_of(ids: Iterable[int | None]) -> dict[int, str]:
    """The name of each of these persons by id; nobody is passed over."""
    chosen = sa.select(Person.id, Person.full_name).where(Person.id.in_(set(ids) - {None}))
    return {row.id: row.full_name for row in db.session.execute(chosen)}


def standing(person: Person) -> Person:
    """The person, or into whom their record was merged: an old number still leads to them."""
    if person.merged_into_id is None:
        return person
    return db.session.get_one(Person, person.merged_into_id)


def named(words: str) -> sa.ColumnElement[bool]:
    """The persons of whom each of the words is known: of the name, in pinyin, of a number's end.

    Any two characters will do; a covering index is read from its one end to the other, since no
    index for words knows two Chinese characters.
    """
    parts = [text for text in map(folded, words.split()) if text]
    if not parts:
        return sa.false()
    return sa.and_(*(Person.search_text.contains(text, autoescape=True) for text in parts))


def known_by_number(keys: Collection[tuple[IdType, str]]) -> Person | None:
    """Somebody who is on record with one of these numbers, given by their look-up keys."""
    if not keys:
        return None
    pairs = sa.tuple_(Person.id_type, Person.id_number_key)
    same = pairs.in_([(id_type.value, key) for id_type, key in keys])
    known = db.session.scalars(sa.select(Person).where(same).limit(1)).first()
    return standing(known) if known else None
