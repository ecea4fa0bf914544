from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import SelectField

from college.core.roles import Actor
from college.people.employment.forms import choices_of_units
from college.web.forms import Form, id_asked


class ListForm(Form):
    """Which exam and unit the address asks for; what is none of the choices asks for nothing."""

    year = SelectField(_("Exam year"), validate_choice=False)
    province = SelectField(_("Province"), validate_choice=False)
    unit = SelectField(_("Unit, with all below"), validate_choice=False)

    def __init__(
        self,
        *args: Any,
        actor: Actor,
        years: Sequence[int],
        provinces: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.years, self.provinces = years, provinces
        self.year.choices = [(str(y), gettext("Year %(year)s", year=y)) for y in years]
        self.province.choices = [(name, name) for name in provinces]
        units = choices_of_units(actor)
        self.unit.choices = [("", _("All")), *((str(number), name) for number, name in units)]

    @property
    def wanted_year(self) -> int:
        asked = self.year.data or ""
        wanted = [year for year in self.years if str(year) == asked]
        return wanted[0] if wanted else self.years[0]

    @property
    def wanted_province(self) -> str:
        asked = self.province.data or ""
        return asked if asked in self.provinces else self.provinces[0]

    @property
    def wanted_unit(self) -> int | None:
        return id_asked(self.unit.data)
