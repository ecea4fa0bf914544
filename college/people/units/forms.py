from datetime import date, datetime, timedelta

from flask_babel import lazy_gettext as _
from wtforms import DateField
from wtforms.validators import Optional

from college.core import clock
from college.web.forms import Form

FIRST_YEAR = 1900


class AsOfForm(Form):
    as_of = DateField(_("As of"), [Optional()], name="as-of")
    known_on = DateField(_("As known on"), [Optional()], name="known-on")

    def chosen(self) -> date:
        """The date asked for; today when there is none, or it cannot be meant.

        A day to come has no figures yet: whoever asks for one gets today's, and reads so.
        """
        asked = self._asked(self.as_of)
        today = clock.today()
        return min(asked, today) if asked and asked.year >= FIRST_YEAR else today

    def known_at(self) -> datetime | None:
        """The end of the day whose knowledge is asked for; None for all that is known now."""
        asked = self._asked(self.known_on)
        is_past = asked is not None and asked.year >= FIRST_YEAR and asked < clock.today()
        return clock.midnight(asked + timedelta(days=1)) if asked and is_past else None

    @property
    def known(self) -> date | None:
        """The day whose knowledge is shown; None for today's."""
        return self.known_on.data if self.known_at() else None

    @property
    def kept(self) -> dict[str, str]:
        """What links carry on, so that one page follows from another in the same light."""
        known = {"known-on": self.known.isoformat()} if self.known else {}
        return {"as-of": self.chosen().isoformat(), **known}

    def _asked(self, field: DateField) -> date | None:
        self.validate()
        asked: date | None = None if field.errors else field.data
        return asked
