from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from college.core.roles import Actor
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import publish_line
from college.exams.rejudgings.queries import Outcome, foreseen
from college.exams.rejudgings.refusals import refuse_line
from college.people.qualifications.models import Level
from college.web.forms import Form
from college.web.jinja import said


class LineForm(Form):
    year = IntegerField(_("Exam year"), [InputRequired(), NumberRange(2008, 2200)])
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    subject = SelectField(_("Exam paper"), [Optional()])
    region = StringField(_("Region"), [DataRequired(_("Name the region.")), Length(max=60)])
    line = DecimalField(_("Line"), [InputRequired(), NumberRange(0, 100)], places=1)
    published_on = DateField(_("Day of the notice"), [InputRequired()])
    citation = StringField(
        _("Notice"), [DataRequired(_("Enter the number or title of the notice.")), Length(max=300)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(level.value, said(level)) for level in Level]
        every = [("", _("All papers of the level"))]
        self.subject.choices = [*every, *((s.value, said(s)) for s in Subject)]


def foresee_chosen(*, subject: str, **facts: Any) -> Outcome:
    """What the line in the form would change. Raises as `refuse_line`."""
    new, paper = LineData(**facts), Subject(subject) if subject else None
    refuse_line(new, paper)
    same = {name: getattr(new, name) for name in ("year", "level", "region", "citation")}
    return foreseen(PassLine(**same, subject=paper, line=Decimal(new.line)))


def publish_chosen(actor: Actor, *, subject: str, **facts: Any) -> list[Rejudging]:
    return publish_line(actor, LineData(**facts), subject=Subject(subject) if subject else None)
