"""Several graders on one cell, in any order of looking and sending.

What is stored is as if they had come one after the other, each having seen what the one before
left; whoever had not is told the mark that stands, and the journal tells every change once.
COLLEGE_TEST_THOROUGH=1 plays a thousand schedules.
"""

from decimal import Decimal

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from college.core import journal
from college.core.db import db
from college.core.errors import Stale
from college.core.journal import JournalEntry
from college.courses.grades.models import Mark
from college.courses.grades.operations import enter_mark
from tests.factories.teaching import Class, make_class
from tests.switches import IS_THOROUGH

GRADERS = 8
GRADER = st.integers(0, GRADERS - 1)
LOOK = st.tuples(GRADER, st.none())
SEND = st.tuples(GRADER, st.integers(60, 63))  # few values, so that some send what stands
SCHEDULE = st.lists(LOOK | SEND, min_size=2, max_size=24)


@settings(
    max_examples=1000 if IS_THOROUGH else 80, suppress_health_check=list(HealthCheck), deadline=None
)
@given(SCHEDULE)
def test_any_schedule_is_as_if_they_had_come_one_after_the_other(app, schedule):
    group = make_class()
    standing, version = None, 0  # the model: what is in the cell
    seen = dict.fromkeys(range(GRADERS), 0)  # the version on each one's screen
    changes = []
    for grader, value in schedule:
        if value is None:
            seen[grader] = version
            continue
        told = send(group, Decimal(value), seen[grader])
        if value == standing or seen[grader] == version:
            assert told is None
            if value != standing:
                changes.append((standing, value))
                standing, version = value, version + 1
            seen[grader] = version
        else:
            assert told is not None
            assert (told.facts["stored"], told.facts["version"]) == (str(standing), version)
    stored = db.session.scalar(
        sa.select(Mark.value).where(Mark.enrolment_id == group.enrolments[0].id)
    )
    assert stored == standing
    assert journalled(group) == changes


def send(group: Class, value: Decimal, version: int) -> Stale | None:
    """What the page does; the refusal, if it was one."""
    try:
        enter_mark(group.teacher, group.exams[0], group.enrolments[0], value=value, version=version)
    except Stale as refusal:
        db.session.rollback()
        return refusal
    db.session.commit()
    return None


def journalled(group: Class) -> list[tuple[int | None, int]]:
    """Each change as the journal tells it, from what to what."""
    mark = sa.select(Mark.id).where(Mark.enrolment_id == group.enrolments[0].id)
    chosen = sa.select(JournalEntry).where(
        JournalEntry.deed == "enter_mark", JournalEntry.row_id.in_(mark)
    )
    entries = db.session.scalars(chosen.order_by(JournalEntry.id)).all()
    told = [journal.details_of(entry) or {} for entry in entries]
    return [(number(each["was"]), number(each["value"]) or 0) for each in told]


def number(value: object) -> int | None:
    return None if value is None else int(Decimal(str(value)))
