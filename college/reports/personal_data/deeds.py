import sqlalchemy as sa

from college.core.deeds import Noun, deed, when
from college.core.roles import Can
from college.core.text import say
from college.reports.personal_data.models import DataRequest

NOUN = Noun(
    model=DataRequest,
    see=Can.PERSONS_SEE,
    of_person=True,
    named=sa.select(DataRequest.id),
    deeds={
        "ask": deed(
            when(say("%(who)s asked for the deletion of their data"), kind="deletion"),
            say("%(who)s asked for a correction of their data"),
            many=say("%(who)s asked about their data %(n)s times"),
        ),
        "withdraw_request": deed(
            say("%(who)s took a request about their data back"),
            many=say("%(who)s took %(n)s requests about their data back"),
        ),
        "refuse": deed(
            say("%(who)s refused a request of %(whom)s about their data: “%(reason)s”"),
            say("%(who)s refused a request about personal data"),
            many=say("%(who)s refused %(n)s requests about personal data"),
        ),
        "grant_correction": deed(
            say("%(who)s corrected data of %(whom)s as asked: “%(reason)s”"),
            say("%(who)s corrected personal data as asked"),
            many=say("%(who)s corrected personal data as asked %(n)s times"),
        ),
        "grant_deletion": deed(
            say("%(who)s granted a deletion"),
            many=say("%(who)s granted %(n)s deletions"),
        ),
    },
)
