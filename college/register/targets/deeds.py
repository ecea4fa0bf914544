import sqlalchemy as sa

from college.core.deeds import NUMBER, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.register.targets.models import Target
from college.stations.units.models import Unit

NOUN = Noun(
    model=Target,
    see=Can.FIGURES_SEE,
    named=sa.select(
        Target.id, Unit.name.label("unit"), Unit.name_en.label("unit_en"), Target.year.label("year")
    ).join(Target.unit),
    inside={Unit: Unit.id},
    reads={"persons": NUMBER},
    deeds={
        "set_target": deed(
            say("%(who)s set a target of %(unit)s for %(year)s: %(persons)s holders"),
            say("%(who)s set a target of %(unit)s for %(year)s"),
            say("%(who)s set a target"),
            many=say("%(who)s set %(n)s targets"),
        ),
        "withdraw_target": deed(
            say("%(who)s took back a target of %(unit)s for %(year)s: %(persons)s holders"),
            say("%(who)s took back a target of %(unit)s for %(year)s"),
            say("%(who)s took back a target"),
            many=say("%(who)s took back %(n)s targets"),
        ),
    },
)
