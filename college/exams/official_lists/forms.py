from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, FileField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from college.exams.candidacies.queries import cycles
from college.exams.cycles.naming import naming
from college.exams.official_lists.models import ListKind
from college.people.qualifications.models import Level
from college.web.forms import Form, or_empty
from college.web.jinja import said


class UploadForm(Form):
    kind = SelectField(_("What the list shows"), [InputRequired()], coerce=ListKind)
    cycle_id = SelectField(_("Exam year"), [InputRequired()], coerce=int)
    file = FileField(_("Official list"), [DataRequired(_("Choose a file first."))])
    on = DateField(_("Day of the list"), [InputRequired()])
    source = StringField(_("Who issued it, and its title"), [Length(max=120)], filters=[or_empty])
    level = SelectField(_("Level of rows that name none"), default="")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [(kind.value, said(kind)) for kind in ListKind]
        named = naming()
        self.cycle_id.choices = [(cycle.id, named.of(cycle)) for cycle in cycles()]
        levels = [(level.value, said(level)) for level in Level]
        self.level.choices = [("", _("Each row says it")), *levels]


class MatchesForm(Form):
    """The rows with partly hidden numbers whose persons somebody has compared."""

    confirmed = SelectMultipleField(
        _("Whose rows these are"),
        [DataRequired(_("Tick the rows whose person you have compared."))],
        validate_choice=False,
    )
