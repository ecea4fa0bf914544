from datetime import timedelta
from typing import Any

import pytest

from college.core import clock
from college.core.errors import Conflict, NotAllowed
from college.core.roles import SYSTEM, Role
from college.courses.catalogue.models import Category
from college.courses.catalogue.operations import CourseTooShort, NewCourse, add_course
from college.courses.runs.models import RunState
from tests.conftest import actor_of
from tests.factories import make_person
from tests.factories.courses import make_course, make_enrolment, make_run, morning


def new_course(**over):
    usual: dict[str, Any] = {
        "code": "GA",
        "title": "个案工作",
        "category": Category.PRACTICE,
        "minutes": 90,
    }
    return NewCourse(**usual | over)


def test_a_course_knows_its_class_periods():
    course = add_course(SYSTEM, new_course(minutes=48 * 45))
    assert course.periods == 48


def test_a_known_code_is_a_conflict():
    add_course(SYSTEM, new_course())
    with pytest.raises(Conflict):
        add_course(SYSTEM, new_course(title="别的课"))


@pytest.mark.parametrize("over", [{"minutes": 0}, {"minutes": 44}, {"minutes_per_period": 0}])
def test_a_course_shorter_than_a_period_is_refused(over):
    with pytest.raises(CourseTooShort):
        add_course(SYSTEM, new_course(**over))


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.STATION_MANAGER])
def test_only_planners_add_courses(role):
    with pytest.raises(NotAllowed):
        add_course(actor_of(make_person(role)), new_course())


def test_home_is_open_to_anyone_and_shows_the_next_class(sign_in):
    make_run(title_en="Casework class 4")
    page = sign_in(None).get("/")
    assert page.status_code == 200
    assert "Casework class 4" in page.text
    assert "/verify" in page.text


def test_home_without_classes_says_what_to_do(sign_in):
    assert "No class is open at the moment" in sign_in(None).get("/").text


def test_home_speaks_chinese_by_default(app):
    assert "在站里学，到岗上用" in app.test_client().get("/").text


def test_list_is_open_to_anyone(sign_in):
    make_run(title_en="Casework class 4")
    for reader in (None, make_person()):
        page = sign_in(reader).get("/courses")
        assert page.status_code == 200
        assert "Casework class 4" in page.text


def test_list_leaves_out_drafts_closed_and_past_classes(sign_in):
    make_run(title_en="Draft", state=RunState.DRAFT)
    make_run(title_en="Finished", state=RunState.CLOSED)
    make_run(title_en="Past", begins=morning(-10))
    text = sign_in(None).get("/courses").text
    assert [word for word in ("Draft", "Finished", "Past") if word in text] == []


def test_list_is_ordered_by_the_first_day(sign_in):
    make_run(title_en="Later", begins=morning(20))
    make_run(title_en="Sooner", begins=morning(5))
    text = sign_in(None).get("/courses").text
    assert text.index("Sooner") < text.index("Later")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"Law", "Casework"}),
        ("?category=practice", {"Casework"}),
        ("?category=nonsense", {"Law", "Casework"}),
        ("?q=casework", {"Casework"}),
        ("?q=CASE work", {"Casework"}),
        ("?q=法规", {"Law"}),
        ("?q=law+casework", set()),
        ("?q=100%25", set()),
        ("?category=practice&q=law", set()),
        ("?page=0", {"Law", "Casework"}),
        ("?page=x", {"Law", "Casework"}),
    ],
)
def test_list_finds_by_category_and_words(sign_in, query, found):
    law = make_course(title="法规更新", title_en="Policy", category=Category.CONTINUING_EDUCATION)
    make_run(law, title="更新班", title_en="Law class")
    make_run(title="实务班", title_en="Casework class")
    text = sign_in(None).get(f"/courses{query}").text
    assert {word for word in ("Law", "Casework") if f"{word} class" in text} == found


def test_a_search_without_hits_leads_back(sign_in):
    assert "No class fits this search" in sign_in(None).get("/courses?q=zzz").text


def test_only_open_ones_have_free_seats_and_an_open_window(sign_in):
    full = make_run(title_en="Full class", seats=1)
    make_enrolment(full)
    make_run(title_en="Early class", enrolment_opens_at=clock.now() + timedelta(days=1))
    make_run(title_en="Late class", enrolment_closes_at=clock.now() - timedelta(minutes=1))
    make_run(title_en="Good class")
    text = sign_in(None).get("/courses?open=1").text
    named = [word for word in ("Full", "Early", "Late", "Good") if f"{word} class" in text]
    assert named == ["Good"]


def test_each_tile_says_its_state(sign_in):
    person = make_person()
    make_enrolment(make_run(), person)
    make_enrolment(make_run(), person, state="waiting", queue_no=1)
    make_enrolment(make_run(seats=1))
    make_run(enrolment_opens_at=clock.now() + timedelta(days=1))
    make_run(enrolment_closes_at=clock.now() - timedelta(minutes=1))
    make_run(seats=3)
    make_run(begins=morning(0), enrolment_closes_at=clock.now() - timedelta(days=1))
    make_run(seats=30)
    text = sign_in(person).get("/courses").text
    for words in (
        "You are in it",
        "You are waiting",
        "Full, with waiting list",
        "Opens ",
        "Enrolment closed",
        "3 seats left",
        "Under way",
        "You can enrol",
    ):
        assert words in text


def test_number_of_queries_does_not_grow_with_the_classes(sign_in, count_queries):
    client = sign_in(make_person())
    make_enrolment(make_run())
    client.get("/courses")
    count_queries()
    client.get("/courses")
    before = count_queries()
    for _ in range(5):
        make_enrolment(make_run())
    count_queries()
    client.get("/courses")
    assert count_queries() == before
