from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField

from college.core.access import MOST
from college.people.qualifications.models import Level
from college.people.units.forms import AsOfForm
from college.register.holders.listing import Checking, Wanted
from college.stations.units.models import Unit
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
        unit, level, check = self.unit.data or "", self.level.data, self.check.data
        is_unit = unit.isascii() and unit.isdigit() and 0 < int(unit) <= MOST
        return Wanted(
            self.chosen(),
            self.known_at(),
            unit_id=int(unit) if is_unit else None,
            level=Level(level) if level in list(Level) else None,
            checking=Checking(check) if check in list(Checking) else None,
        )

    def filters(self) -> dict[str, str]:
        """What the next page of the list has in its address too."""
        chosen = {"unit": self.unit.data, "level": self.level.data, "check": self.check.data}
        return {**self.carried, **{name: value for name, value in chosen.items() if value}}
