from collections.abc import Sequence

import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import Remark, say
from college.people.persons.models import Person
from college.people.persons.revealing import Secret

FIELDS = {
    "name": say("the name"),
    "pinyin": say("the pinyin"),
    "id_type": say("the kind of document"),
    "id_number": say("the ID number"),
    "phone": say("the phone number"),
    "email": say("the mail address"),
    "born_on": say("the date of birth"),
}


def in_words(fields: Sequence[str]) -> Remark:
    """What was changed, as a list in the reader's language."""
    first, *others = [Remark(FIELDS.get(name, name)) for name in fields]
    for one in others:
        first = Remark(say("%(list)s, %(one)s"), {"list": first, "one": one})
    return first


NOUN = Noun(
    model=Person,
    see=Can.PERSONS_SEE,
    named=sa.select(Person.id, Person.full_name.label("person")),
    reads={"fields": in_words, "secret": Secret},
    deeds={
        "record_person": deed(
            say("%(who)s put %(person)s on record"),
            say("%(who)s put a person on record"),
            many=say("%(who)s put %(n)s people on record"),
        ),
        "amend_person": deed(
            say("%(who)s changed the name from %(name_was)s to %(name_is)s"),
            say("%(who)s changed what is on record of %(person)s: %(fields)s"),
            say("%(who)s changed what is on record of %(person)s"),
            say("%(who)s changed what is on record of a person"),
            many=say("%(who)s changed the records of people %(n)s times"),
        ),
        "download_data": deed(
            say("%(who)s downloaded all that is kept on them"),
            many=say("%(who)s downloaded all that is kept on them %(n)s times"),
        ),
        "delete_person": deed(
            say("%(who)s deleted what was kept on %(person)s"),
            say("%(who)s deleted what was kept on a person"),
            many=say("%(who)s deleted what was kept on %(n)s people"),
        ),
        "keep_photo": deed(
            say("%(who)s put a photo of %(person)s on record"),
            say("%(who)s put a photo on record"),
            many=say("%(who)s put %(n)s photos on record"),
        ),
        "remove_photo": deed(
            say("%(who)s took the photo of %(person)s off the record"),
            say("%(who)s took a photo off the record"),
            many=say("%(who)s took %(n)s photos off the record"),
        ),
        "reveal": deed(
            say("%(who)s looked at the %(secret)s of %(person)s: “%(reason)s”"),
            say("%(who)s looked at a number of %(person)s in clear"),
            say("%(who)s looked at a number in clear"),
            many=say("%(who)s looked at numbers in clear %(n)s times"),
        ),
    },
)
