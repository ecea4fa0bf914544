from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from college.people.second_factors.forms import CodeForm
from college.web.forms import Form


class LinkForm(CodeForm):
    """What proves whose account it is; `linking.form_for` leaves what was not proved just now."""

    password = PasswordField(_("Present password"), [InputRequired(), Length(max=200)])


class UnlinkForm(Form):
    reason = StringField(
        _("Reason"), [DataRequired(_("Say why: the person is told.")), Length(max=200)]
    )
