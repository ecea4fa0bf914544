from datetime import date, datetime, timedelta
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from college.core import clock
from college.core.roles import Actor
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.register.registrations.listing import Due, Wanted
from college.register.registrations.models import (
    REGISTRATION_MOVES,
    Registration,
    RegistrationState,
    RegistrationStep,
)
from college.register.registrations.operations import (
    Step,
    apply_for,
    correct_step,
    record_registration,
    take_step,
)
from college.web.forms import Form, or_empty
from college.web.jinja import said


class FilterForm(Form):
    """What the address asks for; what is none of the choices asks for nothing."""

    q = StringField(_("Name or pinyin"), [Length(max=100)])
    due = SelectField(_("What is due"), validate_choice=False)
    as_of = DateField(_("As of"), [Optional()])
    known_on = DateField(_("As known on"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due.choices = [("", _("All")), *((due.value, said(due)) for due in Due)]

    def wanted(self) -> Wanted:
        due = Due(self.due.data) if self.due.data in list(Due) else None
        return Wanted(self.day(), self.known_at(), (self.q.data or "")[:100], due)

    def day(self) -> date:
        return self.as_of.data or clock.today()

    def known_at(self) -> datetime | None:
        """The end of the day that is asked for; None: what is known now."""
        day: date | None = self.known_on.data
        return clock.midnight(day + timedelta(days=1)) if day and day < clock.today() else None

    def filters(self) -> dict[str, object]:
        return {name: value for name, value in self.data.items() if value}


class StepForm(Form):
    on = DateField(_("Day"), [InputRequired()])
    evidence = StringField(_("Evidence"), [InputRequired(), Length(max=200)])


class PeriodForm(StepForm):
    from_on = DateField(_("Valid from"), [Optional()])
    to_on = DateField(_("Valid until"), [Optional()])
    certificate_no = StringField(
        _("Number of the registration certificate"), [Length(max=40)], filters=[or_empty]
    )


class OfLevel(Form):
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    registrar = StringField(_("Registrar"), [Length(max=120)], filters=[or_empty])

    def __init__(self, *args: Any, levels: list[Level], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(level.value, said(level)) for level in levels]


class ApplyForm(OfLevel, StepForm):
    ground = StringField(_("Ground, outside the window"), [Length(max=200)], filters=[or_empty])


class RecordForm(OfLevel, PeriodForm):
    pass


class MoveForm(PeriodForm):
    state = SelectField(_("What the registrar says"), [InputRequired()], coerce=RegistrationState)

    def __init__(self, *args: Any, registration: Registration, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        nexts = REGISTRATION_MOVES[registration.state]
        self.state.choices = [(s.value, said(s)) for s in RegistrationState if s in nexts]


def apply_typed(
    actor: Actor, person: Person, *, level: Level, registrar: str, ground: str, **step: Any
) -> Registration:
    facts = {"level": level, "registrar": registrar, "ground": ground}
    return apply_for(actor, person, Step(**step), **facts)  # type: ignore[arg-type] # as typed


def record_typed(
    actor: Actor, person: Person, *, level: Level, registrar: str, **step: Any
) -> Registration:
    return record_registration(actor, person, Step(**step), level=level, registrar=registrar)


def move_typed(
    actor: Actor, registration: Registration, *, state: RegistrationState, **step: Any
) -> Registration:
    return take_step(actor, registration, Step(**step), state=state)


def correct_typed(actor: Actor, old: RegistrationStep, **step: Any) -> RegistrationStep:
    return correct_step(actor, old, Step(**step))
