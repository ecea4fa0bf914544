from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from college.core.roles import Actor
from college.people.persons.models import Person
from college.people.qualifications.earning import Earned
from college.people.qualifications.models import Level, PassBasis, Qualification
from college.people.qualifications.operations import correct_qualification, record_qualification
from college.web.forms import Form, or_empty
from college.web.jinja import said

FIRST_EXAM = 2008  # the state exam of social workers; Source: 国人部发〔2006〕71号


class QualificationForm(Form):
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    approved_on = DateField(_("Approved on"), [InputRequired()])
    exam_year = IntegerField(_("Exam year"), [Optional(), NumberRange(FIRST_EXAM, 2200)])
    basis = SelectField(_("Passed by"), [InputRequired()], coerce=PassBasis)
    region = StringField(_("Region"), [Length(max=60)], filters=[or_empty])
    management_no = StringField(_("Management number"), [Length(max=32)], filters=[or_empty])
    evidence = StringField(_("Evidence"), [Length(max=200)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(level.value, said(level)) for level in Level]
        self.basis.choices = [(basis.value, said(basis)) for basis in PassBasis]


def record_chosen(actor: Actor, person: Person, **facts: Any) -> Qualification:
    return record_qualification(actor, Earned(person_id=person.id, **facts))


def correct_chosen(actor: Actor, held: Qualification, **facts: Any) -> Qualification:
    return correct_qualification(actor, held, Earned(person_id=held.person_id, **facts))
