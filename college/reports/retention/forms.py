from flask_babel import lazy_gettext as _
from wtforms import BooleanField, DateField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length

from college.web.forms import Form


class ClearForm(Form):
    aside = frozenset({"is_sure"})

    is_sure = BooleanField(
        _("I know that it cannot be undone."),
        [DataRequired(_("Tick this first: a deletion cannot be undone."))],
    )


class PeopleForm(ClearForm):
    # what stands in no proposal of the kind, the operation passes over
    rows = SelectMultipleField(_("Whom to delete"), coerce=int, validate_choice=False)


class KeepForm(Form):
    rows = SelectMultipleField(_("What to keep"), coerce=int, validate_choice=False)
    until = DateField(_("Keep until"), [DataRequired(_("Give the day until which it stays."))])
    reason = StringField(
        _("Reason"), [DataRequired(_("Say why it is still needed.")), Length(max=200)]
    )
