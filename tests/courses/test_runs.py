from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.core.states import WrongState
from college.courses.enrolments.queries import lessons_of
from college.courses.runs.models import CourseRun, Lesson, RunState
from college.courses.runs.operations import (
    EnrolmentBackwards,
    InstructorBooked,
    LessonBackwards,
    NewAssessment,
    NewLesson,
    NewRun,
    NoLessons,
    RoomBooked,
    WeightsUneven,
    open_run,
    plan_run,
)
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.courses import (
    make_assessment,
    make_course,
    make_enrolment,
    make_lesson,
    make_run,
    morning,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")


def new_lesson(instructor, starts_at=None, **over):
    begins = starts_at or morning(10)
    usual: dict[str, Any] = {
        "title": "第一讲",
        "ends_at": begins + timedelta(minutes=150),
        "room": "302教室",
    }
    return NewLesson(starts_at=begins, instructor=instructor, **usual | over)


def new_run(lessons, **over):
    usual: dict[str, Any] = {
        "course": make_course(),
        "code": "GA-1",
        "title": "个案工作实务班",
        "seats": 30,
        "place": "学院",
        "enrolment_opens_at": clock.now(),
        "enrolment_closes_at": clock.now() + timedelta(days=5),
    }
    return NewRun(lessons=lessons, **usual | over)


@pytest.fixture
def hanmeimei():
    return make_person(Role.INSTRUCTOR, full_name="韩梅梅")


def test_a_planned_run_is_a_draft_that_begins_and_ends_with_its_lessons(hanmeimei):
    late = datetime(2027, 4, 19, 0, 30, tzinfo=SHANGHAI)  # the 18th in UTC
    early = datetime(2027, 4, 18, 9, 0, tzinfo=SHANGHAI)
    run = plan_run(SYSTEM, new_run([new_lesson(hanmeimei, late), new_lesson(hanmeimei, early)]))
    db.session.commit()

    assert (run.state, run.starts_on, run.ends_on) == (
        RunState.DRAFT,
        date(2027, 4, 18),
        date(2027, 4, 19),
    )
    chosen = sa.select(Lesson.starts_at).where(Lesson.run_id == run.id).order_by(Lesson.position)
    assert db.session.scalars(chosen).all() == [early, late]


def test_who_gives_a_lesson_is_an_instructor_of_the_run(hanmeimei):
    second = make_person(Role.INSTRUCTOR, full_name="包志强")
    lessons = [new_lesson(hanmeimei), new_lesson(second, morning(11))]
    run = plan_run(SYSTEM, new_run(lessons, instructors=[hanmeimei]))
    assert [p.full_name for p in run.instructors] == ["韩梅梅", "包志强"]


def test_assessments_are_kept_in_order_and_weigh_100(hanmeimei):
    parts = [
        NewAssessment(title="作业", weight_percent=40),
        NewAssessment(title="模拟考试", weight_percent=60, pass_mark=Decimal("60.5")),
    ]
    run = plan_run(SYSTEM, new_run([new_lesson(hanmeimei)], assessments=parts))
    assert [(a.position, a.title, a.pass_mark) for a in run.assessments] == [
        (1, "作业", Decimal(60)),
        (2, "模拟考试", Decimal("60.5")),
    ]


@pytest.mark.parametrize("weights", [[50, 40], [100, 1], [0]])
def test_weights_that_do_not_make_100_are_refused(hanmeimei, weights):
    parts = [NewAssessment(title=f"考核{n}", weight_percent=w) for n, w in enumerate(weights)]
    with pytest.raises(WeightsUneven):
        plan_run(SYSTEM, new_run([new_lesson(hanmeimei)], assessments=parts))


def test_a_run_without_lessons_is_refused():
    with pytest.raises(NoLessons):
        plan_run(SYSTEM, new_run([]))


def test_a_lesson_that_ends_before_it_begins_is_refused(hanmeimei):
    with pytest.raises(LessonBackwards):
        plan_run(SYSTEM, new_run([new_lesson(hanmeimei, ends_at=morning(9))]))


def test_enrolment_that_closes_before_it_opens_is_refused(hanmeimei):
    run = new_run([new_lesson(hanmeimei)], enrolment_closes_at=clock.now() - timedelta(days=1))
    with pytest.raises(EnrolmentBackwards):
        plan_run(SYSTEM, run)


def test_a_known_code_is_a_conflict(hanmeimei):
    make_run(code="GA-1")
    with pytest.raises(Conflict):
        plan_run(SYSTEM, new_run([new_lesson(hanmeimei)]))


def test_an_instructor_cannot_be_in_two_classes_at_one_time(hanmeimei):
    make_run(instructors=[hanmeimei])
    half_way = new_lesson(hanmeimei, morning(10) + timedelta(hours=1), room="201教室")
    with pytest.raises(InstructorBooked) as refusal:
        plan_run(SYSTEM, new_run([half_way]))
    assert refusal.value.facts["name"] == "韩梅梅"


def test_an_instructor_cannot_be_twice_in_one_timetable(hanmeimei):
    twice = [new_lesson(hanmeimei), new_lesson(hanmeimei, title="第二讲", room="201教室")]
    with pytest.raises(InstructorBooked):
        plan_run(SYSTEM, new_run(twice))


def test_a_room_holds_one_class_at_a_time(hanmeimei):
    make_run()
    with pytest.raises(RoomBooked):
        plan_run(SYSTEM, new_run([new_lesson(hanmeimei)]))


@pytest.mark.parametrize(
    "over",
    [
        {"starts_at": morning(10) + timedelta(minutes=150)},  # right after the other
        {"room": "201教室"},
        {"is_online": True},
        {"room": ""},
    ],
)
def test_what_does_not_clash_is_planned(hanmeimei, over):
    make_run()
    assert plan_run(SYSTEM, new_run([new_lesson(hanmeimei, **over)]))


def test_rooms_of_one_name_in_two_places_do_not_clash(hanmeimei):
    make_run(place="开鲁县总站")
    assert plan_run(SYSTEM, new_run([new_lesson(hanmeimei)]))


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.OBSERVER])
def test_only_planners_plan_and_open(hanmeimei, role):
    actor = actor_of(make_person(role))
    with pytest.raises(NotAllowed):
        plan_run(actor, new_run([new_lesson(hanmeimei)]))
    with pytest.raises(NotAllowed):
        open_run(actor, make_run(state=RunState.DRAFT))


def test_a_run_is_opened_once():
    run = make_run(state=RunState.DRAFT)
    assert open_run(SYSTEM, run).state is RunState.OPEN
    with pytest.raises(WrongState):
        open_run(SYSTEM, run)


def test_page_shows_timetable_and_what_it_takes(sign_in):
    run = make_run(attendance_percent=90)
    make_assessment(run)
    text = sign_in(None).get(f"/courses/runs/{run.id}").text
    for words in (
        "Lesson 2",
        "9:00–11:30",
        "韩梅梅",
        "Room 302",
        "6 of 6.7 class periods",
        "Mock exam",
    ):
        assert words in text


@pytest.mark.parametrize("path", ["", "/timetable.ics"])
def test_a_draft_is_hidden_from_strangers(sign_in, path):
    run = make_run(state=RunState.DRAFT)
    for reader in (None, make_person(), make_person(Role.INSTRUCTOR), make_person(Role.OBSERVER)):
        assert sign_in(reader).get(f"/courses/runs/{run.id}{path}").status_code == 404


def test_a_draft_is_seen_by_planners_and_by_who_will_teach_it(sign_in, hanmeimei):
    run = make_run(state=RunState.DRAFT, instructors=[hanmeimei])
    for reader in (make_person(Role.ADMIN), hanmeimei):
        assert sign_in(reader).get(f"/courses/runs/{run.id}").status_code == 200


def test_an_unknown_run_is_not_found(sign_in):
    assert sign_in(None).get("/courses/runs/999999").status_code == 404


def test_the_planner_publishes_a_draft_by_page(sign_in):
    run = make_run(state=RunState.DRAFT)
    client = sign_in(make_person(Role.ADMIN))
    page = client.post(f"/courses/runs/{run.id}/open", follow_redirects=True)
    assert "The class is published" in page.text
    assert db.session.get_one(CourseRun, run.id).state is RunState.OPEN
    assert client.post(f"/courses/runs/{run.id}/open").status_code == 422


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR])
def test_nobody_else_publishes(sign_in, role):
    run = make_run(state=RunState.DRAFT)
    assert sign_in(make_person(role)).post(f"/courses/runs/{run.id}/open").status_code == 403
    assert db.session.get_one(CourseRun, run.id).state is RunState.DRAFT


def test_instructor_finds_the_own_classes_with_what_is_to_do(sign_in, hanmeimei):
    mine = make_run(instructors=[hanmeimei], title_en="My class")
    make_run(title_en="Their class")
    text = sign_in(hanmeimei).get("/courses/runs/teaching").text
    assert "My class" in text
    assert "Their class" not in text
    for path in ("attendance", "grades", "completion"):
        assert f"/courses/runs/{mine.id}/{path}" in text


def test_instructor_without_classes_is_told_so(sign_in, hanmeimei):
    assert "No class is yours" in sign_in(hanmeimei).get("/courses/runs/teaching").text


def test_a_trainee_teaches_nothing(sign_in):
    assert sign_in(make_person()).get("/courses/runs/teaching").status_code == 403


def test_my_classes_show_the_next_lesson_and_the_place_in_the_queue(sign_in):
    person = make_person()
    make_enrolment(make_run(title_en="Casework"), person)
    full = make_run(title_en="Supervising", begins=morning(20))
    make_enrolment(full, state="waiting", queue_no=4)
    make_enrolment(full, person, state="waiting", queue_no=7)
    make_enrolment(make_run(title_en="Left"), person, state="withdrawn")
    text = sign_in(person).get("/courses/runs/mine").text
    assert "Next: Lesson 1" in text
    assert "Number 2 on the waiting list" in text
    assert "Left" not in text


def test_who_is_in_no_class_is_led_to_the_list(sign_in):
    assert "You are in no class yet" in sign_in(make_person()).get("/courses/runs/mine").text


def test_signed_out_my_classes_ask_to_sign_in(sign_in):
    page = sign_in(None).get("/courses/runs/mine")
    assert page.status_code == 302
    assert "/sign-in" in page.location


def test_number_of_queries_of_a_page_does_not_grow(sign_in, count_queries, hanmeimei):
    person = make_person()
    client = sign_in(person)
    run = make_run(instructors=[hanmeimei])
    make_enrolment(run, person)
    paths = [f"/courses/runs/{run.id}", "/courses/runs/mine"]

    def counted():
        count_queries()
        numbers = []
        for path in paths:
            client.get(path)
            numbers.append(count_queries())
        return numbers

    counted()
    before = counted()
    for number in range(3, 9):
        make_lesson(run, make_person(Role.INSTRUCTOR), number, morning(10 + number))
        make_assessment(run, number)
        make_enrolment(run)
        make_enrolment(make_run(), person)
    assert counted() == before


def test_number_of_queries_of_teaching_does_not_grow(sign_in, count_queries, hanmeimei):
    client = sign_in(hanmeimei)
    make_run(instructors=[hanmeimei])
    client.get("/courses/runs/teaching")
    count_queries()
    client.get("/courses/runs/teaching")
    before = count_queries()
    for _ in range(4):
        make_run(instructors=[hanmeimei])
    count_queries()
    client.get("/courses/runs/teaching")
    assert count_queries() == before


def test_timetables_of_a_person_hold_what_touches_the_span(hanmeimei):
    person = make_person()
    run = make_run(lessons=3, instructors=[hanmeimei])
    make_enrolment(run, person)
    waiting = make_run(begins=morning(10) + timedelta(hours=5), instructors=[hanmeimei])
    make_enrolment(waiting, person, state="waiting", queue_no=1)
    start, end = morning(10) + timedelta(hours=1), morning(12)  # the third begins as it ends

    assert [lesson.position for lesson in lessons_of(person.id, start, end)] == [1, 2]
    taught = lessons_of(hanmeimei.id, start, end)
    assert [lesson.run_id for lesson in taught] == [run.id, waiting.id, run.id, waiting.id]


def test_the_history_of_a_class_is_read_by_who_teaches_or_plans_it(sign_in):
    teacher = make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    run = make_run(instructors=[teacher], begins=morning(40))
    path = f"/courses/runs/{run.id}/history"
    empty = sign_in(teacher).get(path)
    assert empty.status_code == 200
    assert "Nothing yet." in empty.text
    planned = plan_run(SYSTEM, new_run([new_lesson(teacher)], instructors=[teacher]))
    db.session.commit()
    page = sign_in(make_person(Role.ADMIN)).get(f"/courses/runs/{planned.id}/history").text
    assert "planned this class: " in page
    assert sign_in(make_person(Role.INSTRUCTOR)).get(path).status_code == 404
    assert sign_in(make_person()).get(path).status_code == 403


def test_the_page_of_a_class_leads_who_teaches_it_to_its_history(sign_in):
    teacher = make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    run = make_run(instructors=[teacher])
    link = f"/courses/runs/{run.id}/history"
    assert link in sign_in(teacher).get(f"/courses/runs/{run.id}").text
    assert link not in sign_in(make_person()).get(f"/courses/runs/{run.id}").text
