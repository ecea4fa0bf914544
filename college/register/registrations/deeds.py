import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed, when
from college.core.roles import Can
from college.core.text import say
from college.people.qualifications.models import Level
from college.register.registrations.models import (
    Registration,
    RegistrationRule,
    RegistrationState,
    RegistrationStep,
)

NOUN = Noun(
    model=Registration,
    see=Can.REGISTRATIONS_SEE,
    of_person=True,
    named=sa.select(Registration.id, Registration.level.label("level")),
    reads={"state": RegistrationState, "level": Level, "on": DAY, "to_on": DAY},
    deeds={
        "take_step": deed(
            say(
                "%(who)s recorded the registration of %(whom)s as %(level)s, valid until %(to_on)s"
            ),
            say("%(who)s recorded of the registration of %(whom)s as %(level)s: %(state)s, %(on)s"),
            say("%(who)s recorded a step of the registration of %(whom)s"),
            say("%(who)s recorded a step of a registration"),
            many=say("%(who)s recorded %(n)s steps of registrations"),
        ),
    },
)
STEPS = Noun(
    model=RegistrationStep,
    see=Can.REGISTRATIONS_SEE,
    of_person=True,
    named=sa.select(RegistrationStep.id, Registration.level.label("level")).join(
        RegistrationStep.registration
    ),
    inside={Registration: Registration.id},
    reads={"state": RegistrationState, "level": Level, "on": DAY, "old_on": DAY},
    deeds={
        "correct_step": deed(
            say(
                "%(who)s corrected a step of the registration of %(whom)s: %(state)s, %(on)s "
                "instead of %(old_on)s"
            ),
            say("%(who)s corrected a step of a registration"),
            many=say("%(who)s corrected %(n)s steps of registrations"),
        ),
    },
)
RULES = Noun(
    model=RegistrationRule,
    see=Can.REGISTER_RULE,
    named=sa.select(RegistrationRule.id),
    deeds={
        "adopt_registration_rule": deed(
            when(say("%(who)s adopted the rule of registration: %(cited)s")),
            say("%(who)s adopted a rule of registration"),
            many=say("%(who)s adopted %(n)s rules of registration"),
        ),
    },
)
