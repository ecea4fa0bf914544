"""The supervision pages, once for yes and once for no, in both languages."""

import re
from datetime import timedelta

import pytest

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.people.persons.models import Person
from college.supervision.sessions.models import Form, SessionState, SupervisionSession
from college.supervision.sessions.operations import confirm, decline
from college.supervision.sessions.queries import attendances_of
from tests.conftest import actor_of
from tests.factories import make_person, make_unit
from tests.factories.supervision import LAST_YEAR, make_session

MONTH = f"/supervision/sessions?month={LAST_YEAR:%Y-%m}"


def entered(*people, **over):
    """What a browser sends for a session of last year from 9:00 to 10:00."""
    rows = {}
    for number, person in enumerate(people):
        rows[f"attendances-{number}-person"] = str(person.id)
    usual = {
        "held_on": f"{LAST_YEAR:%Y-%m-%d}",
        "starts_at": "09:00",
        "ends_at": "10:00",
        "form": "individual" if len(people) == 1 else "group",
        "type": "training",
        "functions": ["educational", "supportive"],
        "topics": "个案-07：会谈的结构",
    }
    return usual | rows | over


def test_signed_out_is_asked_to_sign_in(sign_in):
    client = sign_in(None)
    for path in ("/supervision/sessions", "/supervision/sessions/new", "/supervision/hours"):
        assert client.get(path).status_code == 302
    assert client.post("/supervision/sessions/new").status_code == 401


def test_roles_without_supervision_are_refused(sign_in):
    logged = make_session()
    for role in (Role.ADMIN, Role.INSTRUCTOR, Role.OBSERVER):
        client = sign_in(make_person(role))
        assert client.get("/supervision/sessions").status_code == 403
        assert client.get(f"/supervision/sessions/{logged.id}").status_code == 403
        assert client.get("/supervision/hours").status_code == 403


def test_a_trainee_logs_and_amends_nothing(sign_in):
    lilei = make_person()
    logged, client = make_session(lilei), sign_in(lilei)
    assert client.get("/supervision/sessions/new").status_code == 403
    assert client.post("/supervision/sessions/new", data=entered(lilei)).status_code == 403
    assert client.get(f"/supervision/sessions/{logged.id}/edit").status_code == 403
    assert client.post(f"/supervision/sessions/{logged.id}/edit").status_code == 403


def test_a_supervisor_confirms_nothing(sign_in):
    wang = make_person(Role.SUPERVISOR)
    logged, client = make_session(supervisor=wang), sign_in(wang)
    for deed in ("confirm", "decline"):
        answer = client.post(f"/supervision/sessions/{logged.id}/{deed}", data={"version": 1})
        assert answer.status_code == 403


def test_other_peoples_sessions_are_not_found(sign_in):
    logged = make_session()
    other = sign_in(make_person(Role.SUPERVISOR))
    assert other.get(f"/supervision/sessions/{logged.id}").status_code == 404
    assert other.get(f"/supervision/sessions/{logged.id}/edit").status_code == 404
    assert other.post(f"/supervision/sessions/{logged.id}/edit", data={}).status_code == 404
    trainee = sign_in(make_person())
    assert trainee.get(f"/supervision/sessions/{logged.id}").status_code == 404
    for deed in ("confirm", "decline"):
        url = f"/supervision/sessions/{logged.id}/{deed}"
        assert trainee.post(url, data={"version": 1, "note": "不对"}).status_code == 404


@pytest.mark.parametrize(
    ("language", "supervisor_reads", "trainee_reads"),
    [
        ("en", "No supervision logged this month", "No supervision in this month"),
        ("zh", "这个月还没有督导记录", "这个月没有督导记录"),
    ],
)
def test_an_empty_month_says_what_to_do(sign_in, language, supervisor_reads, trainee_reads):
    supervisor = sign_in(make_person(Role.SUPERVISOR), language=language)
    page = supervisor.get("/supervision/sessions").text
    assert supervisor_reads in page
    assert 'href="/supervision/sessions/new"' in page
    page = sign_in(make_person(), language=language).get("/supervision/sessions").text
    assert trainee_reads in page
    assert "/supervision/sessions/new" not in page


def test_an_empty_month_leads_to_the_last_one_with_records(sign_in):
    wang = make_person(Role.SUPERVISOR)
    make_session(supervisor=wang)
    page = sign_in(wang).get("/supervision/sessions").text
    assert f'href="/supervision/sessions?month={LAST_YEAR:%Y-%m}"' in page


@pytest.mark.parametrize("month", ["", "gestern", "0000-00", "9999-12", "2026-13"])
def test_an_odd_month_shows_this_one(sign_in, month):
    client = sign_in(make_person(Role.SUPERVISOR))
    page = client.get("/supervision/sessions", query_string={"month": month})
    assert page.status_code == 200
    assert f"{clock.today():%B %Y}" in page.text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_form_offers_trainees_with_their_units(sign_in, language):
    unit = make_unit(name="垛石社工站", name_en="Duoshi Station")
    make_person(full_name="斯琴高娃·乌云", unit=unit)
    wang = make_person(Role.SUPERVISOR, full_name="王督导")

    page = sign_in(wang, language=language).get("/supervision/sessions/new").text
    label = "斯琴高娃·乌云（垛石社工站）" if language == "zh" else "斯琴高娃·乌云 (Duoshi Station)"
    assert page.count(f">{label}</option>") == 12
    assert ">王督导</option>" not in page


def test_logging_through_the_form_counts_empty_minutes_as_the_whole_session(sign_in):
    lilei, other = make_person(), make_person()
    client = sign_in(make_person(Role.SUPERVISOR))
    data = entered(lilei, other, place="302教室", is_remote="y")
    data["attendances-1-minutes"] = "40"

    page = client.post("/supervision/sessions/new", data=data, follow_redirects=True)

    assert page.status_code == 200
    assert "Logged. Its minutes count once every supervisee has confirmed." in page.text
    logged = db.session.query(SupervisionSession).one()
    assert (logged.form, logged.functions) == (Form.GROUP, ["educational", "supportive"])
    assert clock.local(logged.starts_at) == LAST_YEAR
    assert [a.minutes for a in attendances_of(logged)] == [60, 40]


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"held_on": ""}, "This field is required."),
        ({"held_on": "31.12.2025"}, "Not a valid date value."),
        ({"starts_at": "9 Uhr"}, "Not a valid time value."),
        ({"ends_at": "09:00"}, "The end must come after the start."),
        ({"ends_at": "23:00"}, "More than 8 hours: look at start and end once more."),
        ({"held_on": "2199-01-01"}, "This session is not over yet."),
        ({"topics": "   "}, "This field is required."),
        ({"topics": "x" * 1001}, "At most 1000 characters."),
        ({"type": "private"}, "Not a valid choice."),
        ({"form": ""}, "This field is required."),
        ({"form": "group"}, "Group and peer supervision need at least two supervisees."),
        ({"attendances-0-person": "0"}, "Choose at least one supervisee."),
        ({"attendances-0-person": "999999"}, "Not a valid choice."),
        ({"attendances-0-minutes": "61"}, "from 1 to 60 minutes, no longer than the session."),
        ({"attendances-0-minutes": "-1"}, "From 1 to 480 minutes."),
        ({"attendances-0-minutes": "an hour"}, "Not a valid integer value."),
        ({"attendances-5-minutes": "60"}, "Choose the person whose minutes these are."),
        ({"functions": ["gossip"]}, "is none of the choices."),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(sign_in, over, sentence):
    lilei = make_person()
    client = sign_in(make_person(Role.SUPERVISOR))
    page = client.post(
        "/supervision/sessions/new", data=entered(lilei, agreed_actions="写完记录") | over
    )
    assert page.status_code == 422
    assert sentence in page.text
    assert "写完记录" in page.text
    assert db.session.query(SupervisionSession).count() == 0


def test_sending_the_form_twice_makes_one_record(sign_in):
    lilei = make_person()
    client = sign_in(make_person(Role.SUPERVISOR))
    assert client.post("/supervision/sessions/new", data=entered(lilei)).status_code == 302
    again = client.post("/supervision/sessions/new", data=entered(lilei))
    assert again.status_code == 422
    assert "You are in another supervision session at this time." in again.text
    assert db.session.query(SupervisionSession).count() == 1


@pytest.mark.parametrize(("language", "button"), [("en", "Confirm 1 hour"), ("zh", "确认 1小时")])
def test_a_trainee_finds_the_one_next_step_and_takes_it(sign_in, language, button):
    lilei = make_person()
    logged = make_session(lilei)
    client = sign_in(lilei, language=language)
    page = client.get("/supervision/sessions").text
    assert button in page
    assert page.count("btn-primary") == 1

    url = f"/supervision/sessions/{logged.id}/confirm"
    for _ in range(2):  # a second click is calm
        answer = client.post(url, data={"version": logged.version}, follow_redirects=True)
        assert answer.status_code == 200
    assert logged.state is SessionState.LOCKED
    shown = client.get(f"/supervision/sessions/{logged.id}").text
    assert ("已确认并锁定" if language == "zh" else "Confirmed and locked") in shown
    assert "/confirm" not in shown


def test_confirming_with_an_old_page_says_when_it_was_confirmed(sign_in):
    lilei, other = make_person(), make_person()
    logged = make_session(lilei, other)
    client, url = sign_in(lilei), f"/supervision/sessions/{logged.id}/confirm"
    refused = client.post(url)
    assert refused.status_code == 409
    assert "The record has changed since you opened it." in refused.text

    confirm(actor_of(lilei), attendances_of(logged)[0])
    db.session.commit()
    page = client.post(url, follow_redirects=True)
    assert "already. If something is not right, say so below." in page.text
    confirm(actor_of(other), attendances_of(logged)[1])
    db.session.commit()
    page = client.post(url, follow_redirects=True)
    assert page.status_code == 200
    assert "already, and the record is locked." in page.text
    assert "Nothing is saved yet" not in page.text


def test_an_objection_to_a_locked_record_says_that_it_is_locked(sign_in):
    lilei = make_person()
    logged = make_session(lilei, is_locked=True)
    for typed in ({}, {"version": 1, "note": "太短"}):
        page = sign_in(lilei).post(f"/supervision/sessions/{logged.id}/decline", data=typed)
        assert page.status_code == 422
        assert "This record is locked since" in page.text
        assert "call the academic office" in page.text


def test_confirming_a_record_that_was_amended_meanwhile_shows_the_new_one(sign_in):
    lilei = make_person()
    logged = make_session(lilei)
    url = f"/supervision/sessions/{logged.id}/confirm"
    page = sign_in(lilei).post(url, data={"version": logged.version - 1})
    assert page.status_code == 409
    assert "The record has changed since you opened it." in page.text
    assert logged.state is SessionState.LOGGED


def test_an_objection_reaches_the_supervisor_who_amends(sign_in):
    wang, lilei = make_person(Role.SUPERVISOR), make_person(full_name="李雷")
    logged = make_session(lilei, supervisor=wang, starts_at=LAST_YEAR)
    trainee, supervisor = sign_in(lilei), sign_in(wang)
    data = {"version": 1, "note": "我只参加了 40 分钟"}
    page = trainee.post(
        f"/supervision/sessions/{logged.id}/decline", data=data, follow_redirects=True
    )
    assert "You said it is not right" in page.text

    assert "Objection by 李雷" in supervisor.get("/supervision/sessions").text
    form = supervisor.get(f"/supervision/sessions/{logged.id}/edit").text
    assert "我只参加了 40 分钟" in form
    assert re.search(r'name="attendances-0-minutes"[^>]*value="60"', form)
    changed = entered(lilei) | {"attendances-0-minutes": "40"}
    supervisor.post(f"/supervision/sessions/{logged.id}/edit", data=changed)
    assert "Confirm 40 minutes" in trainee.get("/supervision/sessions").text


def test_an_empty_objection_is_asked_for_its_reason(sign_in):
    lilei = make_person()
    logged = make_session(lilei)
    url = f"/supervision/sessions/{logged.id}/decline"
    page = sign_in(lilei).post(url, data={"version": 1, "note": " "})
    assert page.status_code == 422
    assert "This field is required." in page.text


def test_a_locked_record_refuses_to_be_opened_again(sign_in):
    wang, lilei = make_person(Role.SUPERVISOR), make_person()
    logged = make_session(lilei, supervisor=wang, is_locked=True)
    client = sign_in(wang)
    assert "/edit" not in client.get(f"/supervision/sessions/{logged.id}").text
    for answer in (
        client.get(f"/supervision/sessions/{logged.id}/edit"),
        client.post(f"/supervision/sessions/{logged.id}/edit", data=entered(lilei)),
    ):
        assert answer.status_code == 422
        assert "The record is locked and stays as it is." in answer.text


def test_members_of_a_group_do_not_read_each_others_objections(sign_in):
    lilei, other = make_person(), make_person()
    logged = make_session(lilei, other)
    decline(actor_of(other), attendances_of(logged)[1], note="他没有来")
    db.session.commit()
    assert "他没有来" not in sign_in(lilei).get(f"/supervision/sessions/{logged.id}").text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_hours_count_what_is_locked_and_name_what_is_not(sign_in, language):
    wang, lilei, other = make_person(Role.SUPERVISOR), make_person(), make_person()
    make_session(lilei, supervisor=wang, is_locked=True)
    half = make_session(lilei, other, supervisor=wang)
    confirm(actor_of(lilei), attendances_of(half)[0])
    db.session.commit()
    words = {
        "en": ("in hours: 1", "Not counted yet: 1 record"),
        "zh": ("合 1 小时", "还有 1 条记录没有确认完"),
    }[language]
    for reader in (wang, lilei):
        page = (
            sign_in(reader, language=language).get(f"/supervision/hours?year={LAST_YEAR.year}").text
        )
        assert words[0] in page
        assert words[1] in page
        assert '<dd class="v">60</dd>' in page


@pytest.mark.parametrize("year", ["", "0", "-1", "99999", "last"])
def test_an_odd_year_shows_this_one(sign_in, year):
    page = sign_in(make_person()).get("/supervision/hours", query_string={"year": year})
    assert page.status_code == 200
    assert f"Received in {clock.today().year}" in page.text


@pytest.mark.parametrize(
    "path",
    [MONTH, "/supervision/sessions/new", f"/supervision/hours?year={LAST_YEAR.year}"],
)
def test_more_rows_need_no_more_queries(sign_in, count_queries, path):
    wang = make_person(Role.SUPERVISOR)
    client, wang_id = sign_in(wang), wang.id

    def cost():
        client.get(path)
        count_queries()
        assert client.get(path).status_code == 200
        return count_queries()

    def add(number: int, first_day: int) -> None:
        wang = db.session.get_one(Person, wang_id)
        for day in range(number):
            at = LAST_YEAR + timedelta(days=first_day + day)
            people = [make_person(unit=make_unit()) for _ in range(3)]
            make_session(*people, supervisor=wang, starts_at=at, is_locked=day % 2 == 0)
        db.session.expunge_all()  # as in a request, nothing is known beforehand

    add(2, 0)
    few = cost()
    add(6, 10)
    assert cost() == few


@pytest.mark.parametrize("path", ["/supervision/sessions", "/supervision/sessions/{}"])
def test_who_confirms_sends_the_record_they_saw(sign_in, path):
    """With what stands on the page alone, as a browser sends it: the last one locks the record."""
    supervisee = make_person()
    logged = make_session(supervisee, starts_at=clock.now() - timedelta(hours=3))
    client = sign_in(supervisee)
    page = client.get(path.format(logged.id)).text
    form = page.split(f'action="/supervision/sessions/{logged.id}/confirm"')[1].split("</form>")[0]
    sent = dict(re.findall(r'name="(version|seen)" value="([^"]+)"', form))
    client.post(f"/supervision/sessions/{logged.id}/confirm", data=sent, headers={"X-Seen": ""})
    assert db.session.get_one(SupervisionSession, logged.id).state is SessionState.LOCKED


def test_who_amends_sends_the_record_they_saw(sign_in):
    boss = make_person(Role.SUPERVISOR)
    logged = make_session(supervisor=boss)
    page = sign_in(boss).get(f"/supervision/sessions/{logged.id}/edit").text
    assert f'name="seen" value="supervision_session.{logged.id}.1"' in page
