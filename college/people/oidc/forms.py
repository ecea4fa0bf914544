from flask_babel import lazy_gettext as _
from wtforms import PasswordField
from wtforms.validators import InputRequired, Length

from college.people.second_factors.forms import CodeForm


class LinkForm(CodeForm):
    """What proves whose account it is; `linking.form_for` leaves what was not proved just now."""

    password = PasswordField(_("Present password"), [InputRequired(), Length(max=200)])
