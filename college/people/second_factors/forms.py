from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from college.web.forms import Form


class CodeForm(Form):
    code = StringField(_("Code of the app"), [DataRequired(_("Enter the code.")), Length(max=30)])


class StartForm(Form):
    password = PasswordField(_("Present password"), [InputRequired(), Length(max=200)])
