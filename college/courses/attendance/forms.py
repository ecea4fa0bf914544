from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import lazy_gettext as _
from wtforms import HiddenField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional

from college.core.roles import Actor
from college.courses.attendance.models import AttendanceStatus
from college.courses.attendance.operations import mark_attendance
from college.courses.attendance.queries import Roll
from college.web.forms import Form, or_empty
from college.web.jinja import said


class AttendanceForm(Form):
    """One trainee in one lesson. `was` is the text of what the page showed, "" for nothing."""

    aside = frozenset({"was"})

    status = RadioField(
        _("Attendance"),
        [InputRequired(_("Choose one of the four."))],
        choices=lambda: [(status.value, said(status)) for status in AttendanceStatus],
        coerce=AttendanceStatus,
    )
    minutes_late = IntegerField(_("Minutes late"), [Optional()])
    reason = StringField(_("Reason"), [Length(max=120)], filters=[or_empty])
    version = IntegerField(validators=[Optional()])
    was = HiddenField()

    @property
    def is_touched(self) -> bool:
        typed = {"late": self.minutes_late.raw_data, "on_leave": self.reason.raw_data}
        chosen = (self.status.raw_data or [""])[0]
        more = (typed.get(chosen) or [""])[0]
        return f"{chosen} {more}".strip() != (self.was.data or "")


@dataclass(frozen=True, slots=True)
class Submitted:
    """What became of a page of entries: how many were stored, and the forms that were refused."""

    stored: int
    refused: Mapping[int, AttendanceForm]


def submit_roll(actor: Actor, roll: Roll, entries: Mapping[str, str]) -> Submitted:
    """Take the entries of a whole lesson, one form each; a refused one leaves the others stored."""
    lesson, stored = roll.lesson, 0
    refused: dict[int, AttendanceForm] = {}
    for line in roll.lines:
        enrolment = line.trainee.enrolment
        form = AttendanceForm(entries, prefix=f"e{enrolment.id}")
        if not form.is_touched:
            continue
        if form.submit(mark_attendance, actor, lesson, enrolment) is None:
            refused[enrolment.id] = form
        else:
            stored += 1
    return Submitted(stored, refused)
