from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from college.core import clock
from college.core.access import fetch
from college.core.roles import Actor, Can
from college.people.employment.forms import choices_of_units
from college.people.qualifications.models import Level
from college.register.targets.models import Target
from college.register.targets.operations import NewTarget, set_target
from college.stations.units.models import Unit
from college.web.forms import Form, or_empty
from college.web.jinja import said


class TargetForm(Form):
    unit_id = SelectField(_("Unit, with all below"), [InputRequired()], coerce=int)
    year = IntegerField(_("By the end of the year"), [InputRequired()])
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    persons = IntegerField(_("Persons who are to hold it"), [InputRequired()])
    source = StringField(_("Source"), [Length(max=200)], filters=[or_empty, str.strip])

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit_id.choices = choices_of_units(actor)
        self.level.choices = [(level.value, said(level)) for level in Level]
        if not self.is_submitted() and self.year.data is None:
            self.year.data = clock.today().year

    def is_submitted(self) -> bool:
        return bool(self.persons.raw_data)


def set_chosen(actor: Actor, *, unit_id: int, **facts: Any) -> Target:
    unit = fetch(Unit, unit_id, actor, Can.TARGETS_SET)
    return set_target(actor, NewTarget(unit=unit, **facts))
