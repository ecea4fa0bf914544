from datetime import date

from flask_babel import lazy_gettext as _
from wtforms import DateField
from wtforms.validators import Optional

from college.core import clock
from college.web.forms import Form

FIRST_YEAR = 1900


class AsOfForm(Form):
    as_of = DateField(_("As of"), [Optional()], name="as-of")

    def chosen(self) -> date:
        """The date asked for; today when there is none, or it cannot be meant.

        A day to come has no figures yet: whoever asks for one gets today's, and reads so.
        """
        asked: date | None = self.as_of.data if self.validate() else None
        today = clock.today()
        return min(asked, today) if asked and asked.year >= FIRST_YEAR else today
