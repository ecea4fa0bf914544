from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, FileField, SelectField
from wtforms.validators import DataRequired, InputRequired

from college.exams.cycles.naming import naming
from college.exams.cycles.queries import cycles_held
from college.web.forms import Form


class UploadForm(Form):
    cycle_id = SelectField(_("Exam year"), [InputRequired()], coerce=int)
    published_on = DateField(_("Day of the list"), [InputRequired()])
    file = FileField(_("Result sheet"), [DataRequired(_("Choose a file first."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = naming()
        self.cycle_id.choices = [(cycle.id, named.of(cycle)) for cycle in cycles_held()]
