from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from college.core.roles import Actor
from college.people.persons.models import Person
from college.people.schooling.models import EarlierPractice, Education, Schooling
from college.people.schooling.operations import (
    Diploma,
    Practised,
    correct_schooling,
    record_schooling,
    state_practice,
)
from college.web.forms import Form, or_empty
from college.web.jinja import said


class SchoolingForm(Form):
    education = SelectField(_("Education"), [InputRequired()], coerce=Education)
    is_social_work = BooleanField(_("The major is social work"))
    graduated_on = DateField(_("Day of the diploma"), [InputRequired()])
    studied_from_on = DateField(_("First day of full-time study"), [Optional()])
    evidence = StringField(_("Evidence"), [Length(max=200)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.education.choices = [(each.value, said(each)) for each in Education]


class PracticeForm(Form):
    employer = StringField(_("Where"), [InputRequired(), Length(max=120)])
    from_on = DateField(_("First day"), [InputRequired()])
    to_on = DateField(_("Last day"), [InputRequired()])
    evidence = StringField(_("Evidence"), [Length(max=200)], filters=[or_empty])


def record_typed(actor: Actor, person: Person, **facts: Any) -> Schooling:
    return record_schooling(actor, person, Diploma(**facts))


def correct_typed(actor: Actor, held: Schooling, **facts: Any) -> Schooling:
    return correct_schooling(actor, held, Diploma(**facts))


def state_typed(actor: Actor, person: Person, **facts: Any) -> EarlierPractice:
    return state_practice(actor, person, Practised(**facts))
