"""ID numbers of which a published list shows a part, such as 152***********1234.

Such a number and a name name nobody for certain. Who looks for them gets all whom they fit, and
has somebody confirm the one.
"""

import re
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from unicodedata import normalize

import sqlalchemy as sa

from college.core import crypto
from college.core.db import db
from college.people.persons.identity import IdType
from college.people.persons.models import Person

DIGITS = 18  # of a resident ID; a list that shortens it has one row of stars
FEWEST_SHOWN = 4


@dataclass(frozen=True, slots=True)
class MaskedNumber:
    """As the list prints it: digits, and a star where it hides one."""

    text: str

    @property
    def shown(self) -> int:
        """How many digits can be read."""
        return len(self.text) - self.text.count("*")

    def fits(self, number: str) -> bool:
        star = "." if len(self.text) == DIGITS else ".+"
        pattern = re.sub(r"\*" if star == "." else r"\*+", star, self.text)
        return re.fullmatch(pattern, number) is not None


def masked_number(typed: str) -> MaskedNumber | None:
    """None for what is no partly hidden number of a resident ID."""
    text = re.sub(r"\s", "", normalize("NFKC", typed)).lstrip("'’").upper()
    if "*" not in text or not re.fullmatch(r"[\d*]*[\dX*]", text, re.ASCII):
        return None
    is_one_row = re.fullmatch(r"[^*]*\*+[^*]*", text) is not None and len(text) < DIGITS
    return MaskedNumber(text) if len(text) == DIGITS or is_one_row else None


def whom_they_fit(
    wanted: Collection[tuple[str, MaskedNumber]],
) -> dict[tuple[str, MaskedNumber], list[Person]]:
    """Everybody with the (cleaned) name and a resident ID whose digits are the visible ones."""
    by_name: defaultdict[str, list[tuple[str, Person]]] = defaultdict(list)
    names = {name for name, _ in wanted}
    if not names:
        return {}
    chosen = sa.select(Person).where(Person.full_name.in_(names), Person.stands())
    chosen = chosen.where(Person.id_type == IdType.RESIDENT_ID).order_by(Person.id)
    for person in db.session.scalars(chosen):
        if person.id_number_sealed is not None:
            by_name[person.full_name].append((crypto.unseal(person.id_number_sealed), person))
    return {
        (name, masked): [person for number, person in by_name[name] if masked.fits(number)]
        for name, masked in wanted
    }


def confirmation(line: int, person: Person) -> str:
    """What stands for "this line is this person": no number, and of no use for another line."""
    return crypto.lookup_key("list_line", f"{line}:{person.id_number_key}")[:32]
