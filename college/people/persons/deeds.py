import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.persons.models import Person

NOUN = Noun(
    model=Person,
    see=Can.PERSONS_SEE,
    named=sa.select(Person.id, Person.full_name.label("person")),
    deeds={
        "record_person": deed(
            say("%(who)s put %(person)s on record"),
            say("%(who)s put a person on record"),
            many=say("%(who)s put %(n)s people on record"),
        ),
    },
)
