from flask_babel import lazy_gettext as _
from wtforms import FileField
from wtforms.validators import DataRequired

from college.web.forms import Form


class EvidenceForm(Form):
    pdf = FileField(_("E-certificate (PDF)"), [DataRequired(_("Choose a file first."))])
