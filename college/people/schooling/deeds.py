import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.schooling.models import EarlierPractice, Schooling

NOUN = Noun(
    model=Schooling,
    see=Can.PERSONS_SEE,
    named=sa.select(Schooling.id, Schooling.education.label("education")),
    reads={"graduated_on": DAY},
    deeds={
        "record_schooling": deed(
            say("%(who)s recorded a diploma of %(whom)s: %(education)s, %(graduated_on)s"),
            say("%(who)s recorded a diploma of %(whom)s"),
            say("%(who)s recorded a diploma"),
            many=say("%(who)s recorded %(n)s diplomas"),
        ),
        "correct_schooling": deed(
            say("%(who)s corrected a diploma of %(whom)s: %(education)s, %(graduated_on)s"),
            say("%(who)s corrected a diploma of %(whom)s"),
            say("%(who)s corrected a diploma"),
            many=say("%(who)s corrected %(n)s diplomas"),
        ),
        "withdraw_schooling": deed(
            say("%(who)s withdrew a diploma of %(whom)s: it never was"),
            say("%(who)s withdrew a diploma"),
            many=say("%(who)s withdrew %(n)s diplomas"),
        ),
    },
)
PRACTICE = Noun(
    model=EarlierPractice,
    see=Can.PERSONS_SEE,
    named=sa.select(EarlierPractice.id),
    reads={"from_on": DAY, "to_on": DAY},
    deeds={
        "state_practice": deed(
            say("%(who)s recorded earlier practice of %(whom)s, %(from_on)s to %(to_on)s"),
            say("%(who)s recorded earlier practice of %(whom)s"),
            say("%(who)s recorded earlier practice"),
            many=say("%(who)s recorded earlier practice %(n)s times"),
        ),
        "withdraw_practice": deed(
            say("%(who)s withdrew earlier practice of %(whom)s: it never was as stated"),
            say("%(who)s withdrew earlier practice"),
            many=say("%(who)s withdrew earlier practice %(n)s times"),
        ),
    },
)
