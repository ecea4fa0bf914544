from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, FileField, SelectField
from wtforms.validators import DataRequired, Optional

from college.people.employment.models import Capacity
from college.people.roster.units import Places
from college.web.forms import Form
from college.web.jinja import said
from college.web.pages import current_actor


class RosterForm(Form):
    file = FileField(_("Roster"), [DataRequired(_("Choose a file first."))])
    unit_id = SelectField(
        _("Unit of rows that name none"), coerce=lambda value: int(value) if value else None
    )
    capacity = SelectField(_("What people work as where the row does not say it"), default="")
    since_on = DateField(_("First day in post where the row does not say it"), [Optional()])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Places.of(current_actor()).by_id.values()
        named = sorted((place.way, place.id) for place in places)
        self.unit_id.choices = [("", _("Each row names its unit")), *((n, way) for way, n in named)]
        kinds = [(kind.value, said(kind)) for kind in Capacity]
        self.capacity.choices = [("", _("Each row says it")), *kinds]
