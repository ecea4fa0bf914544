from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

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
from college.register.steps import DatedFilter, StepForm
from college.web.forms import Form, one_of, or_empty
from college.web.jinja import said


class FilterForm(DatedFilter):
    due = SelectField(_("What is due"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.due.choices = [("", _("All")), *((due.value, said(due)) for due in Due)]

    def wanted(self) -> Wanted:
        due = one_of(Due, self.due.data)
        return Wanted(self.day(), self.known_at(), self.words(), due)


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
