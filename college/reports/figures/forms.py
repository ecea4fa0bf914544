from flask_babel import lazy_gettext as _
from wtforms import DateField
from wtforms.validators import Optional

from college.web.forms import Form


class AsOfForm(Form):
    as_of = DateField(_("As of"), [Optional()], name="as-of")
