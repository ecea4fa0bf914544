import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.qualifications.models import Qualification

NOUN = Noun(
    model=Qualification,
    see=Can.PERSONS_SEE,
    named=sa.select(Qualification.id, Qualification.level.label("level")),
    reads={"approved_on": DAY, "old_approved_on": DAY},
    deeds={
        "record_qualification": deed(
            say("%(who)s recorded that %(whom)s is %(level)s, approved on %(approved_on)s"),
            say("%(who)s recorded that %(whom)s is %(level)s"),
            say("%(who)s recorded a qualification"),
            many=say("%(who)s recorded %(n)s qualifications"),
        ),
        "correct_qualification": deed(
            say(
                "%(who)s corrected that %(whom)s is %(level)s: approved on %(approved_on)s, "
                "not on %(old_approved_on)s"
            ),
            say("%(who)s corrected a qualification of %(whom)s"),
            say("%(who)s corrected a qualification"),
            many=say("%(who)s corrected %(n)s qualifications"),
        ),
        "check_qualification": deed(
            say("%(who)s checked that %(whom)s is %(level)s, approved on %(approved_on)s"),
            say("%(who)s checked a qualification of %(whom)s"),
            say("%(who)s checked a qualification"),
            many=say("%(who)s checked %(n)s qualifications"),
        ),
        "withdraw_qualification": deed(
            say("%(who)s withdrew that %(whom)s is %(level)s: it never was"),
            say("%(who)s withdrew a qualification of %(whom)s"),
            say("%(who)s withdrew a qualification"),
            many=say("%(who)s withdrew %(n)s qualifications"),
        ),
    },
)
