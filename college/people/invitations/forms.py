from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import DataRequired, EqualTo, InputRequired, Length

from college.web.forms import Form


class CodeForm(Form):
    code = StringField(_("Code of the slip"), [DataRequired(_("Enter the code.")), Length(max=60)])


class NewPasswordForm(Form):
    password = PasswordField(_("New password"), [InputRequired(), Length(max=200)])
    repeated = PasswordField(
        _("New password again"),
        [InputRequired(), EqualTo("password", _("The two do not agree. Enter both again."))],
    )


class FirstPasswordForm(NewPasswordForm):
    login = StringField(_("User name"), [InputRequired(), Length(max=64)])


class ForgottenForm(Form):
    login = StringField(
        _("User name, phone or mail"),
        [DataRequired(_("Enter your user name, phone or mail address.")), Length(max=254)],
    )
