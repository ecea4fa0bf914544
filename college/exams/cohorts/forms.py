from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, InputRequired, Length

from college.core.db import db
from college.core.errors import NotFound
from college.core.roles import Actor
from college.courses.runs.models import CourseRun
from college.exams.cohorts import queries
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.operations import NewCohort, form_cohort
from college.exams.cohorts.progress import Stage
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.web.forms import Form, or_empty
from college.web.jinja import own, said


class StageForm(Form):
    """Which of the members are listed: all, or those who reached a stage."""

    stage = StringField()

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
    run_ids = SelectMultipleField(_("Classes of the cohort"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.level.choices = [(level.value, said(level)) for level in Level]
        self.cycle_id.choices = [(cycle.id, own(cycle, "name")) for cycle in queries.cycles()]
        self.tutor_id.choices = [(person.id, person.full_name) for person in queries.tutors()]
        self.run_ids.choices = [(run.id, own(run, "title")) for run in queries.classes()]


def form_chosen(
    actor: Actor,
    *,
    level: Level,
    cycle_id: int,
    tutor_id: int,
    run_ids: Sequence[int],
    **texts: str,
) -> ExamCohort:
    """Form the cohort that the form describes; the ids are those of its choices."""
    new = NewCohort(
        level=level,
        cycle=db.session.get_one(ExamCycle, cycle_id),
        tutor=db.session.get_one(Person, tutor_id),
        runs=[db.session.get_one(CourseRun, run_id) for run_id in run_ids],
        **texts,  # type: ignore[arg-type] # code, name and name_en
    )
    return form_cohort(actor, new)
