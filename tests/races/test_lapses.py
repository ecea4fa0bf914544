"""Two workers look at the same moment for whose passes lapse: each person is told once."""

from collections import Counter
from collections.abc import Sequence
from datetime import date
from functools import partial

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core import clock
from college.core.clock import midnight
from college.core.db import Base, db
from college.core.roles import Actor
from college.exams.pass_rules.models import Subject
from college.exams.results.warnings import Lapsing, due_in, sittings, warn_of_papers
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.stages import tell_in_turn
from config import Settings
from tests.factories import make_person
from tests.factories.exams import make_cycle, make_result, make_rules
from tests.races.together import FORK, PATIENCE, apart, at_once, college_of, ready_to_fork

WORKERS, PEOPLE = 2, 5
OPENS = date(2026, 3, 9)
UNIQUE = "uq_lapse_warning_person_id_level_year_stage_on"

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


def test_two_workers_at_once_tell_each_once(own):
    outcomes, notices = apart(lambda: raced(own))
    assert outcomes == {f"told {PEOPLE}": 1, "Conflict": 1}
    assert notices == [1] * PEOPLE


def test_without_the_rule_of_the_table_each_is_told_by_both(own):
    """The negative control."""
    outcomes, notices = apart(lambda: raced(own, has_rule=False))
    assert outcomes == {f"told {PEOPLE}": WORKERS}
    assert notices == [WORKERS] * PEOPLE


def raced(settings: Settings, *, has_rule: bool = True) -> tuple[dict[str, int], list[int]]:
    """What each worker came to, and how many notices each person got."""
    app = college_of(settings)
    with app.app_context():
        if not has_rule:
            _take_the_rule_away()
        make_rules()
        passed = make_cycle(2025)
        days = {"registration_from_on": OPENS, "registration_to_on": date(2026, 3, 22)}
        make_cycle(2026, **days, scores_on=None)
        for _ in range(PEOPLE):
            make_result(make_person(), passed, subject=Subject.COMPREHENSIVE)
        ready_to_fork()
    gate = FORK.Barrier(WORKERS)
    outcomes = Counter(at_once([partial(work, app, gate)] * WORKERS))
    with app.app_context():
        kind = Notice.kind == NoticeKind.PAPERS_LAPSE
        counted = sa.select(sa.func.count()).where(kind).group_by(Notice.person_id)
        notices = list(db.session.scalars(counted))
        ready_to_fork()
    return outcomes, notices


def work(app: Flask, gate) -> str:
    """Each has seen who is due before anybody tells."""
    gates = [gate]

    def look_together(behind: int) -> Sequence[Lapsing]:
        found = due_in(sitting, behind)
        if gates:
            gates.pop().wait(PATIENCE)
        return found

    def tell(actor: Actor, due: Sequence[Lapsing]) -> int:
        return warn_of_papers(actor, sitting, due)

    with app.app_context(), clock.put_at(midnight(OPENS)):
        (sitting,) = sittings(OPENS)
        try:
            return f"told {tell_in_turn(look_together, tell)}"
        except Exception as error:  # the kind of failure is what is counted
            db.session.rollback()
            return type(error).__name__


def _take_the_rule_away() -> None:
    table = Base.metadata.tables["lapse_warning"]
    (rule,) = (c for c in table.constraints if c.name == UNIQUE)
    table.drop(db.engine)
    table.constraints.remove(rule)
    table.create(db.engine)
