"""Forty people in eight processes press the button for five seats, on a database of their own.

Run once with the locks and once without them: without, the same checks must fail, or they prove
nothing.
"""

import multiprocessing
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import Enrolment, EnrolmentState
from college.courses.enrolments.operations import enrol
from college.courses.runs.models import CourseRun
from college.factory import create_app
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons
from config import Settings
from tests.databases import IS_POSTGRES, fresh_postgres_database
from tests.factories import actor
from tests.factories.courses import make_course, make_run

PROCESSES, PEOPLE, SEATS = 8, 40, 5
FORK = multiprocessing.get_context("fork")
R = TypeVar("R")

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


@pytest.fixture(scope="module")
def college(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An empty college on a database of its own."""
    folder = tmp_path_factory.mktemp("race")
    own = f"sqlite:///{folder / 'race.db'}"
    with fresh_postgres_database(database_url) if IS_POSTGRES else nullcontext(own) as url:
        settings = Settings(environment="test", instance=folder, database_url=url)
        apart(lambda: make_tables(settings))
        yield settings


def make_tables(settings: Settings) -> None:
    with create_app(settings).app_context():
        db.create_all()


def test_five_seats_go_to_five_people_and_the_others_wait_in_order(college):
    outcome, rows = apart(lambda: race(college, "locked"))
    assert outcome == {"enrolled": SEATS, "waiting": PEOPLE - SEATS}
    waiting = [row for row in rows if row[0] == EnrolmentState.WAITING]
    assert [queue_no for _, queue_no, _ in waiting] == list(range(1, PEOPLE - SEATS + 1))
    asked_at = [moment for *_, moment in waiting]
    assert asked_at == sorted(asked_at)


def test_without_the_locks_it_goes_wrong(college):
    outcome, rows = apart(lambda: race(college, "unlocked", with_locks=False))
    if IS_POSTGRES:
        assert len([row for row in rows if row[0] == EnrolmentState.ENROLLED]) > SEATS
    else:  # a deferred transaction dies when it turns from reader to writer
        assert outcome["OperationalError"] > 0


def test_one_newcomer_in_eight_tabs_gets_one_seat(college):
    outcome, rows = apart(lambda: race(college, "alone", people=1))
    assert outcome == {"enrolled": 1, "EnrolledAlready": PROCESSES - 1}
    assert len(rows) == 1


def race(
    settings: Settings, code: str, *, with_locks: bool = True, people: int = PEOPLE
) -> tuple[Any, Any]:
    """What each attempt came to, and the rows afterwards, by their place in the waiting list."""
    app = create_app(settings)
    with app.app_context():
        run_id = make_run(make_course(code=code), code=code, seats=SEATS).id
        new = [NewPerson(full_name=f"学员{n}") for n in range(people)]
        ids = [person.id for person in record_persons(SYSTEM, new)]
        db.session.commit()
        forget_journal_keys()
        db.session.remove()
        prepare(db.engine, with_locks=with_locks)
        db.engine.dispose()  # a connection must not be shared with a child
    parts = [ids[n::PROCESSES] if people > 1 else ids for n in range(PROCESSES)]
    outcome = Counter(said for part in at_once(app, run_id, parts) for said in part)
    with app.app_context():
        chosen = sa.select(Enrolment.state, Enrolment.queue_no, Enrolment.enrolled_at)
        chosen = chosen.where(Enrolment.run_id == run_id)
        rows = db.session.execute(chosen.order_by(Enrolment.queue_no, Enrolment.id)).all()
        return dict(outcome), [tuple(row) for row in rows]


def forget_journal_keys() -> None:
    """Leave the making of the first key to the race."""
    db.session.execute(sa.text("DELETE FROM subject_key"))
    db.session.commit()


def prepare(engine: sa.Engine, *, with_locks: bool) -> None:
    """Widen the gap between counting and writing; on request send no lock to the database."""

    @sa.event.listens_for(engine, "after_cursor_execute")
    def linger(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if "max(enrolment.queue_no)" in statement:
            time.sleep(0.005)

    if with_locks:
        return

    @sa.event.listens_for(engine, "before_cursor_execute", retval=True)
    def unlock(_c: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> tuple[str, Any]:
        free = statement.replace("BEGIN IMMEDIATE", "BEGIN")
        return re.sub(r"FOR UPDATE( OF \w+)?", "", free), parameters


def at_once(app: Flask, run_id: int, parts: list[list[int]]) -> list[list[str]]:
    start = FORK.Barrier(len(parts))
    with started([partial(press, app, run_id, part, start) for part in parts]) as ends:
        return [end.recv() for end in ends]


def press(app: Flask, run_id: int, ids: list[int], start: Any) -> list[str]:
    """Enrol one after the other, each in a request's transaction; say what became of each."""
    said = []
    with app.app_context():
        start.wait(30)
        for person_id in ids:
            try:
                run, person = (
                    db.session.get_one(CourseRun, run_id),
                    db.session.get_one(Person, person_id),
                )
                said.append(str(enrol(actor(person, Role.TRAINEE), run, person).state))
                db.session.commit()
            except Exception as error:  # the kind of failure is what is counted
                db.session.rollback()
                said.append(type(error).__name__)
            db.session.remove()
    return said


def apart(work: Callable[[], R]) -> R:
    """Run `work` in a child, so that this process keeps its app, keys and connections."""
    with started([work]) as ends:
        result: R = ends[0].recv()
        return result


def tell(end: Any, work: Callable[[], Any]) -> None:
    end.send(work())


@contextmanager
def started(works: list[Callable[[], Any]]) -> Iterator[list[Any]]:
    """One forked child for each; yields the ends from which their results can be read."""
    ends, children = [], []
    for work in works:
        mine, theirs = FORK.Pipe(duplex=False)
        child = FORK.Process(target=tell, args=(theirs, work))
        child.start()
        theirs.close()  # so that a child that dies is noticed
        ends.append(mine)
        children.append(child)
    yield ends
    for child in children:
        child.join(60)
        assert child.exitcode == 0
