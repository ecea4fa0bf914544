import re
from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import (
    DateField,
    FieldList,
    FormField,
    HiddenField,
    IntegerField,
    StringField,
    TimeField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from college.core.errors import RuleBroken
from college.core.roles import Actor
from college.core.text import say
from college.exams.cycles.data import names_of
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.operations import (
    Announced,
    NewCycle,
    announce,
    plan_cycle,
    time_papers,
)
from college.exams.cycles.paper_times import PaperTime
from college.exams.cycles.queries import papers_in
from college.web.forms import Form, or_empty

MOST_AHEAD = 365
MOST_PAPERS = 6  # of all levels together
SEPARATORS = re.compile(r"[\s,，、;；]+")


class NoNumbersOfDays(RuleBroken):
    code, field = "no_numbers_of_days", "remind_days"
    message = say("Write whole numbers of days up to 365 with commas between them, such as 14, 3.")


class HalfATime(RuleBroken):
    code, field = "half_a_time", ""
    message = say(
        "Enter the day, the beginning and the end of a paper, or nothing: %(level)s, %(subject)s."
    )


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


class PaperTimeForm(Form):
    """`paper` says whose hours these are: "assistant practice"."""

    paper = HiddenField()
    on = DateField(_("Day"), [Optional()])
    starts = TimeField(_("From"), [Optional()])
    ends = TimeField(_("Until"), [Optional()])


class PaperTimesForm(Form):
    """The hours of each paper of a year."""

    papers = FieldList(FormField(PaperTimeForm), min_entries=MOST_PAPERS, max_entries=MOST_PAPERS)

    def fill(self, cycle: ExamCycle) -> None:
        """Show what is on record."""
        known = {(each.level, each.subject): each for each in cycle.times}
        for entry, paper in zip(self.papers, papers_in(cycle.year), strict=False):
            entry.form.paper.data = " ".join(paper)
            if each := known.get(paper):
                entry.form.on.data = each.on
                entry.form.starts.data, entry.form.ends.data = each.starts, each.ends


def timed(actor: Actor, cycle: ExamCycle, *, papers: Sequence[dict[str, Any]]) -> ExamCycle:
    """Raises HalfATime, and as `time_papers`."""
    times, by_paper = [], {said.pop("paper"): said for said in papers}
    for level, subject in papers_in(cycle.year):
        said = by_paper.get(f"{level} {subject}", dict.fromkeys(("on", "starts", "ends")))
        given = (said["on"], said["starts"], said["ends"])
        if None in given and any(given):
            raise HalfATime(level=level, subject=subject)
        if None not in given:
            times.append(PaperTime(level=level, subject=subject, **said))
    return time_papers(actor, cycle, times)


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
