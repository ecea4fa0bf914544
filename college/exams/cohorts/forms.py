from collections.abc import Sequence
from datetime import date
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional
from wtforms.widgets import CheckboxInput

from college.core.access import MOST
from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor
from college.courses.runs.models import CourseRun
from college.exams.cohorts import queries
from college.exams.cohorts.dates import tests_of
from college.exams.cohorts.models import (
    CohortMilestone,
    ExamCohort,
    MilestoneKind,
    MilestoneTick,
)
from college.exams.cohorts.operations import NewCohort, form_cohort
from college.exams.cohorts.planning import NewMilestone, add_milestone, check_off
from college.exams.cohorts.progress import Stage
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.naming import naming
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.web.forms import Form, or_empty
from college.web.jinja import own, said


class StageForm(Form):
    """Which members are listed: all, those who reached a stage, or those who fall behind."""

    stage = StringField()
    behind = BooleanField()

    def chosen(self) -> Stage | None:
        """Raises NotFound for a stage that is none."""
        if not self.stage.data:
            return None
        if self.stage.data not in list(Stage):
            raise NotFound
        return Stage(self.stage.data)


class CohortForm(Form):
    code = StringField(_("Code"), [DataRequired(_("Enter a code.")), Length(max=32)])
    name = StringField(_("Name of the cohort"), [DataRequired(_("Enter a name.")), Length(max=120)])
    name_en = StringField(_("Name in English"), [Length(max=200)], filters=[or_empty])
    level = SelectField(_("Level"), [InputRequired()], coerce=Level)
    cycle_id = SelectField(_("Exam year"), [InputRequired()], coerce=int)
    tutor_id = SelectField(_("Tutor"), [InputRequired()], coerce=int)
    run_ids = SelectMultipleField(
        _("Classes of the cohort"), coerce=int, option_widget=CheckboxInput()
    )
    is_planned = BooleanField(_("Take the plan from the announced dates and the classes"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(level.value, said(level)) for level in Level]
        named = naming()
        self.cycle_id.choices = [(cycle.id, named.of(cycle)) for cycle in queries.cycles()]
        self.tutor_id.choices = [(person.id, person.full_name) for person in queries.tutors()]
        self.run_ids.choices = [(run.id, own(run, "title")) for run in queries.classes()]


def form_chosen(
    actor: Actor,
    *,
    level: Level,
    cycle_id: int,
    tutor_id: int,
    run_ids: Sequence[int],
    is_planned: bool,
    **texts: str,
) -> ExamCohort:
    """Form the cohort that the form describes; the ids are those of its choices."""
    new = NewCohort(
        level=level,
        cycle=db.session.get_one(ExamCycle, cycle_id),
        tutor=db.session.get_one(Person, tutor_id),
        runs=[db.session.get_one(CourseRun, run_id) for run_id in run_ids],
        is_planned=is_planned,
        **texts,  # type: ignore[arg-type] # code, name and name_en
    )
    return form_cohort(actor, new)


class ChangeForm(Form):
    """A milestone that is in the plan: what it asks for stays."""

    due_on = DateField(_("By which day"), [InputRequired()])
    percent = IntegerField(_("Share of the lessons, in percent"), [Optional()])
    title = StringField(_("Title"), [Length(max=60)], filters=[or_empty])
    title_en = StringField(_("Title in English"), [Length(max=120)], filters=[or_empty])

    def fill(self, milestone: CohortMilestone) -> None:
        self.due_on.data, self.percent.data = milestone.due_on, milestone.percent
        self.title.data, self.title_en.data = milestone.title, milestone.title_en


class MilestoneForm(ChangeForm):
    """One choice says what is asked for; a test of a class is one of its own."""

    what = SelectField(_("What the milestone asks for"), [InputRequired()])

    def __init__(self, *args: Any, cohort: ExamCohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.tests = {f"{MilestoneKind.ASSESSED}:{test.id}": test for test in tests_of(cohort)}
        kinds = [(kind.value, said(kind)) for kind in MilestoneKind]
        at = [value for value, _label in kinds].index(MilestoneKind.ASSESSED)
        kinds[at : at + 1] = [
            (value, gettext("Passed: %(title)s", title=own(test, "title")))
            for value, test in self.tests.items()
        ]
        self.what.choices = kinds

    def added(
        self, actor: Actor, cohort: ExamCohort, *, what: str, **facts: Any
    ) -> CohortMilestone:
        kind = MilestoneKind(what.partition(":")[0])
        new = NewMilestone(kind=kind, assessment=self.tests.get(what), **facts)
        return add_milestone(actor, cohort, new)


class TickForm(Form):
    member_ids = SelectMultipleField(_("Members"), validate_choice=False, coerce=int)
    on = DateField(_("Done on"), [InputRequired()])


def checked_off(
    actor: Actor, milestone: CohortMilestone, *, member_ids: Sequence[int], on: date
) -> list[MilestoneTick]:
    small = [number for number in member_ids if 0 < number <= MOST]
    return check_off(actor, milestone, small, on=on)
