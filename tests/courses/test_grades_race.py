"""Several markers on one cell, and markers while the class is being closed; also without locks.

Without the locks the same checks must fail, or they prove nothing.
"""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import nullcontext
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.roles import SYSTEM
from college.courses.completion.operations import close_run
from college.courses.enrolments.models import Enrolment
from college.courses.grades.models import Mark
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import Assessment, CourseRun
from college.factory import create_app
from config import Settings
from tests.courses.test_enrolment_race import FORK, apart, make_tables, started
from tests.databases import IS_POSTGRES, fresh_postgres_database
from tests.factories.teaching import make_class

MARKERS, TRAINEES = 6, 12
LOCKS = ("FOR UPDATE OF course_run", "FOR UPDATE", "FOR SHARE")

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


@pytest.fixture
def college(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An empty college for one test: in each child the factories count from the same number."""
    folder = tmp_path_factory.mktemp("marking")
    own = f"sqlite:///{folder / 'marking.db'}"
    with fresh_postgres_database(database_url) if IS_POSTGRES else nullcontext(own) as url:
        settings = Settings(environment="test", instance=folder, database_url=url)
        apart(lambda: make_tables(settings))
        yield settings


def test_of_several_markers_one_is_stored_and_the_others_are_told(college):
    assert apart(lambda: one_cell(college)) == {"stored": 1, "Stale": MARKERS - 1}


def test_without_the_locks_the_others_are_not_told(college):
    outcome = apart(lambda: one_cell(college, with_locks=False))
    assert outcome["Conflict" if IS_POSTGRES else "OperationalError"] > 0


def test_nobody_marks_behind_the_back_of_the_closing(college):
    outcome, differing = apart(lambda: while_closing(college))
    assert differing == 0
    assert outcome["closed"] == 1
    assert outcome["stored"] + outcome["RunClosed"] == TRAINEES


def test_without_the_locks_marks_and_results_differ(college):
    outcome, differing = apart(lambda: while_closing(college, with_locks=False))
    assert differing > 0 if IS_POSTGRES else outcome["OperationalError"] > 0


def one_cell(settings: Settings, *, with_locks: bool = True) -> dict[str, int]:
    """What became of each marker who saw an empty cell."""
    app = create_app(settings)
    with app.app_context():
        group = make_class()
        cell = group.exams[0].id, group.enrolments[0].id
        prepare(with_locks=with_locks)
    start = FORK.Barrier(MARKERS)
    works = [partial(mark, app, start, [(*cell, Decimal(60 + n), 0)]) for n in range(MARKERS)]
    return at_once(works)


def while_closing(settings: Settings, *, with_locks: bool = True) -> tuple[dict[str, int], int]:
    """What each did, and for how many the stored result is not what their mark says."""
    app = create_app(settings)
    with app.app_context():
        group = make_class(TRAINEES)
        group.all_present()
        group.everybody_gets("50")
        run_id, exam = group.run.id, group.exams[0].id
        cells = [(exam, e.id, Decimal(90), None) for e in group.enrolments]
        prepare(with_locks=with_locks)
    start = FORK.Barrier(MARKERS + 1)
    works = [partial(mark, app, start, cells[n::MARKERS]) for n in range(MARKERS)]
    outcome = at_once([*works, partial(close, app, start, run_id)])
    with app.app_context():
        joined = sa.select(Enrolment.total_mark, Mark.value).join(
            Mark, Mark.enrolment_id == Enrolment.id
        )
        rows = db.session.execute(joined.where(Enrolment.run_id == run_id)).all()
        return outcome, sum(total != value for total, value in rows)


def prepare(*, with_locks: bool) -> None:
    """Widen the gap between asking and writing; on request send no lock to the database."""
    engine = db.engine

    @sa.event.listens_for(engine, "after_cursor_execute")
    def linger(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("SELECT mark.", "SELECT enrolment.state")):
            time.sleep(0.05)

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def unlock(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        for lock in LOCKS if not with_locks else ():
            statement = statement.replace(lock, "")
        plain = statement if with_locks else statement.replace("BEGIN IMMEDIATE", "BEGIN")
        return plain, parameters

    db.session.remove()
    engine.dispose()  # a connection must not be shared with a child


def at_once(works: list[Any]) -> dict[str, int]:
    with started(works) as ends:
        return Counter(said for end in ends for said in end.recv())


def mark(app: Flask, start: Any, cells: list[Any]) -> list[str]:
    """Enter one mark after the other, each in a request's transaction."""
    said = []
    with app.app_context():
        start.wait(30)
        for exam_id, enrolment_id, value, version in cells:
            try:
                exam = db.session.get_one(Assessment, exam_id)
                enrolment = db.session.get_one(Enrolment, enrolment_id)
                enter_mark(SYSTEM, exam, enrolment, value=value, version=version)
                db.session.commit()
                said.append("stored")
            except Exception as error:  # the kind of failure is what is counted
                db.session.rollback()
                said.append(type(error).__name__)
            db.session.remove()
    return said


def close(app: Flask, start: Any, run_id: int) -> list[str]:
    with app.app_context():
        start.wait(30)
        time.sleep(0.08)
        try:
            close_run(SYSTEM, db.session.get_one(CourseRun, run_id))
            db.session.commit()
        except Exception as error:
            db.session.rollback()
            return [type(error).__name__]
        return ["closed"]
