"""Pages of continuing education, and the warnings that a period ends."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM, Role
from college.people.notices.models import Notice, NoticeKind
from college.people.notices.queries import in_words
from college.register.continuing_education.jobs import warn_due
from college.register.continuing_education.models import HourEntry, PeriodWarning
from college.register.continuing_education.warnings import endings
from college.register.registrations.models import Registration, RegistrationState
from college.register.registrations.operations import take_step
from college.register.registrations.periods import months_on
from college.reports.personal_data.operations import delete_person
from college.web.forms import sentence
from college.web.language import speaking
from tests.factories import make_person, make_unit, qualified
from tests.factories.registering import (
    conversion,
    make_application,
    make_entry,
    make_hours_rules,
    make_registration,
    step,
)

AT = "/register/continuing-education"
TODAY = clock.today()


@pytest.fixture
def station():
    make_hours_rules()
    return make_unit()


def registered(unit=None, *, ends_in: int = 400, **over):
    """A holder whose period ends in so many days."""
    person = make_person(unit=unit, **over)
    qualified(person, approved_on=months_on(TODAY, -60))
    to_on = TODAY + timedelta(days=ends_in)
    make_registration(person, months_on(TODAY, -36), from_on=months_on(TODAY, -35), to_on=to_on)
    return person


@pytest.fixture
def worker(station):
    return registered(station, full_name="李雷")


@pytest.fixture
def manager(station, sign_in):
    return sign_in(make_person(Role.STATION_MANAGER, unit=station, full_name="萨如拉"))


def test_a_person_enters_hours_and_the_manager_confirms_them(worker, manager, sign_in):
    me = sign_in(worker)
    facts = {
        "title": "危机干预实务",
        "from_on": TODAY,
        "done_on": TODAY,
        "conversion_id": conversion().id,
        "quantity": "6",
        "filing_no": "备2026-1",
        "evidence": "结业证书",
    }
    missing = me.post(f"{AT}/of/{worker.id}/enter", data=facts | {"filing_no": ""})
    assert missing.status_code == 422
    assert "enter its filing number" in missing.text
    page = me.post(f"{AT}/of/{worker.id}/enter", data=facts, follow_redirects=True)
    assert "They count once a second person confirms them." in page.text
    assert "Waits for confirmation" in page.text

    assert "1 entry waits for you" in manager.get(AT).text
    assert "危机干预实务" in manager.get(f"{AT}/waiting").text
    assert "1 entry of continuing education to confirm" in manager.get("/me").text
    entry = db.session.scalars(sa.select(HourEntry)).one()
    assert me.post(f"{AT}/{entry.id}/confirm").status_code == 403
    done = manager.post(f"{AT}/{entry.id}/confirm", follow_redirects=True)
    assert "Confirmed: the hours count." in done.text
    assert manager.post(f"{AT}/{entry.id}/confirm").status_code == 409
    assert "6 h" in me.get(AT, follow_redirects=True).text


def test_a_refusal_is_read_by_whom_it_concerns(worker, manager, sign_in):
    entry = make_entry(worker)
    assert manager.post(f"{AT}/{entry.id}/refuse", data={"reason": ""}).status_code == 422
    manager.post(f"{AT}/{entry.id}/refuse", data={"reason": "备案号查不到"})
    page = sign_in(worker).get(f"{AT}/of/{worker.id}").text
    assert "备案号查不到" in page
    assert "Not confirmed" in page


def test_an_entry_is_corrected_and_withdrawn_on_its_page(worker, sign_in):
    me, entry = sign_in(worker), make_entry(worker)
    form = me.get(f"{AT}/{entry.id}/correct")
    assert "结业证书，已看原件" in form.text
    page = me.post(f"{AT}/{entry.id}/withdraw", follow_redirects=True)
    assert "it counts nowhere any more" in page.text
    assert me.post(f"{AT}/{entry.id}/withdraw").status_code == 409


def test_pages_in_chinese(worker, sign_in):
    make_entry(worker)
    me = sign_in(worker, language="zh")
    page = me.get(f"{AT}/of/{worker.id}").text
    assert "我的继续教育" in page
    assert "72 小时" in page
    assert "民发〔2009〕123号" in page
    assert "还有" in me.get(f"/register/registrations/of/{worker.id}").text


def test_a_renewal_says_how_many_hours_are_missing(station, sign_in):
    person = registered(station, ends_in=60)
    page = sign_in(person).get(f"/register/registrations/of/{person.id}").text
    assert "Continuing education: 72 hours are still missing" in page
    assert "Renew the registration of your title" in sign_in(person).get("/me").text


def test_others_are_not_seen(worker, manager, sign_in):
    other = registered(make_unit(), full_name="韩梅梅")
    entry = make_entry(other)
    assert "韩梅梅" not in manager.get(AT).text
    assert manager.get(f"{AT}/of/{other.id}").status_code == 404
    assert manager.post(f"{AT}/{entry.id}/confirm").status_code == 404
    assert sign_in(worker).get(f"{AT}/of/{other.id}").status_code == 404
    assert sign_in(make_person(Role.OBSERVER)).get(AT).status_code == 403


def test_the_office_adopts_and_enters_rules(sign_in):
    client = sign_in(make_person(Role.ADMIN))
    assert "No rules of continuing education" in client.get(f"{AT}/rules").text
    page = client.post(f"{AT}/rules/adopt", follow_redirects=True).text
    assert "民发〔2009〕123号" in page
    assert "江西省" in page
    assert client.get(f"{AT}/rules/conversions/new").status_code == 200
    facts = {"category": "training", "name": "半天", "unit": "piece", "minutes_per_unit": 180}
    at = f"{AT}/rules/conversions/new"
    refused = client.post(at, data=facts | {"from_on": TODAY})
    assert "Name the source" in refused.text
    data = facts | {"from_on": TODAY, "citation": "通社工〔2026〕1号", "region": "通辽市"}
    assert "通社工〔2026〕1号" in client.post(at, data=data, follow_redirects=True).text


def test_the_number_of_queries_does_not_grow_with_the_list(station, worker, manager, count_queries):
    make_entry(worker)
    manager.get(AT)
    count_queries()
    manager.get(AT)
    for_one = count_queries()
    for _ in range(8):
        make_entry(registered(station))
    count_queries()
    manager.get(AT)
    assert count_queries() == for_one


# ---- warnings ----


def told(person) -> list[str]:
    mine = (Notice.person_id == person.id) & (Notice.kind == NoticeKind.REGISTRATION_ENDS)
    rows = db.session.scalars(sa.select(Notice).where(mine).order_by(Notice.id))
    with speaking("en"):
        return [sentence(each.text) for each in in_words(rows)]


@pytest.mark.parametrize(
    ("left", "days"), [(181, None), (180, 180), (91, 180), (90, 90), (31, 90), (30, 30), (0, 30)]
)
def test_each_is_warned_when_it_is_time(station, left, days):
    registered(ends_in=left)
    assert [one.days for one in endings(TODAY)] == ([days] if days else [])


def test_a_warning_says_what_is_missing_and_comes_once(station):
    person = registered(ends_in=85)
    assert warn_due() == 1
    assert warn_due() == 0
    (text,) = told(person)
    assert "You have 0 of 72 hours of continuing education." in text


def test_the_next_warning_comes_when_it_is_nearer(station):
    registered(ends_in=85)
    warn_due()
    later = TODAY + timedelta(days=56)
    assert [one.days for one in endings(later)] == [30]
    assert endings(TODAY + timedelta(days=40)) == []


def test_whoever_applied_or_renewed_is_left_alone(station):
    applied, renewed = registered(ends_in=60), registered(ends_in=60)
    make_application(applied)
    make_application(renewed)
    mine = sa.select(Registration).where(Registration.person_id == renewed.id)
    (renewal,) = [each for each in db.session.scalars(mine) if each.is_under_way]
    for state in ("first_passed", "final_passed", "registered"):
        take_step(SYSTEM, renewal, step(), state=RegistrationState(state))
    assert endings(TODAY) == []


def test_whose_data_was_deleted_is_warned_no_more(station):
    stays, gone = registered(ends_in=60), registered(ends_in=60)
    delete_person(SYSTEM, gone)
    assert [one.person_id for one in endings(TODAY)] == [stays.id]


def test_warnings_are_noted(station):
    registered(ends_in=31)
    warn_due()
    assert [row.days for row in db.session.scalars(sa.select(PeriodWarning))] == [90]
