"""People without any tie to the college: who is due, whom what keeps, and each decided apart."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.courses.enrolments.models import EnrolmentState
from college.people.notices.models import Notice, NoticeKind
from college.people.persons.models import Person
from college.reports.personal_data.operations import delete_person
from college.reports.proposals.models import DueKind
from college.reports.retention import queries
from college.reports.retention.jobs import clear_next, propose_due
from college.reports.retention.models import Clearing
from college.reports.retention.queries import Periods
from college.supervision.sessions.models import SupervisionAttendance, SupervisionSession
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_request, make_unit, qualified
from tests.factories.certs import make_certificate
from tests.factories.courses import make_enrolment, make_run
from tests.factories.exams import make_cycle, make_result
from tests.factories.supervision import make_session

K = DueKind


@pytest.fixture
def admin():
    return make_person(Role.ADMIN, full_name="陈老师")


def ago(days):
    return clock.now() - timedelta(days=days)


# ---- people


@pytest.fixture
def long_ago(monkeypatch):
    """A context: what is done inside was done six years before."""

    @contextmanager
    def then():
        moment = ago(6 * 365)
        with monkeypatch.context() as past:
            past.setattr(clock, "now", lambda: moment)
            yield

    return then


@pytest.fixture
def nobody(long_ago):
    """Somebody recorded long ago, with whom nothing happened since."""

    def made(name="张三", **over):
        with long_ago():
            return make_person(None, full_name=name, **over)

    return made


def a_post(person):
    hired(person, make_unit(), to_on=clock.today() - timedelta(days=30))


def a_class(person):
    make_enrolment(make_run(), person, state=EnrolmentState.WITHDRAWN)


def an_own_session(person):
    made = make_session(make_person())
    db.session.execute(sa.update(SupervisionSession).where(SupervisionSession.id == made.id).values(
        supervisor_id=person.id))  # fmt: skip


def an_own_attendance(person):
    made = make_session(make_person())
    mine = sa.update(SupervisionAttendance).values(supervisee_id=person.id)
    db.session.execute(mine.where(SupervisionAttendance.supervision_session_id == made.id))


TIES = {
    "a post until lately": a_post,
    "a class": a_class,
    "a qualification": qualified,
    "a certificate": make_certificate,
    "a result": lambda person: make_result(person, make_cycle()),
    "supervision received": an_own_attendance,
    "supervision given": an_own_session,
    "an open request": make_request,
    "an own class": lambda person: make_run(instructors=[person]),
}


LASTING = {"a qualification", "a certificate", "a result", "an own class"}


def due_people():
    """Whom the worker would propose."""
    return {due.row_id for due in queries.not_proposed(K.PEOPLE, ago(5 * 365), 100)}


def test_whom_nothing_ties_to_the_college_is_due(nobody):
    person = nobody()
    assert due_people() == {person.id}


@pytest.mark.parametrize("tie", TIES)
def test_any_tie_keeps_a_person(tie, nobody, long_ago):
    person = nobody()
    assert person.id in due_people()
    if tie in LASTING:
        with long_ago():
            TIES[tie](person)
    else:
        TIES[tie](person)
    since = sa.select(sa.func.max(JournalEntry.at)).where(JournalEntry.about_id == person.id)
    assert (db.session.scalar(since) or ago(0)) < ago(5 * 365)  # it is not the journal that tells
    assert person.id not in due_people()


def test_old_ties_of_the_passing_kind_keep_nobody(nobody):
    person = nobody()
    hired(person, make_unit(), from_on=date(2010, 1, 1), to_on=date(2012, 1, 1))
    assert due_people() == {person.id}


def test_whoever_was_recorded_lately_is_not_due():
    make_person(None)
    assert due_people() == set()


def test_people_are_decided_one_by_one_and_told(app, sign_in, admin, nobody):
    first, second, third = nobody(), nobody("李四", email="l@example.org"), nobody("王五")
    client = sign_in(admin)
    propose_due(Periods.of(app.config))
    assert "Look who it is" in client.get("/admin/retention").text
    page = client.get("/admin/retention/people").text
    assert all(name in page for name in ("张三", "李四", "王五"))
    assert client.post("/admin/retention/people", data={"is_sure": "y"}).status_code == 422
    sent = {"rows": [first.id, second.id], "is_sure": "y"}
    assert client.post("/admin/retention/people", data={"rows": [first.id]}).status_code == 422
    assert client.post("/admin/retention/people", data=sent).status_code == 302
    a_class(first)  # meanwhile
    (made,) = db.session.scalars(sa.select(Clearing)).all()
    clear_next(made.id)
    db.session.expire_all()
    assert (made.done, made.refused, made.is_over) == (1, 1, True)
    assert db.session.get_one(Person, second.id).full_name.startswith("已删除")
    assert {db.session.get_one(Person, p.id).full_name for p in (first, third)} == {"张三", "王五"}
    told = db.session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.DATA_DELETED))
    assert len(told.all()) == 1
    assert "1 left, since a rule keeps them" in client.get("/admin/retention").text


def test_a_deleted_person_is_not_due_again(admin, nobody, long_ago):
    person = nobody()
    with long_ago():
        delete_person(actor_of(admin), person)
    assert due_people() == set()
