from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, StringField
from wtforms.validators import Length

from college.people.employment.models import Capacity
from college.reports.persons.listing import Holding, Wanted
from college.stations.units.models import Unit
from college.web.forms import Form, id_asked, one_of
from college.web.jinja import own, said


class FilterForm(Form):
    """What the address asks for; what is none of the choices asks for nothing."""

    q = StringField(_("Name, pinyin, initials, last four of a number, or unit"), [Length(max=100)])
    unit = SelectField(_("Unit, with all below"), validate_choice=False)
    capacity = SelectField(_("Works as"), validate_choice=False)
    holding = SelectField(_("Holds"), validate_choice=False)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit.choices = [("", _("All")), *((str(u.id), _indented(u)) for u in units)]
        self.capacity.choices = [("", _("All")), *((c.value, said(c)) for c in Capacity)]
        self.holding.choices = [("", _("All")), *((h.value, said(h)) for h in Holding)]

    def wanted(self) -> Wanted:
        return Wanted(
            words=(self.q.data or "")[:100],
            unit_id=id_asked(self.unit.data),
            capacity=one_of(Capacity, self.capacity.data),
            holding=one_of(Holding, self.holding.data),
        )


def _indented(unit: Unit) -> str:
    return "\u2003" * unit.depth + own(unit, "name")
