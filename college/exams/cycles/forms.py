import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, IntegerField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from college.core.errors import RuleBroken
from college.core.roles import Actor
from college.core.text import say
from college.exams.cycles.data import names_of
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import Announced, NewCycle, announce, plan_cycle
from college.web.forms import Form, or_empty

MOST_AHEAD = 365
SEPARATORS = re.compile(r"[\s,，、;；]+")


class NoNumbersOfDays(RuleBroken):
    code, field = "no_numbers_of_days", "remind_days"
    message = say("Write whole numbers of days up to 365 with commas between them, such as 14, 3.")


class AnnouncedForm(Form):
    registration_from_on = DateField(_("Registration opens on"), [Optional()])
    registration_to_on = DateField(_("Registration closes on"), [Optional()])
    registration_check_from_on = DateField(_("Check of the registration from"), [Optional()])
    registration_check_to_on = DateField(_("Check of the registration until"), [Optional()])
    payment_to_on = DateField(_("Last day to pay"), [Optional()])
    tickets_from_on = DateField(_("Tickets can be printed from"), [Optional()])
    tickets_to_on = DateField(_("Tickets can be printed until"), [Optional()])
    exam_from_on = DateField(_("First day of the exam"), [Optional()])
    exam_to_on = DateField(_("Last day of the exam"), [Optional()])
    scores_on = DateField(_("Scores come out on"), [Optional()])
    check_from_on = DateField(_("Check after the exam from"), [Optional()])
    check_to_on = DateField(_("Check after the exam until"), [Optional()])
    approved_on = DateField(_("Approval date"), [Optional()])
    syllabus_edition = StringField(_("Syllabus"), [Length(max=32)], filters=[or_empty])
    citation = StringField(_("Source"), [Length(max=300)], filters=[or_empty])
    remind_days = StringField(
        _("Days ahead to remind candidates"), [Length(max=60)], filters=[or_empty]
    )

    def fill(self, cycle: ExamCycle) -> None:
        """Show what is on record."""
        for field in self:
            if field.name != "csrf_token":
                field.data = getattr(cycle, field.name)
        self.remind_days.data = ", ".join(map(str, cycle.remind_days))


class CycleForm(AnnouncedForm):
    year = IntegerField(_("Exam year"), [InputRequired(), NumberRange(2008, 2200)])
    province = StringField(_("Province"), [InputRequired(), Length(max=40)], filters=[or_empty])


def planned(actor: Actor, *, year: int, remind_days: str, **facts: Any) -> ExamCycle:
    name, name_en = names_of(year)
    said = NewCycle(year=year, name=name, name_en=name_en, remind_days=_days(remind_days), **facts)
    return plan_cycle(actor, said)


def announced(actor: Actor, cycle: ExamCycle, *, remind_days: str, **facts: Any) -> ExamCycle:
    return announce(actor, cycle, Announced(remind_days=_days(remind_days), **facts))


def _days(text: str) -> Sequence[int]:
    """Each once, the longest first. Raises NoNumbersOfDays."""
    parts = [part for part in SEPARATORS.split(text) if part]
    if not all(part.isascii() and part.isdigit() and int(part) <= MOST_AHEAD for part in parts):
        raise NoNumbersOfDays
    return sorted({int(part) for part in parts}, reverse=True)
