from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import DateField
from wtforms.validators import Optional

from college.core import clock
from college.web.forms import Form


class AsOfForm(Form):
    as_of = DateField(_("As of"), [Optional()], name="as-of")

    def chosen(self) -> date:
        """The date asked for; today when there is none, or it is no date."""
        asked: date | None = self.as_of.data if self.validate() else None
        return asked or clock.today()
