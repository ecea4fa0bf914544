"""What the pages of the register have in common: asked as of a day, recorded step by step."""

from datetime import date, datetime, timedelta

from flask import flash, redirect, url_for
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response
from wtforms import DateField, StringField
from wtforms.validators import InputRequired, Length, Optional

from college.core import clock
from college.web.forms import Form


class DatedFilter(Form):
    """What the address asks for; what is none of the choices asks for nothing."""

    q = StringField(_("Name or pinyin"), [Length(max=100)])
    as_of = DateField(_("As of"), [Optional()])
    known_on = DateField(_("As known on"), [Optional()])

    def words(self) -> str:
        return (self.q.data or "")[:100]

    def day(self) -> date:
        return self.as_of.data or clock.today()

    def known_at(self) -> datetime | None:
        """The end of the day that is asked for; None: what is known now."""
        day: date | None = self.known_on.data
        return clock.midnight(day + timedelta(days=1)) if day and day < clock.today() else None


class StepForm(Form):
    on = DateField(_("Day"), [InputRequired()])
    evidence = StringField(_("Evidence"), [InputRequired(), Length(max=200)])


def back_to(person_id: int, said: str) -> Response:
    """To the person's page of the noun, where it is said what was done."""
    flash(said, "done")
    return redirect(url_for(".show", person_id=person_id))
