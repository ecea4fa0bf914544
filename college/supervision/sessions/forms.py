from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FormField,
    IntegerField,
    MonthField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
    ValidationError,
)
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from college.core import clock
from college.people.persons.models import Person
from college.supervision.sessions.models import (
    Form,
    Function,
    SupervisionSession,
    SupervisionType,
)
from college.supervision.sessions.operations import SessionFacts
from college.supervision.sessions.queries import Choice
from college.supervision.sessions.rules import GROUP_SIZE_CAP, MAX_MINUTES
from college.web import forms as web


def member_of(kind: type[StrEnum]) -> Callable[[str], StrEnum | str]:
    """Read a choice; what is none of them stays as it is, for the field to refuse in its words."""
    return lambda value: kind(value) if value in list(kind) else value


class MonthForm(web.Form):
    month = MonthField()

    def chosen(self) -> date:
        """The month that was asked for, or this one when the address says nothing sensible."""
        asked: date | None = self.month.data
        return asked if asked and 2000 <= asked.year <= 2200 else clock.today().replace(day=1)


class AttendanceForm(web.Form):
    """One supervisee. Empty minutes mean: from the beginning to the end."""

    person = SelectField(_("Supervisee"), coerce=lambda value: int(value or 0), default=0)
    minutes = IntegerField(_("Minutes"), [Optional()])

    def validate_person(self, field: SelectField) -> None:
        if not field.data and self.minutes.data:
            raise ValidationError(gettext("Choose the person whose minutes these are."))

    def validate_minutes(self, field: IntegerField) -> None:
        if field.data is not None and not 1 <= field.data <= MAX_MINUTES:
            raise ValidationError(gettext("From 1 to %(most)s minutes.", most=MAX_MINUTES))


class SessionForm(web.Form):
    held_on = DateField(_("Date"), [InputRequired()])
    starts_at = TimeField(_("Starts at"), [InputRequired()])
    ends_at = TimeField(_("Ends at"), [InputRequired()])
    form = RadioField(
        _("Form"),
        [InputRequired()],
        choices=[SelectChoice(f.value, _(f.short)) for f in Form],
        coerce=member_of(Form),
    )
    type = SelectField(
        _("Type"),
        [InputRequired()],
        choices=[SelectChoice(t.value, _(t.label)) for t in SupervisionType],
        coerce=member_of(SupervisionType),
    )
    functions = SelectMultipleField(
        _("Functions"),
        choices=[SelectChoice(f.value, _(f.label)) for f in Function],
        coerce=member_of(Function),
        option_widget=CheckboxInput(),
    )
    attendances = FieldList(FormField(AttendanceForm), min_entries=GROUP_SIZE_CAP)
    place = StringField(_("Place"), [Length(max=120)])
    is_remote = BooleanField(_("Held online"))
    topics = TextAreaField(_("Topics"), [DataRequired(), Length(max=1000)])
    agreed_actions = TextAreaField(_("Agreed actions"), [Length(max=1000)])

    def __init__(self, *args: Any, choices: Sequence[Choice], **values: Any) -> None:
        super().__init__(*args, **values)
        self.people = {choice.person_id: choice.person for choice in choices}
        self.groups = [
            (is_known, [c for c in choices if c.is_known is is_known]) for is_known in (True, False)
        ]
        for entry in self.attendances:
            entry.form.person.choices = [SelectChoice(str(id)) for id in (0, *self.people)]

    @classmethod
    def empty(cls, choices: Sequence[Choice]) -> "SessionForm":
        return cls(choices=choices, held_on=clock.today(), form=Form.INDIVIDUAL)

    @classmethod
    def of(cls, row: SupervisionSession, choices: Sequence[Choice]) -> "SessionForm":
        starts_at, ends_at = clock.local(row.starts_at), clock.local(row.ends_at)
        there = [{"person": a.supervisee_id, "minutes": a.minutes} for a in row.attendances]
        return cls(
            obj=row,
            choices=choices,
            held_on=starts_at.date(),
            starts_at=starts_at.time(),
            ends_at=ends_at.time(),
            attendances=there,
        )

    @property
    def data(self) -> SessionFacts:
        """What the operations take, once the form is valid."""
        starts_at, ends_at = self._moment(self.starts_at.data), self._moment(self.ends_at.data)
        whole = int((ends_at - starts_at).total_seconds()) // 60
        return {
            "form": self.form.data,
            "type": self.type.data,
            "functions": self.functions.data or [],
            "starts_at": starts_at,
            "ends_at": ends_at,
            "place": self.place.data or "",
            "is_remote": self.is_remote.data,
            "topics": self.topics.data,
            "agreed_actions": self.agreed_actions.data or "",
            "attendances": self._attendances(whole),
        }

    def _moment(self, at: time) -> datetime:
        return datetime.combine(self.held_on.data, at, tzinfo=clock.SHANGHAI)

    def _attendances(self, whole: int) -> list[tuple[Person, int]]:
        return [
            (self.people[entry.form.person.data], entry.form.minutes.data or max(whole, 1))
            for entry in self.attendances
            if entry.form.person.data
        ]


class ConfirmForm(web.Form):
    """Without a version (an old page, a bare POST) it counts as one that nobody has seen."""

    version = IntegerField(validators=[Optional()], filters=[lambda seen: seen or 0])


class DeclineForm(web.Form):
    note = TextAreaField(_("What is not right?"), [DataRequired(), Length(max=300)])
    version = IntegerField(validators=[InputRequired()])
