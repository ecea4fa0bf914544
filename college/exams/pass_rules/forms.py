from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from college.core.roles import Actor
from college.exams.pass_rules.models import Extension
from college.exams.pass_rules.operations import NewExtension, extend_window
from college.people.qualifications.models import Level
from college.web.forms import Form, or_empty
from college.web.jinja import said

FIRST_EXAM, LAST_EXAM = 2008, 2200


class ExtensionForm(Form):
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    passed_year = IntegerField(
        _("Passed in"), [InputRequired(), NumberRange(FIRST_EXAM, LAST_EXAM)]
    )
    until_year = IntegerField(
        _("Count through"), [InputRequired(), NumberRange(FIRST_EXAM, LAST_EXAM)]
    )
    province = StringField(_("Province"), [Length(max=40)], filters=[or_empty])
    published_on = DateField(_("Day of the notice"), [Optional()])
    citation = StringField(
        _("Notice"), [DataRequired(_("Enter the number or title of the notice.")), Length(max=300)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(level.value, said(level)) for level in Level]


def extend_chosen(actor: Actor, **facts: Any) -> Extension:
    return extend_window(actor, NewExtension(**facts))
