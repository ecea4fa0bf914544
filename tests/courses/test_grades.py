from decimal import Decimal
from fractions import Fraction
from io import BytesIO

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from college.core import clock, journal
from college.core.db import db
from college.core.errors import NotAllowed, Stale
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.courses.attendance.models import AttendanceStatus
from college.courses.attendance.operations import NotInClass, RunClosed
from college.courses.enrolments.models import EnrolmentState
from college.courses.grades import queries
from college.courses.grades.models import Achieved, Mark, weighted_total
from college.courses.grades.operations import MarkTooFine, MarkTooHigh, enter_mark
from college.courses.runs.models import RunState
from tests.factories import actor, make_person
from tests.factories.courses import make_enrolment, make_run
from tests.factories.teaching import make_class

FETCH = {"X-Requested-With": "fetch"}


def achieved(value, *, weight=50, most="100"):
    given_value = None if value is None else Decimal(value)
    return Achieved("", "", weight, Decimal(most), Decimal(60), given_value)


@pytest.mark.parametrize("value", ["0", "0.5", "57.3", "100"])
def test_mark_between_nothing_and_the_maximum_is_stored(value):
    mark = make_class().mark(value)
    db.session.expire(mark)
    assert (mark.value, mark.version) == (Decimal(value), 1)


@pytest.mark.parametrize("value", ["100.1", "101", "9999"])
def test_mark_above_the_maximum_is_refused(value):
    group = make_class()
    with pytest.raises(MarkTooHigh):
        group.mark(value)
    assert db.session.scalar(sa.select(sa.func.count(Mark.id))) == 0


@pytest.mark.parametrize("value", ["-1", "86.55", "NaN", "Infinity"])
def test_mark_that_is_none_is_refused(value):
    with pytest.raises(MarkTooFine):
        make_class().mark(value)


def test_emptied_mark_keeps_its_row_and_its_history():
    group = make_class()
    group.mark("86")
    mark = group.mark(None, version=1)
    assert (mark.value, mark.version) == (None, 2)
    chosen = sa.select(JournalEntry).where(JournalEntry.deed == "enter_mark")
    entry = db.session.scalars(chosen.order_by(JournalEntry.id.desc())).first()
    assert entry is not None
    details = journal.details_of(entry)
    assert details is not None
    assert Decimal(str(details["was"])) == 86
    assert details["value"] is None
    assert entry.about_id == group.enrolments[0].person_id


def test_stale_mark_is_refused_with_both_values():
    group = make_class()
    office = actor(make_person(Role.ADMIN, full_name="陈老师"), Role.ADMIN)
    enter_mark(office, group.exams[0], group.enrolments[0], value=Decimal(69), version=0)
    with pytest.raises(Stale) as refusal:
        group.mark("66", version=0)
    assert refusal.value.facts == {
        "who": "陈老师", "theirs": "69", "yours": "66", "stored": "69", "version": 1,
    }  # fmt: skip


def test_the_same_mark_sent_twice_is_stored_once():
    group = make_class()
    assert group.mark("66", version=0).version == 1
    assert group.mark("66", version=0).version == 1


def test_whoever_saw_the_other_value_may_write_over_it():
    group = make_class()
    group.mark("69")
    assert group.mark("66", version=1).value == 66


@pytest.mark.parametrize("state", [RunState.CLOSED, RunState.DRAFT])
def test_run_that_is_not_open_takes_no_marks(state):
    with pytest.raises(RunClosed):
        make_class(state=state).mark("80")


def test_who_has_no_seat_gets_no_mark():
    group = make_class()
    for other in (
        make_enrolment(group.run, state=EnrolmentState.WAITING),
        make_class().enrolments[0],
    ):
        with pytest.raises(NotInClass):
            enter_mark(group.teacher, group.exams[0], other, value=Decimal(80))


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.STATION_MANAGER])
def test_only_who_teaches_the_class_enters_marks(role):
    group = make_class()
    stranger = actor(make_person(role, full_name="路人"), role)
    with pytest.raises(NotAllowed):
        enter_mark(stranger, group.exams[0], group.enrolments[0], value=Decimal(80))


# the total


@pytest.mark.parametrize(
    ("marks", "total"),
    [
        ([achieved("86"), achieved("78")], "82.0"),
        ([achieved("86"), achieved(None)], None),
        ([achieved("20", most="20"), achieved("50")], "75.0"),
        ([achieved("66.5", weight=40), achieved("70.3", weight=60)], "68.8"),
        ([achieved("70", weight=1), achieved("71", weight=1), achieved("71", weight=1)], "70.7"),
        ([achieved("0", weight=0)], None),
        ([], None),
    ],
)
def test_total_is_weighted_and_waits_for_every_mark(marks, total):
    assert weighted_total(marks) == (None if total is None else Decimal(total))


tenths = st.integers(0, 1000).map(lambda n: Decimal(n) / 10)


@given(st.lists(st.tuples(tenths, st.integers(1, 100)), min_size=1, max_size=5))
def test_total_is_the_exact_mean_rounded_half_up(marks):
    total = weighted_total([achieved(value, weight=weight) for value, weight in marks])
    exact = sum(Fraction(v) * w for v, w in marks) / sum(w for _, w in marks)
    assert total is not None
    assert Fraction(-1, 20) < Fraction(total) - exact <= Fraction(1, 20)


# pages


def test_grid_sorts_by_pinyin_and_shows_attendance_marks_and_total(sign_in):
    group = make_class(5)
    group.all_present()
    group.everybody_gets("82.5")
    page = sign_in(group.instructor).get(_grid(group))
    assert page.status_code == 200
    names = ("阿木古楞", "白晓燕", "李雷", "斯琴高娃·乌云", "苏和")
    places = [page.text.index(f'<th scope="row">{name}') for name in names]
    assert places == sorted(places)
    assert "100%" in page.text
    assert 'value="82.5"' in page.text
    assert "data-note>82.5<" in page.text


@pytest.mark.parametrize(
    ("role", "status"), [(Role.TRAINEE, 403), (Role.INSTRUCTOR, 404), (Role.OBSERVER, 403)]
)
@pytest.mark.parametrize("path", ["", "/sheet.xlsx"])
def test_grid_is_closed_to_others(sign_in, path, role, status):
    group = make_class()
    stranger = make_person(role, full_name="路人")
    assert sign_in(stranger).get(_grid(group) + path).status_code == status


def test_script_saves_a_cell_and_hears_the_new_total(sign_in):
    group = make_class(exams=2)
    client = sign_in(group.instructor)
    first = client.post(_cell(group), data={"value": "86", "version": "0"}, headers=FETCH)
    assert first.json == {"version": 1, "value": "86", "note": "to come"}
    second = client.post(_cell(group, 1), data={"value": "78.5", "version": "0"}, headers=FETCH)
    assert second.json == {"version": 1, "value": "78.5", "note": "82.3"}


@pytest.mark.parametrize(("typed", "stored"), [("８６．５", "86.5"), (" 90 ", "90"), ("", "")])
def test_script_takes_a_mark_as_it_is_typed(sign_in, typed, stored):
    group = make_class()
    answer = sign_in(group.instructor).post(
        _cell(group), data={"value": typed, "version": "0"}, headers=FETCH
    )
    assert answer.status_code == 200
    assert answer.json["value"] == stored


def test_mark_of_101_is_answered_with_the_maximum(sign_in):
    group = make_class()
    client = sign_in(group.instructor, language="zh")
    answer = client.post(_cell(group), data={"value": "101", "version": "0"}, headers=FETCH)
    assert answer.status_code == 422
    assert answer.json["message"] == "作业1最高 100 分"
    english = sign_in(group.instructor).post(_cell(group), data={"value": "101"}, headers=FETCH)
    assert english.json["message"] == "Task 1 has at most 100 points."
    assert db.session.scalar(sa.select(sa.func.count(Mark.id))) == 0


@pytest.mark.parametrize("data", [{"value": "abc"}, {"value": "-3"}, {"value": "86.55"}, {}])
def test_what_is_no_mark_is_refused_with_an_example(sign_in, data):
    group = make_class()
    group.mark("70")
    db.session.commit()
    answer = sign_in(group.instructor).post(_cell(group), data=data, headers=FETCH)
    assert answer.status_code == 422
    assert "such as 86.5" in answer.json["message"]
    assert db.session.scalar(sa.select(Mark.value)) == 70


def test_two_markers_on_one_cell_are_offered_both_values(sign_in):
    group = make_class()
    office = make_person(Role.ADMIN, full_name="陈老师")
    data = {"value": "69", "version": "0"}
    assert sign_in(office).post(_cell(group), data=data, headers=FETCH).status_code == 200
    client = sign_in(group.instructor)
    answer = client.post(_cell(group), data={"value": "66", "version": "0"}, headers=FETCH)
    assert answer.status_code == 409
    offered = {k: answer.json[k] for k in ("theirs", "their_name", "version")}
    assert offered == {"theirs": "69", "their_name": "陈老师", "version": 1}
    assert "陈老师 recorded 69" in answer.json["message"]
    chosen = client.post(_cell(group), data={"value": "66", "version": "1"}, headers=FETCH)
    assert chosen.json["version"] == 2


def test_other_instructor_cannot_write_through_the_script(sign_in):
    group = make_class()
    stranger = make_person(Role.INSTRUCTOR, full_name="路人")
    answer = sign_in(stranger).post(_cell(group), data={"value": "86"}, headers=FETCH)
    assert answer.status_code == 404
    assert db.session.scalar(sa.select(sa.func.count(Mark.id))) == 0


def test_closed_class_refuses_the_script_and_shows_plain_marks(sign_in):
    group = make_class()
    group.mark("86")
    group.run.state, group.run.closed_at = RunState.CLOSED, clock.now()
    group.enrolments[0].state = EnrolmentState.COMPLETED
    db.session.commit()
    client = sign_in(group.instructor)
    answer = client.post(_cell(group), data={"value": "90", "version": "1"}, headers=FETCH)
    assert answer.status_code == 422
    page = client.get(_grid(group))
    assert "This class is closed" in page.text
    assert "data-save" not in page.text


def test_without_script_the_good_cells_are_saved_and_the_refused_ones_shown(sign_in):
    group = make_class(3)
    a = group.exams[0].id
    keys = [f"e{e.id}a{a}" for e in group.enrolments]
    data = {f"{key}-version": "0" for key in keys} | {f"{key}-was": "" for key in keys}
    data |= {f"{keys[0]}-value": "88", f"{keys[1]}-value": "101", f"{keys[2]}-value": ""}
    page = sign_in(group.instructor).post(_grid(group), data=data)
    assert page.status_code == 200
    assert "Saved: 1. To change: 1" in page.text
    assert "Task 1 has at most 100 points." in page.text
    assert 'value="101"' in page.text
    stored = db.session.execute(sa.select(Mark.enrolment_id, Mark.value)).all()
    assert stored == [(group.enrolments[0].id, Decimal(88))]


def test_without_script_untouched_cells_keep_a_colleagues_mark(sign_in):
    group = make_class()
    group.mark("70")
    group.mark("75", version=1)
    db.session.commit()
    key = f"e{group.enrolments[0].id}a{group.exams[0].id}"
    data = {f"{key}-value": "70", f"{key}-was": "70", f"{key}-version": "1"}
    page = sign_in(group.instructor).post(_grid(group), data=data, follow_redirects=True)
    assert "0 entries saved." in page.text
    assert db.session.scalar(sa.select(Mark.value)) == 75


def test_empty_class_says_so(sign_in):
    run = make_run()
    office = make_person(Role.ADMIN, full_name="陈老师")
    page = sign_in(office).get(f"/courses/runs/{run.id}/grades")
    assert "Nobody is enrolled yet" in page.text


def test_grid_asks_the_database_no_more_for_fifty_than_for_five(sign_in, count_queries):
    counts = []
    for size in (5, 50):
        group = make_class(size, exams=2)
        group.everybody_gets("80")
        client = sign_in(group.instructor)
        client.get(_grid(group))
        count_queries()
        assert client.get(_grid(group)).status_code == 200
        counts.append(count_queries())
    assert counts[0] == counts[1]


def test_sheet_holds_attendance_marks_and_total_and_no_formula(sign_in):
    group = make_class(2)
    group.attend(AttendanceStatus.LATE, minutes_late=15)
    group.mark("86.5")
    evil = make_person(full_name="=HYPERLINK(1)")
    make_enrolment(group.run, evil)
    answer = sign_in(group.instructor).get(_grid(group) + "/sheet.xlsx")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = CalamineWorkbook.from_filelike(BytesIO(answer.data)).get_sheet_by_index(0).to_python()
    assert rows[0][0] == "Name"
    assert rows[0][-3:] == ["Minutes attended", "Task 1", "Total"]
    by_name = {row[0]: row for row in rows[1:]}
    assert by_name["李雷"][2:] == ["Late 15", "", 135, 86.5, 86.5]
    assert by_name["阿木古楞"][2:] == ["", "", 0, "", ""]
    assert "'=HYPERLINK(1)" in by_name


def test_total_of_one_is_that_of_the_grid():
    group = make_class(2, exams=2)
    group.everybody_gets("71.3")
    line = queries.grid(group.run).lines[0]
    assert (
        queries.total_of(line.trainee.enrolment.id, group.run.id) == line.total == Decimal("71.3")
    )


def _grid(group):
    return f"/courses/runs/{group.run.id}/grades"


def _cell(group, exam=0):
    return f"{_grid(group)}/{group.exams[exam].id}/{group.enrolments[0].id}"
