from flask_babel import lazy_gettext as _
from wtforms import PasswordField, StringField
from wtforms.validators import EqualTo, InputRequired, Length, Optional

from college.web.forms import Form


class PasswordForm(Form):
    current = PasswordField(_("Present password"), [InputRequired(), Length(max=200)])
    password = PasswordField(_("New password"), [InputRequired(), Length(max=200)])
    repeated = PasswordField(
        _("New password again"),
        [InputRequired(), EqualTo("password", _("The two do not agree. Enter both again."))],
    )


class ProofForm(Form):
    """That it is still the same person, before something that opens the account is changed."""

    password = PasswordField(_("Present password"), [InputRequired(), Length(max=200)])
    code = StringField(_("Code of the app, or a recovery code"), [Optional(), Length(max=30)])


class SignInForm(Form):
    login = StringField(_("User name, phone or mail"), [InputRequired(), Length(max=254)])
    password = PasswordField(_("Password"), [InputRequired(), Length(max=200)])
