"""The station manager's day: who of her people is where, and nobody else's."""

import pytest

from college.core.roles import Role
from college.courses.enrolments.models import EnrolmentState
from college.people.qualifications.models import Level
from college.reports.dashboard.station import MOST, Who, station_of
from tests.conftest import actor_of
from tests.factories import make_person, make_unit, qualified
from tests.factories.certs import make_certificate
from tests.factories.courses import make_enrolment, make_run
from tests.factories.exams import make_cohort, make_cycle


@pytest.fixture
def here():
    return make_unit(name="科尔沁区社工站", name_en="Horqin Station")


@pytest.fixture
def manager(here):
    return make_person(Role.STATION_MANAGER, unit=here, full_name="乌云")


def line_of(manager, person):
    found = station_of(actor_of(manager))
    assert found is not None
    return next(line for line in found.lines if line.person.id == person.id)


def test_each_person_stands_with_level_class_cohort_and_papers(here, manager):
    lilei = make_person(unit=here, full_name="李雷")
    qualified(lilei, Level.SOCIAL_WORKER)
    qualified(lilei, Level.ASSISTANT)
    run = make_run()
    enrolment = make_enrolment(run, lilei)
    make_enrolment(make_run(), lilei, state=EnrolmentState.COMPLETED)
    make_enrolment(make_run(), lilei, state=EnrolmentState.WITHDRAWN)
    cohort = make_cohort(make_cycle(), members=[lilei])
    make_certificate(lilei)
    line = line_of(manager, lilei)
    assert line.unit == here
    assert line.level is Level.SOCIAL_WORKER
    assert line.enrolment == enrolment
    assert line.cohort == cohort
    assert line.certificates == 1


def test_people_of_other_units_are_not_there(here, manager):
    mine = make_person(unit=make_unit(here), full_name="苏和")
    make_person(unit=make_unit(), full_name="路人")
    found = station_of(actor_of(manager))
    assert found is not None
    assert {line.person.id for line in found.lines} == {manager.id, mine.id}
    assert found.not_begun == 2


def test_the_numbers_are_of_all_though_the_list_is_of_the_first(sign_in, here, manager):
    for n in range(MOST + 3):
        person = make_person(unit=here, full_name=f"学员{n}")
        make_enrolment(make_run(), person)
        if n % 2:
            qualified(person, Level.ASSISTANT)
    found = station_of(actor_of(manager))
    assert found is not None
    assert len(found.lines) == MOST
    assert (found.total, found.holders) == (MOST + 4, (MOST + 3) // 2)
    assert (found.in_class, found.not_begun) == (MOST + 3, 1)  # the manager has not begun
    assert 'href="/people/persons">See everybody</a>' in sign_in(manager).get("/me").text


@pytest.mark.parametrize("who", list(Who))
def test_a_number_opens_those_whom_it_counts(sign_in, here, manager, who):
    learning, holder = (make_person(unit=here, full_name=name) for name in ("苏日娜", "巴特尔"))
    make_enrolment(make_run(), learning)
    qualified(holder)
    expected = {Who.IN_CLASS: learning, Who.HOLDERS: holder, Who.NOT_BEGUN: manager}[who]
    found = station_of(actor_of(manager), who)
    assert found is not None
    assert [line.person for line in found.lines] == [expected]
    assert (found.total, found.wanted) == (3, 1)
    client = sign_in(manager)
    assert f'href="/me?who={who}#station"' in client.get("/me").text
    page = client.get(f"/me?who={who}").text
    assert "Show everybody again" in page
    assert ("苏日娜" in page) is (expected is learning)


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.ADMIN, Role.OBSERVER])
def test_who_manages_no_station_has_no_list(role):
    assert station_of(actor_of(make_person(role))) is None


@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Your people on the way"), ("zh", "本站人员进展")]
)
def test_the_day_page_shows_the_list_and_one_next_step(sign_in, here, manager, language, heading):
    run = make_run()
    make_enrolment(run, make_person(unit=here, full_name="李雷"))
    page = sign_in(manager, language=language).get("/me").text
    assert heading in page
    assert "李雷" in page
    assert f'href="/courses/runs/{run.id}/enrolments/new"' in page
    assert page.count("btn-primary") == 1


def test_a_station_without_people_says_what_to_do(app, sign_in):
    manager = make_person(Role.STATION_MANAGER)
    page = sign_in(manager).get("/me").text
    found = station_of(actor_of(manager))
    if found is not None and found.lines:
        pytest.fail("the manager of this test works nowhere")
    assert "Nobody works at your station yet" in page
    assert app.config["PHONE"] in page


def test_more_people_need_no_more_queries(sign_in, here, manager, count_queries):
    client = sign_in(manager)
    make_enrolment(make_run(), make_person(unit=here))
    count_queries()
    client.get("/me")
    few = count_queries()
    for _ in range(6):
        person = make_person(unit=here)
        make_enrolment(make_run(), person)
        make_certificate(person)
        qualified(person, Level.ASSISTANT)
    count_queries()
    client.get("/me")
    assert count_queries() == few
