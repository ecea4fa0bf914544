"""Who is registered, lapsed or never registered on a day: the one definition behind every figure.

Registered: a registration of any level was completed by that day and not cancelled, and its period,
or the last of several, has not ended. Lapsed: there was such a period, and the last has ended.
Never: none was completed, or what was completed was cancelled. So each person is in one of three.
The qualification itself is none of this: it never lapses.
"""

from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from college.core.dated import Day, Moment
from college.core.text import say
from college.register.registrations.models import (
    Registration,
    RegistrationState,
    RegistrationStep,
)


class RegistrationStanding(StrEnum):
    REGISTERED = "registered"
    LAPSED = "lapsed"
    NEVER = "never"

    @property
    def label(self) -> str:
        return {
            "registered": say("Registered"),
            "lapsed": say("Registration lapsed"),
            "never": say("Never registered"),
        }[self]


def stands(
    person: sa.ColumnElement[int], standing: RegistrationStanding, day: Day, known_at: Moment | None
) -> sa.ColumnElement[bool]:
    """Whether the persons in a column stand so on a day, as known now or at a moment."""
    ever = _completed(day, known_at)
    running = ever.where(RegistrationStep.to_on >= day)
    return {
        RegistrationStanding.REGISTERED: person.in_(running),
        RegistrationStanding.LAPSED: person.in_(ever) & person.not_in(running),
        RegistrationStanding.NEVER: person.not_in(ever),
    }[standing]


def _completed(day: Day, known_at: Moment | None) -> sa.Select[int]:
    gone = aliased(RegistrationStep)
    cancelled = sa.exists().where(
        gone.registration_id == RegistrationStep.registration_id,
        gone.state == RegistrationState.CANCELLED,
        gone.known(known_at),
        gone.on <= day,
    )
    return (
        sa.select(Registration.person_id)
        .join(RegistrationStep, RegistrationStep.registration_id == Registration.id)
        .where(RegistrationStep.state == RegistrationState.REGISTERED)
        .where(RegistrationStep.known(known_at), RegistrationStep.on <= day, ~cancelled)
    )
