"""Pages of who may sit: a station's list, one person, the conditions; who enters diplomas."""

import re
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.operation import Overtaken
from college.core.roles import SYSTEM, Role
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.queries import cycle_of
from college.exams.eligibility.data import BEIJING, PracticeData
from college.exams.eligibility.operations import adopt_conditions, adopt_counting
from college.exams.eligibility.queries import conditions
from college.people.schooling.models import EarlierPractice, Education, Schooling
from college.people.schooling.operations import (
    Diploma,
    PracticeEndsFirst,
    PracticeKnown,
    PracticeToCome,
    Practised,
    SchoolingKnown,
    StudyEndsFirst,
    correct_schooling,
    record_schooling,
    state_practice,
    withdraw_practice,
    withdraw_schooling,
)
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_unit, schooled
from tests.factories.exams import make_cycle

PAGE, PEOPLE = "/exams/eligibility", "/people/schooling"
BACHELOR = Diploma(
    education=Education.BACHELOR, is_social_work=False, graduated_on=date(2018, 7, 1)
)
YEAR_2019 = Practised(employer="社区", from_on=date(2019, 1, 1), to_on=date(2019, 12, 31))


@pytest.fixture
def station():
    adopt_conditions(SYSTEM)
    db.session.commit()
    return make_unit(name="霍林河站", name_en="Huolinhe Station")


@pytest.fixture
def manager(station):
    return make_person(Role.STATION_MANAGER, unit=station, full_name="萨如拉")


@pytest.fixture
def lilei(station):
    return make_person(unit=station, full_name="李雷")


def believed(person) -> list[Schooling]:
    mine = (Schooling.person_id == person.id) & Schooling.known()
    return list(db.session.scalars(sa.select(Schooling).where(mine)))


def test_the_manager_sees_each_ones_verdict(station, manager, lilei, sign_in):
    schooled(lilei)

    page = sign_in(manager).get(PAGE).text

    assert "李雷" in page
    assert "May sit" in page
    assert "Diploma not on record" in page  # her own


def test_the_list_is_of_the_readers_stations_alone(station, manager, sign_in):
    make_person(unit=make_unit(), full_name="韩梅梅")
    client = sign_in(manager)

    assert "韩梅梅" not in client.get(PAGE).text
    assert client.get(f"{PAGE}?unit={make_unit().id}").status_code == 404


def test_a_trainee_is_led_to_the_own_page_and_sees_nobody_elses(station, lilei, sign_in):
    schooled(lilei, graduated_on=date(2012, 7, 1), is_social_work=True)
    other, client = make_person(unit=station), sign_in(lilei)

    page = client.get(PAGE, follow_redirects=True)

    assert "Diploma in social work by" in page.text
    assert "New diploma" not in page.text
    assert client.get(f"{PAGE}/{other.id}").status_code == 404


def test_the_page_says_what_is_missing_in_both_languages(station, manager, lilei, sign_in):
    schooled(lilei, Education.JUNIOR_COLLEGE)

    english = sign_in(manager).get(f"{PAGE}/{lilei.id}?year=2027").text
    chinese = sign_in(manager, language="zh").get(f"{PAGE}/{lilei.id}?year=2027").text

    assert "Certificate held: Assistant Social Worker" in english
    assert "31 December 2027" in english
    assert "已取得证书：助理社会工作师" in chinese
    assert "国人部发〔2006〕71号" in chinese


def test_without_conditions_the_page_says_so(sign_in):
    person = make_person(Role.ADMIN, unit=make_unit())

    assert (
        "conditions of the exam are not on record"
        in sign_in(person).get(f"{PAGE}/{person.id}").text
    )


def test_the_number_of_queries_does_not_grow_with_the_people(
    station, manager, sign_in, count_queries
):
    client = sign_in(manager)
    client.get(PAGE)
    count_queries()
    client.get(PAGE)
    for_one = count_queries()
    for _ in range(12):
        schooled(make_person(unit=station))
    client.get(PAGE)
    count_queries()

    client.get(PAGE)

    assert count_queries() == for_one


def test_the_office_adopts_and_reads_the_conditions(sign_in):
    client = sign_in(make_person(Role.ADMIN))
    assert "No condition is on record yet" in client.get(f"{PAGE}/rules").text

    page = client.post(f"{PAGE}/rules/adopt", follow_redirects=True).text

    assert "国人部发〔2006〕71号" in page
    assert "北京市" in page
    assert sign_in(make_person()).get(f"{PAGE}/rules").status_code == 403


# ---- diplomas and earlier practice


def test_the_manager_enters_corrects_and_withdraws_a_diploma(manager, lilei, sign_in):
    client = sign_in(manager)
    data = {"education": "bachelor", "is_social_work": "y", "graduated_on": "2018-07-01"}

    client.post(f"{PEOPLE}/new/{lilei.id}", data=data)
    [first] = believed(lilei)
    assert client.get(f"{PEOPLE}/{first.id}/correct").status_code == 200
    amended = {"education": "master", "graduated_on": "2018-07-01"}
    client.post(f"{PEOPLE}/{first.id}/correct", data=amended)
    [second] = believed(lilei)
    client.post(f"{PEOPLE}/{second.id}/withdraw")

    assert (first.education, first.is_social_work) == (Education.BACHELOR, True)
    assert (second.education, second.is_social_work) == (Education.MASTER, False)
    assert believed(lilei) == []


def test_the_manager_states_earlier_practice_and_takes_it_back(manager, lilei, sign_in):
    client = sign_in(manager)
    assert client.get(f"{PEOPLE}/practice/{lilei.id}").status_code == 200
    data = {"employer": "社区服务中心", "from_on": "2019-01-01", "to_on": "2019-12-31"}

    shown = client.post(f"{PEOPLE}/practice/{lilei.id}", data=data, follow_redirects=True)
    row = db.session.scalars(sa.select(EarlierPractice)).one()
    twice = client.post(f"{PEOPLE}/practice/{lilei.id}", data=data)
    client.post(f"{PEOPLE}/practice/{row.id}/withdraw")

    assert "社区服务中心" in shown.text
    assert twice.status_code == 409
    assert "on record already" in twice.text
    assert row.superseded_at is not None


@pytest.mark.parametrize("role", [Role.STATION_MANAGER, Role.COORDINATOR, Role.TRAINEE])
def test_who_answers_for_another_unit_or_none_enters_nothing(lilei, role):
    stranger = actor_of(make_person(role, unit=make_unit()))
    held = schooled(lilei)

    for deed in (
        lambda: record_schooling(stranger, lilei, BACHELOR),
        lambda: correct_schooling(stranger, held, BACHELOR),
        lambda: withdraw_schooling(stranger, held),
        lambda: state_practice(stranger, lilei, YEAR_2019),
    ):
        with pytest.raises(NotAllowed):
            deed()
    stated = state_practice(SYSTEM, lilei, YEAR_2019)
    with pytest.raises(NotAllowed):
        withdraw_practice(stranger, stated)
    with pytest.raises(NotAllowed):
        record_schooling(actor_of(lilei), lilei, BACHELOR)  # not for oneself


def test_what_cannot_be_is_refused(lilei):
    record_schooling(SYSTEM, lilei, BACHELOR)
    with pytest.raises(SchoolingKnown):
        record_schooling(SYSTEM, lilei, BACHELOR)
    backwards = {"is_social_work": True, "studied_from_on": date(2019, 1, 1)}
    with pytest.raises(StudyEndsFirst):
        record_schooling(
            SYSTEM,
            lilei,
            Diploma(education=Education.MASTER, graduated_on=date(2018, 1, 1), **backwards),
        )
    with pytest.raises(PracticeEndsFirst):
        state_practice(
            SYSTEM,
            lilei,
            Practised(employer="甲", from_on=date(2020, 1, 2), to_on=date(2020, 1, 1)),
        )
    tomorrow = clock.today() + timedelta(days=1)
    with pytest.raises(PracticeToCome):
        state_practice(
            SYSTEM, lilei, Practised(employer="甲", from_on=date(2020, 1, 2), to_on=tomorrow)
        )
    state_practice(SYSTEM, lilei, YEAR_2019)
    with pytest.raises(PracticeKnown):
        state_practice(SYSTEM, lilei, YEAR_2019)


def test_a_row_that_is_no_longer_believed_is_refused(lilei):
    held = record_schooling(SYSTEM, lilei, BACHELOR)
    withdraw_schooling(SYSTEM, held)

    with pytest.raises(Overtaken):
        correct_schooling(SYSTEM, held, BACHELOR)


# ---- the exam of which province

BY_THE_YEAR_BEFORE = PracticeData(province=BEIJING, years_before=1, from_year=2027, citation="通知")


@pytest.fixture
def two_provinces(station):
    """Beijing counts practice to the end of the year before, everybody else to that of the exam."""
    adopt_counting(SYSTEM, BY_THE_YEAR_BEFORE)
    for province in (INNER_MONGOLIA, BEIJING):
        make_cycle(2027, province=province, exam_from_on=None, exam_to_on=None, scores_on=None)


@pytest.fixture
def hanmeimei(station):
    """Two years of practice are up at the end of the year of the exam, and not a year before."""
    person = make_person(None, full_name="韩梅梅")
    hired(person, station, from_on=date(2025, 3, 1))
    schooled(person, Education.BACHELOR, graduated_on=date(2024, 7, 1))
    return person


def test_the_list_judges_by_the_province_that_was_chosen(
    two_provinces, manager, hanmeimei, sign_in
):
    client = sign_in(manager)

    own, same, there = (
        client.get(f"{PAGE}?year=2027{rest}").text
        for rest in ("", f"&province={INNER_MONGOLIA}", f"&province={BEIJING}")
    )

    assert f"exam of 2027 in {INNER_MONGOLIA}" in own
    assert f"exam of 2027 in {BEIJING}" in there
    assert verdict_in(own) == verdict_in(same) == "May sit"
    assert verdict_in(there) == "May not sit yet"


def test_the_page_of_one_person_follows_the_list(two_provinces, manager, hanmeimei, sign_in):
    client = sign_in(manager)
    there = client.get(f"{PAGE}?year=2027&province={BEIJING}").text
    link = f"{PAGE}/{hanmeimei.id}?year=2027&amp;province="
    assert link in there

    own = client.get(f"{PAGE}/{hanmeimei.id}?year=2027").text
    other = client.get(f"{PAGE}/{hanmeimei.id}?year=2027&province={BEIJING}").text

    assert "2 years by 31 December 2027" in own
    assert "2 years by 31 December 2026" in other
    assert f"in 2027 in {BEIJING}" in other


def test_the_day_by_which_a_diploma_is_held_is_that_of_the_province(
    two_provinces, manager, hanmeimei, sign_in
):
    beijing = cycle_of(2027, BEIJING)
    assert beijing
    beijing.registration_from_on, beijing.registration_to_on = date(2027, 3, 1), date(2027, 3, 15)
    db.session.commit()
    client = sign_in(manager)
    assert conditions(BEIJING).last_day(2027) == date(2027, 3, 15)
    assert conditions(INNER_MONGOLIA).last_day(2027) == date(2026, 12, 31)
    assert "15 March 2027" in client.get(f"{PAGE}/{hanmeimei.id}?year=2027&province={BEIJING}").text


def test_a_province_without_an_exam_on_record_asks_for_nothing(two_provinces, manager, sign_in):
    page = sign_in(manager).get(f"{PAGE}?year=2027&province=月球").text
    assert f"exam of 2027 in {INNER_MONGOLIA}" in page


def test_where_one_province_has_exams_there_is_nothing_to_choose(station, manager, sign_in):
    client = sign_in(manager)
    assert 'name="province"' not in client.get(PAGE).text
    make_cycle(2027, province=BEIJING)
    page = client.get(PAGE).text
    assert 'name="province"' not in page
    assert f"in {BEIJING} and" in page  # a college elsewhere judges by its own


def test_the_next_page_of_the_list_is_of_the_same_province(
    two_provinces, manager, station, sign_in
):
    for _ in range(60):
        make_person(unit=station)
    page = sign_in(manager).get(f"{PAGE}?year=2027&province={BEIJING}").text
    assert re.search(r'href="[^"]*page=2[^"]*province=|href="[^"]*province=[^"]*page=2', page)


def verdict_in(page: str) -> str:
    """What the list says of Han Meimei and the lowest level."""
    row = page[page.index("韩梅梅") :]
    found = re.search(r"May sit|May not sit yet|Diploma not on record", row)
    assert found
    return found[0]
