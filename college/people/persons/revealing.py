"""What is kept sealed of a person and may be shown in clear, once and for a reason."""

from enum import StrEnum

from college.core import crypto
from college.core.text import say
from college.people.persons.models import Person


class Secret(StrEnum):
    ID_NUMBER = "id_number"
    PHONE = "phone"

    @property
    def label(self) -> str:
        return {"id_number": say("ID number"), "phone": say("Phone")}[self]

    def sealed_of(self, person: Person) -> bytes | None:
        return {"id_number": person.id_number_sealed, "phone": person.phone_sealed}[self]


def opened(person: Person, secret: Secret) -> str:
    """What lies sealed; "" where nothing does. Only `reveal` shows it to anybody."""
    sealed = secret.sealed_of(person)
    return crypto.unseal(sealed) if sealed else ""
