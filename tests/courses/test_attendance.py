from datetime import timedelta

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock, journal
from college.core.db import db
from college.core.errors import NotAllowed, Stale
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.courses.attendance import queries
from college.courses.attendance.models import AttendanceRecord, AttendanceStatus
from college.courses.attendance.operations import (
    LessonNotBegun,
    MinutesLateNeeded,
    NotInClass,
    RunClosed,
    mark_all_present,
    mark_attendance,
)
from college.courses.enrolments.models import EnrolmentState
from college.courses.runs.models import RunState
from tests.factories import actor, make_person
from tests.factories.courses import make_enrolment, make_run, morning
from tests.factories.teaching import counted_but_inserts, make_class

PRESENT, LATE = AttendanceStatus.PRESENT, AttendanceStatus.LATE
ON_LEAVE, ABSENT = AttendanceStatus.ON_LEAVE, AttendanceStatus.ABSENT
FETCH = {"X-Requested-With": "fetch"}


@pytest.mark.parametrize(
    ("status", "late", "minutes"),
    [(PRESENT, None, 150), (LATE, 15, 135), (LATE, 149, 1), (ON_LEAVE, None, 0), (ABSENT, None, 0)],
)
def test_status_decides_the_minutes(status, late, minutes):
    record = make_class().attend(status, minutes_late=late)
    assert record.minutes == minutes


@pytest.mark.parametrize("late", [None, 0, -5, 150, 900])
def test_late_needs_minutes_within_the_lesson(late):
    group = make_class()
    with pytest.raises(MinutesLateNeeded):
        group.attend(LATE, minutes_late=late)
    assert db.session.scalar(sa.select(sa.func.count(AttendanceRecord.id))) == 0


def test_minutes_late_count_only_for_who_is_late():
    record = make_class().attend(PRESENT, minutes_late=15, reason="堵车")
    assert (record.minutes, record.minutes_late, record.reason) == (150, 0, "")


def test_who_recorded_it_and_what_it_was_before_stand_in_the_journal():
    group = make_class()
    group.attend(ABSENT)
    record = group.attend(ON_LEAVE, reason="站里有走访任务", version=1)

    chosen = sa.select(JournalEntry).where(JournalEntry.deed == "mark_attendance")
    entry = db.session.scalars(chosen.order_by(JournalEntry.id.desc())).first()
    assert entry is not None
    assert (entry.actor_id, entry.about_id) == (
        group.instructor.id,
        group.enrolments[0].person_id,
    )
    assert journal.details_of(entry) == {"text": "on_leave 站里有走访任务", "was": "absent"}
    assert (record.version, record.recorded_by_id) == (2, group.instructor.id)


def test_stale_version_is_refused_with_both_values():
    group = make_class()
    colleague = make_person(Role.INSTRUCTOR, full_name="包志强")
    db.session.refresh(group.run, ["instructors"])
    group.run.instructors.append(colleague)
    db.session.commit()
    there = group.lessons[0], group.enrolments[0]
    mark_attendance(
        actor(colleague, Role.INSTRUCTOR), *there, status=LATE, minutes_late=15, version=0
    )
    with pytest.raises(Stale) as refusal:
        group.attend(ABSENT, version=0)
    facts = refusal.value.facts
    assert (facts["who"], facts["stored"], facts["version"]) == ("包志强", "late 15", 1)


def test_the_same_choice_again_is_no_conflict_and_changes_nothing():
    group = make_class()
    group.attend(LATE, minutes_late=15, version=0)
    again = group.attend(LATE, minutes_late=15, version=0)
    assert again.version == 1


def test_lesson_can_be_marked_from_half_an_hour_before():
    begins = morning(3)
    group = make_class(begins=begins)
    with time_machine.travel(begins - timedelta(minutes=31), tick=False):
        with pytest.raises(LessonNotBegun):
            group.attend(PRESENT)
        with pytest.raises(LessonNotBegun):
            mark_all_present(group.teacher, group.lessons[0])
    with time_machine.travel(begins - timedelta(minutes=30), tick=False):
        assert group.attend(PRESENT).minutes == 150


@pytest.mark.parametrize("state", [RunState.CLOSED, RunState.DRAFT])
def test_run_that_is_not_open_refuses(state):
    group = make_class(state=state)
    with pytest.raises(RunClosed):
        group.attend(PRESENT)
    with pytest.raises(RunClosed):
        mark_all_present(group.teacher, group.lessons[0])


@pytest.mark.parametrize("state", [EnrolmentState.WAITING, EnrolmentState.WITHDRAWN])
def test_who_has_no_seat_is_not_marked(state):
    group = make_class()
    other = make_enrolment(group.run, state=state)
    with pytest.raises(NotInClass):
        mark_attendance(group.teacher, group.lessons[0], other, status=PRESENT)


def test_trainee_of_another_class_is_not_marked():
    group, other = make_class(), make_class()
    with pytest.raises(NotInClass):
        mark_attendance(group.teacher, group.lessons[0], other.enrolments[0], status=PRESENT)


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.STATION_MANAGER])
def test_only_who_teaches_the_class_marks(role):
    group = make_class()
    stranger = actor(make_person(role, full_name="路人"), role)
    there = group.lessons[0], group.enrolments[0]
    with pytest.raises(NotAllowed):
        mark_attendance(stranger, *there, status=PRESENT)
    with pytest.raises(NotAllowed):
        mark_all_present(stranger, group.lessons[0])


def test_administrator_marks_too():
    group = make_class()
    office = actor(make_person(Role.ADMIN, full_name="陈老师"), Role.ADMIN)
    there = group.lessons[0], group.enrolments[0]
    assert mark_attendance(office, *there, status=PRESENT).recorded_by_id == office.person_id


def test_everybody_else_is_marked_present_in_one_step():
    group = make_class(3)
    group.attend(ABSENT)
    waiting = make_enrolment(group.run, state=EnrolmentState.WAITING)

    records = mark_all_present(group.teacher, group.lessons[0])

    assert {r.enrolment_id for r in records} == {e.id for e in group.enrolments[1:]}
    assert {r.minutes for r in records} == {150}
    assert waiting.id not in {r.enrolment_id for r in records}
    assert list(mark_all_present(group.teacher, group.lessons[0])) == []


def test_marking_all_takes_as_many_statements_for_many():
    counts = []
    for size in (2, 12):
        group = make_class(size)
        group.attend(PRESENT)  # the loads that any first step pays
        with counted_but_inserts() as seen:
            assert len(mark_all_present(group.teacher, group.lessons[1])) == size
        counts.append(len(seen))
    assert counts[0] == counts[1]


def test_minutes_so_far_leave_out_what_has_not_begun():
    group = make_class(2)
    group.all_present()
    sums = queries.attended(group.run)
    assert {(one.minutes, one.lessons) for one in sums.values()} == {(300, 2)}


# pages


def test_lessons_page_leads_to_the_first_unmarked_lesson(sign_in):
    group = make_class(2)
    mark_all_present(group.teacher, group.lessons[0])
    db.session.commit()
    page = sign_in(group.instructor).get(f"/courses/runs/{group.run.id}/attendance")
    assert page.status_code == 200
    assert "All 2 marked" in page.text
    assert "0 of 2 marked" in page.text
    assert "Mark lesson 2" in page.text


@pytest.mark.parametrize("path", ["", "/{lesson}"])
@pytest.mark.parametrize(
    ("role", "status"), [(Role.TRAINEE, 403), (Role.INSTRUCTOR, 404), (Role.OBSERVER, 403)]
)
def test_pages_are_closed_to_others(sign_in, path, role, status):
    group = make_class()
    where = f"/courses/runs/{group.run.id}/attendance{path.format(lesson=group.lessons[0].id)}"
    stranger = make_person(role, full_name="路人")
    assert sign_in(stranger).get(where).status_code == status


def test_signed_out_is_sent_to_the_door(sign_in):
    group = make_class()
    page = sign_in(None).get(f"/courses/runs/{group.run.id}/attendance")
    assert page.status_code == 302
    assert "/sign-in" in page.location


def test_lesson_of_another_run_is_not_found(sign_in):
    group, other = make_class(), make_class()
    where = f"/courses/runs/{group.run.id}/attendance/{other.lessons[0].id}"
    assert sign_in(group.instructor).get(where).status_code == 404


def test_script_saves_one_choice_and_hears_the_version(sign_in):
    group = make_class()
    answer = sign_in(group.instructor).post(
        _choice(group), data={"status": "late", "minutes_late": "15", "version": "0"}, headers=FETCH
    )
    assert answer.status_code == 200
    assert answer.json == {"version": 1, "value": "late 15"}
    assert db.session.scalar(sa.select(AttendanceRecord.minutes)) == 135


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({"status": "late"}, "Late by how many minutes?"),
        ({"status": "late", "minutes_late": "abc"}, "valid integer"),
        ({"status": "asleep"}, "Invalid Choice"),
        ({}, "Choose one of the four."),
        ({"status": "on_leave", "reason": "病" * 121}, "120"),
    ],
)
def test_script_hears_why_a_choice_is_refused(sign_in, entry, says):
    group = make_class()
    answer = sign_in(group.instructor).post(_choice(group), data=entry, headers=FETCH)
    assert answer.status_code == 422
    assert says in answer.json["message"]
    assert db.session.scalar(sa.select(sa.func.count(AttendanceRecord.id))) == 0


def test_script_hears_both_values_of_a_clash(sign_in):
    group = make_class()
    group.attend(LATE, minutes_late=15)
    db.session.commit()
    answer = sign_in(group.instructor, language="zh").post(
        _choice(group), data={"status": "absent", "version": "0"}, headers=FETCH
    )
    assert answer.status_code == 409
    assert (answer.json["theirs"], answer.json["their_name"]) == ("late 15", "韩梅梅")
    assert answer.json["version"] == 1
    assert "迟到15分钟" in answer.json["message"]
    assert "缺勤" in answer.json["message"]


def test_without_script_one_button_saves_all(sign_in):
    group = make_class(3)
    first, second, third = (f"e{e.id}" for e in group.enrolments)
    data = {f"{key}-{name}": "" for key in (first, second, third) for name in ("was", "reason")}
    data |= {f"{key}-version": "0" for key in (first, second, third)}
    data |= {f"{first}-status": "present", f"{second}-status": "on_leave"}
    data |= {f"{second}-reason": "病假"}
    page = sign_in(group.instructor).post(_lesson(group), data=data, follow_redirects=True)
    assert page.status_code == 200
    assert "2 entries saved." in page.text
    stored = sa.select(AttendanceRecord).order_by(AttendanceRecord.enrolment_id)
    assert [record.text for record in db.session.scalars(stored)] == ["present", "on_leave 病假"]


def test_without_script_a_refused_entry_stands_beside_its_name_and_the_others_are_saved(sign_in):
    group = make_class(2)
    first, second = (f"e{e.id}" for e in group.enrolments)
    data = {f"{first}-status": "late", f"{first}-minutes_late": "500", f"{first}-version": "0"}
    data |= {f"{second}-status": "present", f"{second}-version": "0"}
    page = sign_in(group.instructor).post(_lesson(group), data=data)
    assert page.status_code == 200
    assert "Saved: 1. To change: 1" in page.text
    assert "Late by how many minutes?" in page.text
    assert 'value="500"' in page.text
    assert db.session.scalars(sa.select(AttendanceRecord.enrolment_id)).all() == [
        group.enrolments[1].id
    ]


def test_what_was_not_touched_is_not_written_over_a_colleagues_entry(sign_in):
    group = make_class()
    group.attend(PRESENT)
    group.attend(ABSENT, version=1)  # the colleague's, after our page was opened
    db.session.commit()
    key = f"e{group.enrolments[0].id}"
    data = {f"{key}-status": "present", f"{key}-was": "present", f"{key}-version": "1"}
    page = sign_in(group.instructor).post(_lesson(group), data=data, follow_redirects=True)
    assert "0 entries saved." in page.text
    assert db.session.scalar(sa.select(AttendanceRecord.status)) is ABSENT


def test_one_click_marks_everybody_else(sign_in):
    group = make_class(2)
    page = sign_in(group.instructor).post(f"{_lesson(group)}/all-present", follow_redirects=True)
    assert "2 people marked present." in page.text
    assert "2 of 2 marked" in page.text


def test_lesson_ahead_says_from_when_it_can_be_marked(sign_in):
    group = make_class(begins=morning(3))
    client = sign_in(group.instructor)
    page = client.get(_lesson(group))
    assert "can be marked from" in page.text
    assert "<fieldset" not in page.text
    refused = client.post(f"{_lesson(group)}/all-present")
    assert refused.status_code == 422


def test_closed_class_is_read_only(sign_in):
    group = make_class()
    group.attend(PRESENT)
    group.run.state, group.run.closed_at = RunState.CLOSED, clock.now()
    db.session.commit()
    page = sign_in(group.instructor).get(_lesson(group))
    assert "This class is closed" in page.text
    assert "<fieldset" not in page.text


def test_class_without_trainees_and_without_lessons_says_so(sign_in):
    run = make_run(lessons=0)
    office = make_person(Role.ADMIN, full_name="陈老师")
    page = sign_in(office).get(f"/courses/runs/{run.id}/attendance")
    assert "No lessons in the timetable yet" in page.text


def test_page_asks_the_database_no_more_for_many(sign_in, count_queries):
    counts = []
    for size in (2, 15):
        group = make_class(size)
        group.all_present()
        client = sign_in(group.instructor)
        client.get(_lesson(group))
        count_queries()
        assert client.get(_lesson(group)).status_code == 200
        counts.append(count_queries())
    assert counts[0] == counts[1]


def _lesson(group):
    return f"/courses/runs/{group.run.id}/attendance/{group.lessons[0].id}"


def _choice(group):
    return f"{_lesson(group)}/{group.enrolments[0].id}"


def test_a_lesson_to_come_leads_to_the_one_that_can_be_marked_now(sign_in):
    group = make_class(begins=morning(0) - timedelta(days=1), lessons=4)
    url = f"/courses/runs/{group.run.id}/attendance"
    with time_machine.travel(morning(0), tick=False):  # a sign-in of later would not count yet
        client = sign_in(group.instructor)
        page = client.get(f"{url}/{group.lessons[3].id}").text
        assert "Lesson 2 can be marked now" in page
        assert f'href="{url}/{group.lessons[1].id}">Lesson 2 can be' in page
        assert "can be marked now" not in client.get(f"{url}/{group.lessons[1].id}").text


def test_before_the_first_lesson_the_page_leads_to_the_timetable(sign_in):
    group = make_class(begins=morning(3))
    page = sign_in(group.instructor).get(_lesson(group)).text
    assert "No lesson can be marked yet: see when each one begins" in page
