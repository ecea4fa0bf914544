import sqlalchemy as sa

from college.core.deeds import NUMBER, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.stations.indicators.models import IndicatorValue
from college.stations.units.models import Unit

NOUN = Noun(
    model=IndicatorValue,
    see=Can.UNITS_SEE,
    named=sa.select(
        IndicatorValue.id,
        IndicatorValue.label.label("figure"),
        IndicatorValue.label_en.label("figure_en"),
        Unit.name.label("unit"),
        Unit.name_en.label("unit_en"),
    ).join(IndicatorValue.unit),
    inside={Unit: Unit.id},
    reads={"value": NUMBER, "old_value": NUMBER},
    deeds={
        "record_indicator": deed(
            say("%(who)s recorded a reported figure of %(unit)s: %(figure)s, %(value)s"),
            say("%(who)s recorded a reported figure of %(unit)s: %(figure)s"),
            say("%(who)s recorded a reported figure"),
            many=say("%(who)s recorded %(n)s reported figures"),
        ),
        "correct_indicator": deed(
            say(
                "%(who)s corrected a reported figure of %(unit)s: %(figure)s, %(value)s instead of "
                "%(old_value)s. The reason: %(reason)s"
            ),
            say("%(who)s corrected a reported figure of %(unit)s: %(figure)s"),
            say("%(who)s corrected a reported figure"),
            many=say("%(who)s corrected %(n)s reported figures"),
        ),
    },
)
