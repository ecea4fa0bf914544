"""Two workers look at the same moment who falls behind: each tutor is told once."""

from collections import Counter
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core import clock
from college.core.db import Base, db
from college.core.roles import Role
from college.exams.cohorts.models import MilestoneKind
from college.exams.cohorts.warnings import Behind, due_tutors, tell_tutors
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.stages import tell_due
from config import Settings
from tests.exams.planned_cohorts import cohort_of, joined, make_exam, planned
from tests.factories import make_person
from tests.races.together import FORK, PATIENCE, apart, at_once, college_of, ready_to_fork

WORKERS, COHORTS = 2, 3
UNIQUE = "uq_cohort_warning_cohort_id_week_on"

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_two_workers_at_once_tell_each_tutor_once(own):
    outcomes, notices = apart(lambda: raced(own))
    assert outcomes == {f"told {COHORTS}": 1, "Conflict": 1}
    assert notices == [1] * COHORTS


def test_without_the_rule_of_the_table_each_tutor_is_told_by_both(own):
    """The negative control."""
    outcomes, notices = apart(lambda: raced(own, has_rule=False))
    assert outcomes == {f"told {COHORTS}": WORKERS}
    assert notices == [WORKERS] * COHORTS


def raced(settings: Settings, *, has_rule: bool = True) -> tuple[dict[str, int], list[int]]:
    """What each worker came to, and how many notices each tutor got."""
    app = college_of(settings)
    with app.app_context():
        if not has_rule:
            _take_the_rule_away()
        cycle = make_exam()
        for _ in range(COHORTS):
            cohort = cohort_of(cycle, make_person(), tutor=make_person(Role.CLASS_TUTOR))
            planned(cohort, MilestoneKind.REGISTERED, -5)
            joined(cohort, -20)
        ready_to_fork()
    gate = FORK.Barrier(WORKERS)
    outcomes = Counter(at_once([partial(work, app, gate)] * WORKERS))
    with app.app_context():
        kind = Notice.kind == NoticeKind.COHORT_BEHIND
        counted = sa.select(sa.func.count()).where(kind).group_by(Notice.person_id)
        notices = list(db.session.scalars(counted))
        ready_to_fork()
    return outcomes, notices


def work(app: Flask, gate) -> str:
    """Each has seen who is due before anybody tells."""
    gates = [gate]

    def look_together() -> list[Behind]:
        found = due_tutors(clock.today())
        if gates:
            gates.pop().wait(PATIENCE)
        return found

    with app.app_context():
        try:
            return f"told {tell_due(look_together, tell_tutors)}"
        except Exception as error:  # the kind of failure is what is counted
            db.session.rollback()
            return type(error).__name__


def _take_the_rule_away() -> None:
    table = Base.metadata.tables["cohort_warning"]
    (rule,) = (c for c in table.constraints if c.name == UNIQUE)
    table.drop(db.engine)
    table.constraints.remove(rule)
    table.create(db.engine)
