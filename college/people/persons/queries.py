from collections.abc import Collection, Sequence

import sqlalchemy as sa

from college.core import crypto
from college.core.access import visible
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor, Can
from college.people.persons.identity import IdType
from college.people.persons.models import Person


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


def phone_key(number: str) -> str:
    """The look-up key of a plain number."""
    return crypto.lookup_key("phone", number)


def by_id_numbers(id_type: IdType, numbers: Sequence[str]) -> dict[str, Person]:
    """Return the known persons by their (cleaned) number; a sheet asks once for a whole chunk."""
    keys = {id_number_key(id_type, number): number for number in numbers}
    same = (Person.id_type == id_type) & Person.id_number_key.in_(keys)
    return {
        keys[person.id_number_key]: person
        for person in db.session.scalars(sa.select(Person).where(same))
        if person.id_number_key is not None
    }


def named(words: str) -> sa.ColumnElement[bool]:
    """The persons whose name, pinyin or initials hold `words`: the one way to look for a name."""
    text = words.strip().lower()
    pinyin = sa.func.replace(Person.sort_key, " ", "")
    return sa.or_(
        Person.full_name.icontains(text, autoescape=True),
        pinyin.contains(text.replace(" ", ""), autoescape=True),
        Person.initials.contains(text, autoescape=True),
    )


def found(actor: Actor, words: str, *, limit: int = 20) -> Sequence[Person]:
    """Return the visible persons whose name, pinyin or initials hold `words`, in pinyin order."""
    if not words.strip():
        return []
    chosen = sa.select(Person).where(visible(Person, actor, Can.PERSONS_SEE), named(words))
    return db.session.scalars(chosen.order_by(Person.sort_key, Person.id).limit(limit)).all()
