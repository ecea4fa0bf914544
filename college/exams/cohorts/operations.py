"""Forming cohorts: the only code that makes or changes an ExamCohort or its members.

Their plans are changed by `planning`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from college.core import clock, journal
from college.core.access import require
from college.core.db import db
from college.core.errors import Conflict, RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun
from college.exams.cohorts.models import CohortMember, ExamCohort, cohort_run
from college.exams.cohorts.planning import put_in
from college.exams.cohorts.progress import ENROLLED
from college.exams.cycles.models import ExamCycle
from college.people.persons.models import Person
from college.people.qualifications.models import Level


class CodeTaken(Conflict):
    code, field = "code_taken", "code"
    message = say("Another cohort has this code. Choose a new one.")


class CodeMissing(RuleBroken):
    code, field = "code_missing", "code"
    message = say("Enter a code and a name.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCohort:
    code: str
    name: str
    level: Level
    cycle: ExamCycle
    tutor: Person
    runs: Sequence[CourseRun] = ()
    name_en: str = ""
    is_demo: bool = False
    is_planned: bool = False


@operation
def form_cohort(actor: Actor, new: NewCohort) -> ExamCohort:
    """Form a cohort with its classes, without members yet.

    With `is_planned` it gets the plan that its classes and the announced dates propose.
    Raises NotAllowed, CodeMissing, CodeTaken.
    """
    require(actor, Can.COHORTS_MANAGE)
    code, name = new.code.strip(), new.name.strip()
    if not code or not name:
        raise CodeMissing
    if db.session.scalar(sa.select(sa.exists().where(ExamCohort.code == code))):
        raise CodeTaken
    cohort = ExamCohort(
        code=code,
        name=name,
        name_en=new.name_en.strip(),
        level=new.level,
        cycle_id=new.cycle.id,
        tutor_id=new.tutor.id,
        runs=list(new.runs),
        is_demo=new.is_demo,
    )
    db.session.add(cohort)
    journal.record(actor, "form_cohort", cohort, cohort=code, level=new.level, cycle=new.cycle.year)
    if new.is_planned:
        db.session.flush()
        cohort.cycle = new.cycle
        put_in(actor, cohort)
    return cohort


@operation
def add_members(
    actor: Actor, cohort: ExamCohort, people: Sequence[Person], *, joined_on: date | None = None
) -> list[CohortMember]:
    """Take people into a cohort; who is in it stays as they are, who had left is in again.

    Returns the memberships that are new or begun anew.
    """
    require(actor, Can.COHORTS_MANAGE, cohort)
    return _add(actor, cohort, [person.id for person in people], joined_on or clock.today())


@operation
def add_enrolled(actor: Actor, cohort: ExamCohort) -> list[CohortMember]:
    """Take in everybody who is enrolled in one of the cohort's classes. Returns the new ones."""
    require(actor, Can.COHORTS_MANAGE, cohort)
    in_classes = (
        sa.select(Enrolment.person_id)
        .join(cohort_run, cohort_run.c.run_id == Enrolment.run_id)
        .where(cohort_run.c.cohort_id == cohort.id, Enrolment.state.in_(ENROLLED))
        .distinct()
        .order_by(Enrolment.person_id)
    )
    return _add(actor, cohort, db.session.scalars(in_classes).all(), clock.today())


def _add(
    actor: Actor, cohort: ExamCohort, person_ids: Sequence[int], joined_on: date
) -> list[CohortMember]:
    mine = sa.select(CohortMember).where(CohortMember.cohort_id == cohort.id)
    known = {member.person_id: member for member in db.session.scalars(mine)}
    new: list[CohortMember] = []
    for person_id in dict.fromkeys(person_ids):
        member = known.get(person_id) or CohortMember(cohort_id=cohort.id, person_id=person_id)
        if person_id in known and member.left_on is None:
            continue
        member.joined_on, member.left_on, member.recorded_at = joined_on, None, clock.now()
        new.append(member)
    db.session.add_all(new)
    changes: list[tuple[CohortMember, int | None, dict[str, object]]] = [
        (member, member.person_id, {"cohort": cohort.code}) for member in new
    ]
    journal.record_all(actor, "add_member", changes)
    return new
