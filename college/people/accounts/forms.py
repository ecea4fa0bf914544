from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from college.web.forms import Form


class SignInForm(Form):
    login = StringField(_("Account"), [InputRequired(), Length(max=64)])
    password = PasswordField(_("Password"), [InputRequired(), Length(max=200)])
