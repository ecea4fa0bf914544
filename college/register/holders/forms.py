from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from college.people.qualifications.models import Level
from college.people.units.forms import AsOfForm
from college.register.holders.listing import Checking, Wanted
from college.stations.units.models import Unit
from college.web.forms import id_asked, one_of
from college.web.jinja import own, said

STEP = "\u2003"  # one level of the tree, in a list that knows no other way


class RegisterForm(AsOfForm):
    """What the address asks for; what is none of the choices asks for nothing."""

    unit = SelectField(_("Unit, with all below"), validate_choice=False)
    level = SelectField(_("Level"), validate_choice=False)
    check = SelectField(_("Checked"), validate_choice=False)

    def __init__(self, *args: Any, units: Sequence[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = ((str(unit.id), STEP * unit.depth + own(unit, "name")) for unit in units)
        self.unit.choices = [("", _("All")), *named]
        self.level.choices = [("", _("All")), *((each.value, said(each)) for each in Level)]
        self.check.choices = [("", _("All")), *((each.value, said(each)) for each in Checking)]

    def wanted(self) -> Wanted:
        return Wanted(
            self.chosen(),
            self.known_at(),
            unit_id=id_asked(self.unit.data),
            level=one_of(Level, self.level.data),
            checking=one_of(Checking, self.check.data),
        )

    def filters(self) -> dict[str, str]:
        """What the next page of the list has in its address too."""
        chosen = {"unit": self.unit.data, "level": self.level.data, "check": self.check.data}
        return {**self.carried, **{name: value for name, value in chosen.items() if value}}
