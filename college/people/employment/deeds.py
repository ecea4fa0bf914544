import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.employment.models import Employment
from college.stations.units.models import Unit

NOUN = Noun(
    model=Employment,
    see=Can.PERSONS_SEE,
    named=sa.select(
        Employment.id,
        Employment.capacity.label("capacity"),
        Unit.name.label("unit"),
        Unit.name_en.label("unit_en"),
    ).join(Employment.unit),
    inside={Unit: Unit.id},
    reads={"from_on": DAY, "to_on": DAY, "old_from_on": DAY},
    deeds={
        "hire": deed(
            say("%(who)s recorded that %(whom)s works at %(unit)s from %(from_on)s (%(capacity)s)"),
            say("%(who)s recorded that %(whom)s works at %(unit)s (%(capacity)s)"),
            say("%(who)s recorded where somebody works"),
            many=say("%(who)s recorded %(n)s posts"),
        ),
        "leave": deed(
            say("%(who)s recorded that the post of %(whom)s at %(unit)s ends on %(to_on)s"),
            say("%(who)s recorded that the post of %(whom)s at %(unit)s ends"),
            say("%(who)s recorded the end of a post"),
            many=say("%(who)s recorded the end of %(n)s posts"),
        ),
        "correct_post": deed(
            say(
                "%(who)s corrected the post of %(whom)s at %(unit)s (%(capacity)s): "
                "from %(from_on)s on, not from %(old_from_on)s"
            ),
            say("%(who)s corrected the post of %(whom)s at %(unit)s"),
            say("%(who)s corrected a post"),
            many=say("%(who)s corrected %(n)s posts"),
        ),
        "withdraw_post": deed(
            say("%(who)s withdrew the post of %(whom)s at %(unit)s (%(capacity)s): it never was"),
            say("%(who)s withdrew the post of %(whom)s at %(unit)s"),
            say("%(who)s withdrew a post"),
            many=say("%(who)s withdrew %(n)s posts"),
        ),
    },
)
