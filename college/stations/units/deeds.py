import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.stations.units.models import Unit

NOUN = Noun(
    model=Unit,
    see=Can.UNITS_SEE,
    named=sa.select(Unit.id, Unit.name.label("unit"), Unit.name_en.label("unit_en")),
    deeds={
        "open_unit": deed(
            say("%(who)s recorded the unit %(unit)s"),
            say("%(who)s recorded a unit"),
            many=say("%(who)s recorded %(n)s units"),
        ),
    },
)
