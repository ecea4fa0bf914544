"""Parts of two records change places: neither is lost, and a second time it is as before."""

from collections.abc import Collection, Mapping, Sequence

from college.core.db import db
from college.people.persons.models import Person
from college.reports.twins.models import Part

COLUMNS: Mapping[Part, Sequence[str]] = {
    Part.NAME: ("full_name", "sort_key", "initials", "has_own_pinyin"),
    Part.ID_NUMBER: (
        "id_type",
        "id_number_sealed",
        "id_number_key",
        "id_number_masked",
        "born_on",
    ),
    Part.PHONE: ("phone_sealed", "phone_key", "phone_masked"),
    Part.EMAIL: ("email",),
    Part.PHOTO: ("photo_sha256",),
}


def swap(one: Person, other: Person, parts: Collection[Part]) -> None:
    names = [name for part in set(parts) for name in COLUMNS[part]]
    mine = {name: getattr(one, name) for name in names}
    theirs = {name: getattr(other, name) for name in names}
    if Part.ID_NUMBER in parts:  # nobody has a number twice, not even for a moment
        other.id_number_key = None
        db.session.flush()
        one.id_number_key = None
        db.session.flush()
    for name, value in theirs.items():
        setattr(one, name, value)
    for name, value in mine.items():
        setattr(other, name, value)


def differing(one: Person, other: Person) -> list[Part]:
    """The parts in which the two do not say the same."""
    shown = {
        Part.NAME: ("full_name",),
        Part.ID_NUMBER: ("id_number_key", "born_on"),
        Part.PHONE: ("phone_key",),
    }
    return [
        part
        for part in Part
        if any(
            getattr(one, name) != getattr(other, name) for name in shown.get(part, COLUMNS[part])
        )
    ]
