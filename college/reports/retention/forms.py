from flask_babel import lazy_gettext as _
from wtforms import BooleanField, SelectMultipleField
from wtforms.validators import DataRequired

from college.reports.retention.queries import IdlePerson
from college.web.forms import Form


class ClearForm(Form):
    aside = frozenset({"is_sure"})

    is_sure = BooleanField(
        _("I know that it cannot be undone."),
        [DataRequired(_("Tick this first: a deletion cannot be undone."))],
    )


class PeopleForm(ClearForm):
    people = SelectMultipleField(_("Whom to delete"), coerce=int)

    def offer(self, shown: list[IdlePerson]) -> None:
        self.people.choices = [(each.person.id, each.person.full_name) for each in shown]
