import sqlalchemy as sa

from college.core.deeds import DAY, NUMBER, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.qualifications.models import Level
from college.register.continuing_education.models import (
    ConversionRule,
    HourEntry,
    HoursRule,
    PeriodWarning,
)
from college.register.registrations.models import Registration

NOUN = Noun(
    model=HourEntry,
    see=Can.CE_SEE,
    of_person=True,
    named=sa.select(HourEntry.id),
    reads={"minutes": NUMBER},
    deeds={
        "enter_hours": deed(
            say("%(who)s entered %(minutes)s minutes of continuing education: %(title)s"),
            say("%(who)s entered hours of continuing education"),
            many=say("%(who)s entered %(n)s items of continuing education"),
        ),
        "correct_hours": deed(
            say("%(who)s corrected hours to %(minutes)s minutes: %(title)s"),
            say("%(who)s corrected hours of continuing education"),
            many=say("%(who)s corrected %(n)s items of continuing education"),
        ),
        "withdraw_hours": deed(
            say("%(who)s withdrew %(minutes)s minutes: %(title)s"),
            say("%(who)s withdrew hours of continuing education"),
            many=say("%(who)s withdrew %(n)s items of continuing education"),
        ),
        "confirm_hours": deed(
            say("%(who)s confirmed %(minutes)s minutes of continuing education: %(title)s"),
            say("%(who)s confirmed hours of continuing education"),
            many=say("%(who)s confirmed %(n)s items of continuing education"),
        ),
        "refuse_hours": deed(
            say("%(who)s did not confirm “%(title)s”: %(reason)s"),
            say("%(who)s did not confirm hours of continuing education"),
            many=say("%(who)s did not confirm %(n)s items of continuing education"),
        ),
    },
)
CONVERSIONS = Noun(
    model=ConversionRule,
    see=Can.REGISTER_RULE,
    named=sa.select(ConversionRule.id),
    reads={"minutes": NUMBER, "to_on": DAY},
    deeds={
        "enter_conversion": deed(
            say("%(who)s entered a conversion of %(minutes)s minutes: %(cited)s"),
            say("%(who)s entered a conversion of hours"),
            many=say("%(who)s entered %(n)s conversions of hours"),
        ),
        "end_conversion": deed(
            say("%(who)s ended a conversion of hours on %(to_on)s: %(cited)s"),
            say("%(who)s ended a conversion of hours"),
            many=say("%(who)s ended %(n)s conversions of hours"),
        ),
    },
)
REQUIREMENTS = Noun(
    model=HoursRule,
    see=Can.REGISTER_RULE,
    named=sa.select(HoursRule.id),
    reads={"minutes": NUMBER, "level": Level, "to_on": DAY},
    deeds={
        "enter_requirement": deed(
            say("%(who)s entered that %(level)s needs %(minutes)s minutes: %(cited)s"),
            say("%(who)s entered how many hours are needed"),
            many=say("%(who)s entered %(n)s rules of how many hours are needed"),
        ),
        "end_requirement": deed(
            say("%(who)s ended a rule of how many hours are needed on %(to_on)s: %(cited)s"),
            say("%(who)s ended a rule of how many hours are needed"),
            many=say("%(who)s ended %(n)s rules of how many hours are needed"),
        ),
    },
)
WARNINGS = Noun(
    model=PeriodWarning,
    see=Can.CE_SEE,
    of_person=True,
    named=sa.select(PeriodWarning.id).join(
        Registration, Registration.id == PeriodWarning.registration_id
    ),
    reads={"days": NUMBER},
    deeds={
        "warn_of_end": deed(
            say("%(who)s told %(whom)s that the registration ends within %(days)s days"),
            say("%(who)s told somebody that a registration ends soon"),
            many=say("%(who)s told %(n)s people that a registration ends soon"),
        ),
    },
)
