from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import DateField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput

from college.core.access import MOST
from college.core.roles import Actor
from college.exams.candidacies import queries
from college.exams.candidacies.models import Candidacy, CandidacyStep
from college.exams.candidacies.operations import Entry, enter, move_on
from college.exams.candidacies.recording import Seat, note_ticket
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.naming import naming
from college.exams.pass_rules.models import Subject
from college.people.employment.forms import choices_of_units
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.web.forms import Form, id_asked, one_of, or_empty
from college.web.jinja import said

BY_HAND = (CandidacyStep.INTENDS, CandidacyStep.WITHDRAWN)  # these have forms of their own


class EntryForm(Form):
    cycle_id = SelectField(_("Exam year"), [InputRequired()], coerce=int)
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    papers = SelectMultipleField(
        _("Exam papers"), [InputRequired()], coerce=Subject, option_widget=CheckboxInput()
    )
    region = StringField(_("Place of registration"), [Length(max=60)], filters=[or_empty])

    def __init__(self, *args: Any, cycles: Sequence[ExamCycle], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycles = {cycle.id: cycle for cycle in cycles}
        named = naming()
        self.cycle_id.choices = [(cycle.id, named.of(cycle)) for cycle in cycles]
        self.level.choices = [(level.value, said(level)) for level in Level]
        self.papers.choices = [(paper.value, said(paper)) for paper in Subject]

    def entered(self, actor: Actor, person: Person, *, cycle_id: int, **facts: Any) -> Candidacy:
        return enter(actor, person, Entry(cycle=self.cycles[cycle_id], **facts))


class MoveForm(Form):
    ids = SelectMultipleField(_("People"), validate_choice=False, coerce=int)
    step = SelectField(_("Move to"), [InputRequired()], coerce=CandidacyStep)
    on = DateField(_("On"), [InputRequired()])
    evidence = StringField(_("What shows it"), [Length(max=200)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [step for step in CandidacyStep if step not in BY_HAND]
        self.step.choices = [(step.value, said(step)) for step in steps]


class TicketForm(Form):
    number = StringField(_("Ticket number"), [Length(max=32)], filters=[or_empty])
    paper = SelectField(_("Exam paper"), default="")
    place = StringField(_("Exam place"), [Length(max=120)], filters=[or_empty])
    room = StringField(_("Exam room"), [Length(max=40)], filters=[or_empty])
    seat = StringField(_("Seat"), [Length(max=20)], filters=[or_empty])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        papers = [(paper.value, said(paper)) for paper in Subject]
        self.paper.choices = [("", _("All papers of the level")), *papers]


def ticket_noted(actor: Actor, row: Candidacy, *, paper: str, **says: str) -> Candidacy:
    return note_ticket(actor, row, Seat(Subject(paper) if paper else None, **says))


class ListForm(Form):
    """What the address asks for; what is none of the choices asks for nothing."""

    cycle = SelectField(_("Exam year"), validate_choice=False)
    step = SelectField(_("Stands at"), validate_choice=False)
    unit = SelectField(_("Unit, with all below"), validate_choice=False)

    def __init__(
        self, *args: Any, actor: Actor, cycles: Sequence[ExamCycle], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cycles = cycles
        named = naming()
        self.cycle.choices = [(str(cycle.id), named.of(cycle)) for cycle in cycles]
        self.step.choices = [("", _("All")), *((s.value, said(s)) for s in CandidacyStep)]
        units = choices_of_units(actor)
        self.unit.choices = [("", _("All")), *((str(number), name) for number, name in units)]

    @property
    def wanted_cycle(self) -> ExamCycle | None:
        asked = [cycle for cycle in self.cycles if str(cycle.id) == self.cycle.data]
        return next(iter(asked or self.cycles), None)

    @property
    def wanted_step(self) -> CandidacyStep | None:
        return one_of(CandidacyStep, self.step.data)

    @property
    def wanted_unit(self) -> int | None:
        return id_asked(self.unit.data)


def moved(actor: Actor, *, ids: Sequence[int], **facts: Any) -> list[Candidacy]:
    small = [number for number in ids if 0 < number <= MOST]
    return move_on(actor, queries.chosen_among(actor, small), **facts)
