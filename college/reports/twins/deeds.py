import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.reports.twins.models import PersonMerge, ToldApart

NOUN = Noun(
    model=PersonMerge,
    see=Can.PERSONS_SEE,
    named=sa.select(PersonMerge.id),
    deeds={
        "merge_persons": deed(
            say("%(who)s merged a second record, %(gone)s, into that of %(kept)s"),
            say("%(who)s merged a second record of the same person"),
            many=say("%(who)s merged %(n)s records of people known twice"),
        ),
        "undo_merge": deed(
            say("%(who)s parted the records of %(gone)s and %(kept)s again"),
            say("%(who)s parted two merged records again"),
            many=say("%(who)s parted merged records again, %(n)s times"),
        ),
    },
)
APART = Noun(
    model=ToldApart,
    see=Can.PERSONS_MERGE,
    named=sa.select(ToldApart.id),
    deeds={
        "tell_apart": deed(
            say("%(who)s noted that two similar records are of different people"),
            many=say("%(who)s noted %(n)s times that similar records are of different people"),
        ),
    },
)
