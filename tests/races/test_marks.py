"""Several markers on one cell, by the page and by the operation; markers while a class closes."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.courses.completion.operations import close_run
from college.courses.enrolments.models import Enrolment
from college.courses.grades.models import Mark
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import Assessment, CourseRun
from config import Settings
from tests.databases import IS_POSTGRES
from tests.factories import make_person
from tests.factories.teaching import Class, make_class
from tests.races.together import (
    FORK,
    PATIENCE,
    apart,
    at_once,
    browser,
    college_of,
    hold_after,
    outcome_of,
    ready_to_fork,
    sign_in_of,
    take_locks_away,
)

MARKERS, TRAINEES = 6, 12
FETCH = {"X-Requested-With": "fetch"}  # as the script of the page does

# nothing here touches the database of the other tests
pytestmark = pytest.mark.real_commits


# --- one cell, by the page ------------------------------------------------------------------------


def test_of_several_markers_one_is_stored_and_the_others_are_shown_it(own):
    answers, stored, entries = apart(lambda: by_page(own, version="1"))
    assert sorted(status for status, _ in answers) == [200] + [409] * (MARKERS - 1)
    winners = [told["value"] for status, told in answers if status == 200]
    shown = {told["theirs"] for status, told in answers if status == 409}
    assert winners == [stored]
    assert shown == {stored}
    assert entries == 1


def test_without_the_version_that_they_saw_the_others_overwrite_it(own):
    """The negative control: it is the version that held them back."""
    answers, _, entries = apart(lambda: by_page(own, version=""))
    assert [status for status, _ in answers] == [200] * MARKERS
    assert entries == MARKERS


def by_page(settings: Settings, *, version: str) -> tuple[list[tuple[int, Any]], str, int]:
    """What each marker was answered, the mark afterwards, and how many entries tell of it."""
    app = college_of(settings)
    with app.app_context():
        group = make_class()
        group.mark("50")
        db.session.commit()
        before = entries_of_marks()
        url = f"/courses/runs/{group.run.id}/grades/{group.exams[0].id}/{group.enrolments[0].id}"
        markers = [sign_in_of(make_person(Role.ADMIN)) for _ in range(MARKERS)]
        ready_to_fork()
    works = [
        partial(send, app, url, marker, {"value": str(60 + n), "version": version})
        for n, marker in enumerate(markers)
    ]
    answers = at_once(works)
    with app.app_context():
        stored = db.session.scalars(sa.select(Mark.value)).one()
        return answers, f"{stored:.0f}", entries_of_marks() - before


def send(app: Flask, url: str, sign_in: str, fields: dict[str, str]) -> tuple[int, Any]:
    answer = browser(app, sign_in).post(url, data=fields, headers=FETCH)
    return answer.status_code, answer.json


def entries_of_marks() -> int:
    entries = sa.select(sa.func.count(JournalEntry.id)).where(JournalEntry.deed == "enter_mark")
    return db.session.scalars(entries).one()


# --- one cell, by the operation -------------------------------------------------------------------


def test_who_saw_the_cell_before_is_told(own):
    assert apart(lambda: one_cell(own)) == {"stored": 1, "Stale": MARKERS - 1}


def test_without_the_locks_all_are_stored_over_one_another(own):
    outcome = apart(lambda: one_cell(own, has_locks=False))
    if IS_POSTGRES:
        assert outcome == {"stored": MARKERS}
    else:  # a deferred transaction dies when it turns from reader to writer
        assert outcome == {"stored": 1, "OperationalError": MARKERS - 1}


def one_cell(settings: Settings, *, has_locks: bool = True) -> dict[str, int]:
    """What became of each marker who saw the first mark."""
    app = college_of(settings)
    with app.app_context():
        group = make_class()
        version = group.mark("50").version
        db.session.commit()
        cell = group.exams[0].id, group.enrolments[0].id
        if not has_locks:
            take_locks_away(db.engine)
            hold_after(db.engine, "FROM mark", MARKERS)
        ready_to_fork()
    cells = [[(*cell, Decimal(60 + n), version)] for n in range(MARKERS)]
    return counted([partial(mark, app, each) for each in cells])


# --- while the class is being closed --------------------------------------------------------------


def test_nobody_marks_behind_the_back_of_the_closing(own):
    outcome, differing = apart(lambda: while_closing(own))
    assert differing == 0
    assert outcome["closed"] == 1
    assert outcome["stored"] + outcome["RunClosed"] == TRAINEES


def test_without_the_locks_marks_and_results_differ(own):
    outcome, differing = apart(lambda: while_closing(own, has_locks=False))
    if IS_POSTGRES:
        assert (outcome, differing) == ({"stored": TRAINEES, "closed": 1}, TRAINEES)
    else:
        assert outcome == {"stored": TRAINEES, "OperationalError": 1}


def while_closing(settings: Settings, *, has_locks: bool = True) -> tuple[dict[str, int], int]:
    """What each did, and for how many the stored result is not what their mark says.

    Without locks the marks come after the closing has read and before it writes.
    """
    app = college_of(settings)
    first_stored, has_read, marked = FORK.Event(), FORK.Event(), FORK.Event()
    with app.app_context():
        group = marked_class()
        run_id, exam = group.run.id, group.exams[0].id
        cells = [(exam, each.id, Decimal(90), None) for each in group.enrolments]
        if not has_locks:
            take_locks_away(db.engine)
            let_them_mark_before(db.engine, "UPDATE enrolment", has_read, marked)
        ready_to_fork()
    if has_locks:
        works = [partial(mark, app, cells[n::MARKERS], tell=first_stored) for n in range(MARKERS)]
        works.append(partial(close, app, run_id, after=first_stored))
    else:
        works = [partial(mark, app, cells, after=has_read, then=marked)]
        works.append(partial(close, app, run_id))
    outcome = counted(works)
    with app.app_context():
        joined = sa.select(Enrolment.total_mark, Mark.value).join(
            Mark, Mark.enrolment_id == Enrolment.id
        )
        rows = db.session.execute(joined.where(Enrolment.run_id == run_id)).all()
        return outcome, sum(total != value for total, value in rows)


def marked_class() -> Class:
    group = make_class(TRAINEES)
    group.all_present()
    group.everybody_gets("50")
    return group


def let_them_mark_before(engine: sa.Engine, words: str, has_read: Any, marked: Any) -> None:
    """Hold the closing at its first write until the marks are stored."""

    @sa.event.listens_for(engine, "before_cursor_execute")
    def wait(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(words) and not has_read.is_set():
            has_read.set()
            assert marked.wait(PATIENCE)


def mark(
    app: Flask, cells: list[Any], *, after: Any = None, tell: Any = None, then: Any = None
) -> list[str]:
    """Enter one mark after the other, each in a request's transaction; `tell` of the first."""
    said = []
    with app.app_context():
        if after:
            assert after.wait(PATIENCE)
        for cell in cells:
            said.append(outcome_of(partial(enter, *cell)))
            if tell:
                tell.set()
        if then:
            then.set()
    return said


def enter(exam_id: int, enrolment_id: int, value: Decimal, version: int | None) -> str:
    exam = db.session.get_one(Assessment, exam_id)
    enrolment = db.session.get_one(Enrolment, enrolment_id)
    enter_mark(SYSTEM, exam, enrolment, value=value, version=version)
    return "stored"


def close(app: Flask, run_id: int, *, after: Any = None) -> list[str]:
    with app.app_context():
        if after:
            assert after.wait(PATIENCE)
        return [outcome_of(partial(closed, run_id))]


def closed(run_id: int) -> str:
    close_run(SYSTEM, db.session.get_one(CourseRun, run_id))
    return "closed"


def counted(works: list[Callable[[], list[str]]]) -> dict[str, int]:
    return Counter(said for part in at_once(works) for said in part)
