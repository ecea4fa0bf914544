from flask_babel import lazy_gettext as _
from wtforms import DateField
from wtforms.validators import InputRequired

from college.core import clock
from college.web.forms import Form


class OpenForm(Form):
    issue_on = DateField(_("Date on the paper"), [InputRequired()], default=clock.today)
