from datetime import date

from flask_babel import lazy_gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import SelectField

from college.core import clock
from college.core.roles import Actor
from college.reports.holder_figures.forms import HoldersForm
from college.reports.year_reports.content import Wanted

YEARS = 10  # that the list offers


class YearForm(HoldersForm):
    """Which year's report, whose, and as known when; what cannot be meant is the last full year."""

    year = SelectField(_("Year"), validate_choice=False)

    def __init__(self, args: "MultiDict[str, str]", actor: Actor) -> None:
        super().__init__(args, actor)
        today = clock.today()
        years = [str(year) for year in range(today.year, today.year - YEARS, -1)]
        self.year.choices = [(year, year) for year in years]
        self.chosen_year = int(self.year.data if self.year.data in years else years[1])

    def chosen(self) -> date:
        return self.wanted.day

    @property
    def wanted(self) -> Wanted:
        return Wanted(self.chosen_year, self.of)

    @property
    def kept(self) -> dict[str, str]:
        mine = {"unit": str(self.chosen_unit.id)} if self.chosen_unit else {}
        known = {"known-on": self.known.isoformat()} if self.known else {}
        return {"year": str(self.chosen_year)} | mine | known
