"""Who completes a class, and closing it."""

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
import sqlalchemy as sa
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.courses.attendance.models import AttendanceStatus
from college.courses.completion.models import (
    Completion,
    Lack,
    Reason,
    Standing,
    minutes_needed,
    periods,
    verdict,
)
from college.courses.completion.operations import (
    ClosedAlready,
    LessonsAhead,
    NotOpen,
    StillMissing,
    close_run,
)
from college.courses.completion.queries import outlook
from college.courses.enrolments.models import EnrolmentState
from college.courses.grades.models import Achieved
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import RunState
from college.web.forms import sentence
from college.web.language import speaking
from tests.factories import actor, make_person
from tests.factories.courses import make_enrolment, morning
from tests.factories.teaching import counted_but_inserts, make_class


def achieved(value, *, title="模拟考试", pass_mark="60"):
    given_value = None if value is None else Decimal(value)
    return Achieved(title, "Mock exam", 100, Decimal(100), Decimal(pass_mark), given_value)


def standing(minutes=2160, *, unmarked=0, marks=("60",)):
    return Standing(
        minutes_attended=minutes,
        minutes_held=2160,
        attendance_percent=90,
        minutes_per_period=45,
        lessons_unmarked=unmarked,
        achieved=tuple(achieved(mark) for mark in marks),
    )


# the verdict


def test_enough_attendance_and_every_mark_completes():
    assert verdict(standing(1944, marks=("60", "100"))) == Completion(True, ())


def test_one_minute_short_does_not_complete():
    assert not verdict(standing(1943)).completes


def test_one_tenth_below_the_pass_mark_does_not_complete():
    assert not verdict(standing(marks=("59.9",))).completes


def test_missing_mark_does_not_complete_and_is_not_a_zero():
    (reason,) = verdict(standing(marks=(None,))).reasons
    assert reason.lack is Lack.MARK_MISSING


def test_without_assessments_attendance_decides():
    assert verdict(standing(marks=())).completes
    assert not verdict(standing(0, marks=())).completes


def test_unmarked_lessons_are_named_only_where_attendance_falls_short():
    assert verdict(standing(1944, unmarked=1)).completes
    assert [r.lack for r in verdict(standing(1800, unmarked=2)).reasons] == [
        Lack.ATTENDANCE_SHORT,
        Lack.LESSONS_UNMARKED,
    ]


@pytest.mark.parametrize(
    ("facts", "chinese", "english"),
    [
        (
            standing(38 * 45),
            "出勤 38 学时，少于要求的 43.2 学时",
            "Attended 38 class periods of the 43.2 required",
        ),
        (
            standing(marks=("57",)),
            "模拟考试 57 分，合格标准 60 分",
            "Mock exam: 57, pass mark 60",
        ),
        (standing(marks=(None,)), "模拟考试还没有成绩", "Mock exam: no mark yet"),
    ],
)
def test_every_reason_says_what_is_missing_and_by_how_much(app, facts, chinese, english):
    (reason,) = verdict(facts).reasons
    with app.test_request_context():
        with speaking("zh"):
            assert sentence(reason.remark) == chinese
        with speaking("en"):
            assert sentence(reason.remark) == english


def test_reason_comes_back_from_where_it_is_stored():
    for reason in verdict(standing(0, unmarked=1, marks=("57", None))).reasons:
        assert Reason.of(reason.stored) == reason


marks = st.none() | st.integers(0, 1000).map(lambda n: Decimal(n) / 10)


@given(
    held=st.integers(0, 20_000),
    there=st.integers(0, 20_000),
    percent=st.integers(0, 100),
    got=st.lists(st.tuples(marks, marks.filter(lambda m: m is not None)), max_size=4),
)
def test_verdict_agrees_with_the_rule_in_fractions(held, there, percent, got):
    facts = Standing(
        minutes_attended=there,
        minutes_held=held,
        attendance_percent=percent,
        minutes_per_period=45,
        lessons_unmarked=0,
        achieved=tuple(achieved(value, pass_mark=needed) for value, needed in got),
    )
    attended = Fraction(there) >= Fraction(held) * Fraction(percent, 100)
    passed = [value is not None and value >= needed for value, needed in got]
    result = verdict(facts)
    assert result.completes == (attended and all(passed))
    assert len(result.reasons) == (not attended) + passed.count(False)


@given(st.integers(0, 50_000), st.integers(0, 100), st.sampled_from([40, 45, 50, 60]))
def test_what_is_short_never_looks_like_enough(held, percent, per):
    needed = minutes_needed(held, percent)
    assert Fraction(held * percent, 100) <= needed < Fraction(held * percent, 100) + 1
    if needed:
        asked = Decimal(periods(needed, per, "ROUND_CEILING"))
        assert Decimal(periods(needed - 1, per)) < asked


# closing


def test_closing_decides_for_everybody_and_keeps_why():
    group = make_class(3)
    group.attend(AttendanceStatus.ABSENT)
    group.all_present()
    group.everybody_gets("82.5")
    enter_mark(group.teacher, group.exams[0], group.enrolments[1], value=Decimal(57))
    db.session.commit()

    close_run(group.teacher, group.run)
    db.session.commit()

    absent, weak, good = group.enrolments
    assert [e.state.value for e in (absent, weak, good)] == [
        "not_completed", "not_completed", "completed",
    ]  # fmt: skip
    assert [e.minutes_attended for e in (absent, weak, good)] == [150, 300, 300]
    assert [e.total_mark for e in (absent, weak, good)] == [
        Decimal("82.5"), Decimal(57), Decimal("82.5"),
    ]  # fmt: skip
    assert [r["code"] for r in absent.outcome] == ["attendance_short"]
    assert weak.outcome == [
        {"code": "mark_short", "title": "作业1", "title_en": "Task 1", "mark": "57", "needed": "60"}
    ]
    assert good.outcome == []
    assert group.run.state is RunState.CLOSED
    assert group.run.closed_at is not None


def test_closing_is_journalled_for_the_run_and_for_everybody():
    group = make_class(2)
    group.all_present()
    group.everybody_gets("80")
    close_run(group.teacher, group.run)
    deeds = db.session.scalars(sa.select(JournalEntry.deed).order_by(JournalEntry.id)).all()
    assert deeds[-3:] == ["complete", "complete", "close_run"]


def test_class_with_a_lesson_ahead_cannot_be_closed():
    begins = morning(3)
    group = make_class(begins=begins)
    with (
        time_machine.travel(begins + timedelta(days=1, minutes=149), tick=False),
        pytest.raises(LessonsAhead),
    ):
        close_run(group.teacher, group.run, accept_missing=True)
    with time_machine.travel(begins + timedelta(days=1, minutes=150), tick=False):
        assert close_run(group.teacher, group.run, accept_missing=True).state is RunState.CLOSED


def test_missing_marks_and_attendance_are_counted_before_anything_is_decided():
    group = make_class(2)
    group.attend(AttendanceStatus.PRESENT)
    group.mark("80")
    db.session.commit()
    with pytest.raises(StillMissing) as refusal:
        close_run(group.teacher, group.run)
    assert refusal.value.facts == {"marks": 1, "attendance": 3}
    assert group.run.state is RunState.OPEN
    assert group.enrolments[0].state is EnrolmentState.ENROLLED


def test_accepted_gaps_count_as_not_achieved():
    group = make_class()
    group.all_present()
    close_run(group.teacher, group.run, accept_missing=True)
    (enrolment,) = group.enrolments
    assert enrolment.state is EnrolmentState.NOT_COMPLETED
    assert enrolment.total_mark is None
    assert [r["code"] for r in enrolment.outcome] == ["mark_missing"]


def test_emptied_mark_is_missing():
    group = make_class()
    group.all_present()
    group.mark("80")
    group.mark(None)
    with pytest.raises(StillMissing):
        close_run(group.teacher, group.run)


def test_closing_ends_the_waiting_list_and_leaves_those_who_left():
    group = make_class()
    group.all_present()
    group.everybody_gets("80")
    states = (EnrolmentState.WAITING, EnrolmentState.OFFERED, EnrolmentState.DECLINED)
    waiting, offered, declined = (make_enrolment(group.run, state=state) for state in states)
    close_run(group.teacher, group.run)
    assert (waiting.state, offered.state) == (EnrolmentState.WITHDRAWN, EnrolmentState.WITHDRAWN)
    assert declined.state is EnrolmentState.DECLINED


@pytest.mark.parametrize(
    ("state", "refusal"), [(RunState.CLOSED, ClosedAlready), (RunState.DRAFT, NotOpen)]
)
def test_only_an_open_class_is_closed(state, refusal):
    group = make_class(state=state)
    with pytest.raises(refusal):
        close_run(group.teacher, group.run, accept_missing=True)


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.STATION_MANAGER])
def test_only_who_teaches_the_class_closes_it(role):
    group = make_class()
    stranger = actor(make_person(role, full_name="路人"), role)
    with pytest.raises(NotAllowed):
        close_run(stranger, group.run, accept_missing=True)
    assert group.run.state is RunState.OPEN


def test_closing_takes_as_many_statements_for_many():
    counts = []
    for size in (3, 30):
        group = make_class(size, exams=2)
        group.all_present()
        group.everybody_gets("80")
        with counted_but_inserts() as seen:
            close_run(group.teacher, group.run)
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_what_the_page_foretells_is_what_closing_decides():
    group = make_class(4)
    group.attend(AttendanceStatus.ABSENT)
    group.all_present()
    for enrolment, value in zip(group.enrolments, (90, 59, 60, 75), strict=True):
        enter_mark(group.teacher, group.exams[0], enrolment, value=Decimal(value))
    foretold = [(j.trainee.enrolment.id, j.completion) for j in outlook(group.run).judged]
    close_run(group.teacher, group.run)
    decided = [(j.trainee.enrolment.id, j.completion) for j in outlook(group.run).judged]
    assert foretold == decided
