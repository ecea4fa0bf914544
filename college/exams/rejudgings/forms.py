from decimal import Decimal
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, DecimalField, IntegerField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from college.core.roles import Actor
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import publish_line
from college.exams.rejudgings.queries import Outcome, foreseen
from college.exams.rejudgings.refusals import NoticeDayMissing, NoticeMissing, refuse_year
from college.people.qualifications.models import Level
from college.web.forms import Form, or_empty
from college.web.jinja import said


class LineForm(Form):
    year = IntegerField(_("Exam year"), [InputRequired(), NumberRange(2008, 2200)])
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    subject = SelectField(_("Exam paper"), [Optional()])
    region = StringField(_("Region"), [Length(max=60)], filters=[or_empty])
    line = DecimalField(_("Line"), [InputRequired(), NumberRange(0, 100)], places=1)
    published_on = DateField(_("Day of the notice"), [Optional()])
    citation = StringField(_("Notice"), [Length(max=300)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(level.value, said(level)) for level in Level]
        every = [("", _("All papers of the level"))]
        self.subject.choices = [*every, *((s.value, said(s)) for s in Subject)]


def foresee_chosen(*, subject: str, year: int, line: Decimal, **facts: Any) -> Outcome:
    """What the line in the form would change; no notice is needed for that. Raises YearUnknown."""
    refuse_year(year)
    same = {name: facts[name] for name in ("level", "region", "citation", "published_on")}
    paper = Subject(subject) if subject else None
    return foreseen(PassLine(**same, year=year, subject=paper, line=line))


def publish_chosen(actor: Actor, *, subject: str, **facts: Any) -> list[Rejudging]:
    """As `publish_line`; whoever enters it has the notice at hand.

    Raises NoticeMissing, NoticeDayMissing too.
    """
    if not facts["citation"]:
        raise NoticeMissing
    if facts["published_on"] is None:
        raise NoticeDayMissing
    return publish_line(actor, LineData(**facts), subject=Subject(subject) if subject else None)
