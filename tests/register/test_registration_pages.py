"""The list of registrations and their pages."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.qualifications.models import Level
from college.register.registrations import listing, queries
from college.register.registrations.listing import Due, Wanted
from college.register.registrations.models import Registration, RegistrationStep
from college.register.registrations.periods import months_on
from college.register.registrations.verdicts import Answer
from tests.factories import make_person, make_unit, qualified
from tests.factories.registering import (
    make_application,
    make_registration,
    make_registration_rules,
    step_of,
)

TODAY = clock.today()


def ago(count: int) -> date:
    return TODAY - timedelta(days=count)


@pytest.fixture
def lilei():
    make_registration_rules()
    person = make_person(full_name="李雷")
    qualified(person, approved_on=ago(100))
    return person


# ---- the list, against a plain reading of each row ----


def by_hand(due: Due, verdict_, day: date) -> bool:
    is_open = verdict_.answer in {Answer.MAY_REGISTER, Answer.MAY_RENEW, Answer.NOT_YET}
    if due.days is not None:
        return is_open and 0 <= (verdict_.closes_on - day).days <= due.days
    return verdict_.answer in {
        Due.LAPSED: {Answer.LAPSED},
        Due.MISSED: {Answer.TOO_LATE},
        Due.UNDER_WAY: {Answer.UNDER_WAY},
    }.get(due, set())


@pytest.mark.parametrize("due", [due for due in Due if due is not Due.REGISTERED])
def test_the_filters_find_whom_the_verdict_names(due):
    make_registration_rules()
    approved = [*(ago(n) for n in (0, 150, 185, 186, 275, 276, 335, 336, 364, 365, 366, 367, 900))]
    for day in approved:
        qualified(make_person(), approved_on=day)
    for months, later in ((36, 0), (36, 1), (35, 0), (34, 5), (33, 0), (30, 2), (37, 0), (1, 0)):
        person = make_person()
        qualified(person, approved_on=ago(2000))
        make_registration(person, months_on(TODAY, -months) + timedelta(days=later))
    person = make_person()
    qualified(person, approved_on=ago(20))
    make_application(person)

    everybody = db.session.scalars(listing.listed(SYSTEM, Wanted(TODAY))).all()
    expected = {
        one.qualification.id
        for one in queries.judged(everybody, TODAY)
        if by_hand(due, one.verdict, TODAY)
    }
    found = db.session.scalars(listing.listed(SYSTEM, Wanted(TODAY, due=due))).all()
    assert expected
    assert {row.id for row in found} == expected


def test_registered_are_those_with_a_period_that_runs(lilei):
    make_registration(lilei, ago(50))
    wanted = Wanted(TODAY, due=Due.REGISTERED)
    found = db.session.scalars(listing.listed(SYSTEM, wanted)).all()
    assert [row.person_id for row in found] == [lilei.id]


def test_each_holder_stands_once_with_the_highest_level(lilei):
    qualified(lilei, Level.SOCIAL_WORKER, approved_on=ago(5))
    rows = db.session.scalars(listing.listed(SYSTEM, Wanted(TODAY))).all()
    assert [row.level for row in rows] == [Level.SOCIAL_WORKER]
    rows = db.session.scalars(listing.listed(SYSTEM, Wanted(ago(6)))).all()
    assert [row.level for row in rows] == [Level.ASSISTANT]


def test_the_list_answers_as_known_on_a_day(lilei):
    before = clock.now()
    make_registration(lilei, ago(50))
    for known_at, count in ((None, 1), (before, 0)):
        wanted = Wanted(TODAY, known_at, due=Due.REGISTERED)
        assert len(db.session.scalars(listing.listed(SYSTEM, wanted)).all()) == count


# ---- pages ----

LIST = "/register/registrations"


@pytest.fixture
def station():
    make_registration_rules()
    return make_unit()


@pytest.fixture
def worker(station):
    person = make_person(unit=station, full_name="李雷")
    qualified(person, approved_on=ago(100))
    return person


def test_a_station_manager_sees_the_own_station_alone(station, worker, sign_in):
    other = make_person(unit=make_unit(), full_name="韩梅梅")
    qualified(other)
    manager = sign_in(make_person(Role.STATION_MANAGER, unit=station, full_name="萨如拉"))

    page = manager.get(LIST).text
    assert "李雷" in page
    assert "韩梅梅" not in page
    assert manager.get(f"{LIST}/of/{worker.id}").status_code == 200
    assert manager.get(f"{LIST}/of/{other.id}").status_code == 404


def test_a_holder_comes_to_the_own_page_with_the_next_step(worker, sign_in):
    client = sign_in(worker)
    page = client.get(LIST, follow_redirects=True)
    assert "May register" in page.text
    assert "apply with the registrar" in page.text
    assert "Record the application" not in page.text
    zh = sign_in(worker, language="zh").get(f"{LIST}/of/{worker.id}").text
    assert "可申请首次登记" in zh


def test_the_department_sees_no_names(worker, sign_in):
    assert sign_in(make_person(Role.OBSERVER)).get(LIST).status_code == 403
    assert sign_in(None).get(LIST).status_code == 302


def test_the_office_records_an_application_and_its_end(worker, sign_in):
    client = sign_in(make_person(Role.ADMIN, full_name="陈老师"))
    at = f"{LIST}/of/{worker.id}"
    facts = {"level": "assistant", "on": ago(9), "registrar": "科尔沁区社会工作部"}
    assert client.post(f"{at}/apply", data=facts).status_code == 422  # no evidence
    done = client.post(f"{at}/apply", data=facts | {"evidence": "受理单"}, follow_redirects=True)
    assert "The application is on record." in done.text
    assert "科尔沁区社会工作部" in done.text

    row = db.session.scalars(sa.select(Registration)).one()
    for state in ("first_passed", "final_passed", "registered"):
        data = {"state": state, "on": ago(3), "evidence": "系统显示"}
        page = client.post(f"{LIST}/{row.id}/step", data=data, follow_redirects=True)
        assert "The step is on record." in page.text
    assert "Registered until" in page.text
    assert "陈老师" in page.text


def test_a_certificate_is_entered_and_corrected(worker, sign_in):
    client = sign_in(make_person(Role.ADMIN, full_name="陈老师"))
    data = {"level": "assistant", "on": ago(9), "evidence": "证书", "certificate_no": "D-7"}
    page = client.post(f"{LIST}/of/{worker.id}/record", data=data, follow_redirects=True)
    assert "D-7" in page.text
    old = db.session.scalars(sa.select(RegistrationStep)).one()
    at = f"{LIST}/steps/{old.id}/correct"
    assert client.get(at).status_code == 200
    new = {"on": ago(8), "evidence": "证书原件", "to_on": TODAY}
    page = client.post(at, data=new, follow_redirects=True)
    assert "The correction is on record." in page.text
    assert client.post(at, data=new).status_code == 409


def test_rules_are_adopted_on_their_page(sign_in):
    client = sign_in(make_person(Role.ADMIN))
    assert "No rule of registration is on record" in client.get(f"{LIST}/rules").text
    page = client.post(f"{LIST}/rules/adopt", follow_redirects=True)
    assert "民发〔2009〕44号" in page.text


def test_every_form_is_shown(worker, sign_in):
    client = sign_in(make_person(Role.ADMIN))
    row = make_application(worker)
    for at in (
        f"{LIST}/of/{worker.id}/apply",
        f"{LIST}/of/{worker.id}/record",
        f"{LIST}/{row.id}/step",
        f"{LIST}/steps/{step_of(row).id}/correct",
        f"{LIST}?due=due_90&as_of={TODAY}&known_on={ago(1)}&q=li",
        f"{LIST}?as_of=31.2.&due=never",
    ):
        assert client.get(at).status_code == 200


def test_the_number_of_queries_does_not_grow_with_the_list(station, worker, sign_in, count_queries):
    client = sign_in(make_person(Role.STATION_MANAGER, unit=station))
    client.get(LIST)
    count_queries()
    client.get(LIST)
    for_one = count_queries()
    for _ in range(12):
        person = make_person(unit=station)
        qualified(person, approved_on=ago(100))
        make_application(person)
    count_queries()
    client.get(LIST)
    assert count_queries() <= for_one + 1  # the registrations themselves
