import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.stations.units.models import Unit

NOUN = Noun(
    model=Unit,
    see=Can.UNITS_SEE,
    named=sa.select(Unit.id, Unit.name.label("unit"), Unit.name_en.label("unit_en")),
    reads={"on": DAY, "opened_on": DAY},
    deeds={
        "open_unit": deed(
            say("%(who)s recorded the unit %(unit)s"),
            say("%(who)s recorded a unit"),
            many=say("%(who)s recorded %(n)s units"),
        ),
        "amend_unit": deed(
            say("%(who)s amended what is known of %(unit)s"), say("%(who)s amended a unit")
        ),
        "change_unit": deed(
            say("%(who)s recorded that %(unit)s is so since %(on)s"),
            say("%(who)s changed a unit"),
        ),
        "move_unit": deed(
            say("%(who)s recorded that %(unit)s stands elsewhere since %(on)s"),
            say("%(who)s moved a unit"),
            many=say("%(who)s moved %(n)s units"),
        ),
        "correct_opening": deed(
            say("%(who)s corrected the opening of %(unit)s to %(opened_on)s"),
            say("%(who)s corrected the opening of a unit"),
        ),
        "end_unit": deed(
            say("%(who)s recorded that %(unit)s is closed since %(on)s"),
            say("%(who)s closed a unit"),
        ),
        "reopen_unit": deed(
            say("%(who)s took back the closing of %(unit)s"), say("%(who)s reopened a unit")
        ),
    },
)
