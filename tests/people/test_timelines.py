"""What happened, as each reader may read it."""

from base64 import urlsafe_b64encode
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import sqlalchemy as sa
import time_machine

from college.core import clock, crypto, journal
from college.core.db import db
from college.core.deeds import Asked
from college.core.journal import JournalEntry, SubjectKey
from college.core.roles import SYSTEM, Role
from college.courses.attendance.models import AttendanceStatus
from college.courses.enrolments.models import Enrolment
from college.courses.enrolments.operations import enrol, withdraw
from college.courses.grades.operations import enter_mark
from college.courses.runs.models import CourseRun
from college.people.persons.models import Person
from college.people.timelines import entries, queries
from college.people.timelines.queries import Timeline, of_person, of_row
from college.web.timeline import line
from tests.conftest import actor_of
from tests.factories import hired, make_person, make_unit
from tests.factories.certs import make_closed_run, make_issued
from tests.factories.courses import make_run
from tests.factories.supervision import make_session
from tests.factories.teaching import make_class


def said(app, timeline: Timeline) -> list[str]:
    """The lines as an English reader sees them, without the mark-up."""
    with app.test_request_context("/", headers={"Cookie": "language=en"}):
        return [
            str(line(one.remark)).replace("<strong>", "").replace("</strong>", "")
            for day in timeline.days
            for one in day.lines
        ]


def make_admin() -> Person:
    return make_person(Role.ADMIN, full_name="陈老师")


@pytest.fixture
def admin():
    return actor_of(make_admin())


def history(actor, run: CourseRun) -> Timeline:
    return of_row(actor, run)


def test_the_newest_stands_first_and_days_are_those_of_tongliao(app, admin):
    run = make_run(begins=datetime(2026, 12, 1, 9, tzinfo=clock.SHANGHAI))
    person = make_person()
    with time_machine.travel("2026-11-23 23:50+08:00", tick=False):
        enrolment = enrol(actor_of(person), run, person)
    with time_machine.travel("2026-11-24 00:10+08:00", tick=False):
        withdraw(actor_of(person), enrolment)
    shown = history(admin, run)
    assert [day.on for day in shown.days] == [date(2026, 11, 24), date(2026, 11, 23)]
    assert said(app, shown) == [
        "李雷 gave up the place in this class",
        "李雷 enrolled in this class",
    ]


def test_a_mark_tells_what_it_was_and_what_it_is(app, admin):
    taught = make_class()
    taught.mark("55")
    taught.mark("60.5")
    taught.mark(None)
    assert said(app, history(admin, taught.run)) == [
        "韩梅梅 took back the mark of 李雷 in “Task 1” of this class: it was 60.5",
        "韩梅梅 changed the mark of 李雷 in “Task 1” of this class from 55 to 60.5",
        "韩梅梅 entered the mark of 李雷 in “Task 1” of this class: 55",
    ]


def test_attendance_is_told_in_words(app, admin):
    taught = make_class()
    taught.attend(AttendanceStatus.LATE, minutes_late=15)
    taught.attend(AttendanceStatus.ON_LEAVE, reason="病假")
    lines = said(app, history(admin, taught.run))
    assert lines[0].endswith("in lesson 1 of this class from “15 minutes late” to “On leave”")
    assert "病假" not in lines[0]


def test_what_one_person_does_many_times_a_day_is_one_line(app, admin):
    taught = make_class(4, exams=1)
    taught.everybody_gets("80")
    taught.all_present()
    assert said(app, history(admin, taught.run)) == [
        "韩梅梅 marked attendance 8 times in this class",
        "韩梅梅 saved 4 marks in “Task 1” of this class",
    ]


def test_three_of_a_kind_are_told_one_by_one(app, admin):
    taught = make_class(3)
    taught.everybody_gets("80")
    assert len(said(app, history(admin, taught.run))) == 3


def test_many_who_sign_up_for_themselves_are_counted_together(app, admin):
    run = make_run()
    for _ in range(4):
        person = make_person()
        enrol(actor_of(person), run, person)
    assert said(app, history(admin, run)) == ["4 people signed up"]


def test_a_line_of_many_says_from_when_to_when(admin):
    taught = make_class(2, exams=2)
    start = clock.now().replace(hour=2, minute=0)
    with time_machine.travel(start, tick=False) as traveller:
        for enrolment in taught.enrolments:
            for exam in taught.exams:
                enter_mark(taught.teacher, exam, enrolment, value=Decimal(80))
                traveller.shift(timedelta(minutes=10))
    only = history(admin, taught.run).days[0].lines[0]
    assert (only.at - only.began_at) == timedelta(minutes=30)


def test_a_line_of_many_can_be_read_one_by_one(app, admin, monkeypatch):
    monkeypatch.setattr(queries, "SINGLY", 3)
    taught = make_class(4)
    taught.everybody_gets("80")
    first = of_row(admin, taught.run, Asked(on=clock.today()))
    assert len(said(app, first)) == 3
    rest = of_row(admin, taught.run, Asked(on=clock.today(), page=first.more or 0))
    assert said(app, rest) == ["韩梅梅 entered the mark of 李雷 in “Task 1” of this class: 80"]
    assert rest.more is None
    assert said(app, of_row(admin, taught.run, Asked(on=date(2020, 1, 1)))) == []


def test_a_page_ends_with_a_whole_day_and_names_the_next(admin, monkeypatch):
    monkeypatch.setattr(queries, "LINES", 2)
    monkeypatch.setattr(entries, "WINDOW", 5)
    person, runs = make_person(), [make_run() for _ in range(6)]
    for number, run in enumerate(runs):
        with time_machine.travel(datetime(2026, 11, 1 + number // 2, 4, tzinfo=clock.SHANGHAI)):
            run.enrolment_opens_at = clock.now()
            enrol(SYSTEM, run, person)
    concerned = [page := of_person(admin, person)]
    while page.older:
        concerned.append(page := of_person(admin, person, Asked(before=page.older)))
    days = [day.on for page in concerned for day in page.days]
    assert days == sorted(set(days), reverse=True)
    assert [len(day.lines) for page in concerned for day in page.days][-3:] == [2, 2, 2]


def test_a_day_larger_than_the_window_is_still_whole(app, admin, monkeypatch):
    monkeypatch.setattr(entries, "WINDOW", 3)
    taught = make_class(5)
    taught.everybody_gets("80")
    assert said(app, history(admin, taught.run))[0].startswith("韩梅梅 saved 5 marks")


def test_a_deleted_key_leaves_the_deed_and_says_so(app, admin):
    taught = make_class()
    taught.mark("55")
    person_id = taught.enrolments[0].person_id
    db.session.execute(sa.delete(SubjectKey).where(SubjectKey.person_id == person_id))
    shown = history(admin, taught.run)
    assert said(app, shown) == ["韩梅梅 saved the mark of 李雷 in “Task 1” of this class"]
    assert shown.days[0].lines[0].lacks == "The details were deleted."


def test_altered_details_are_called_so_and_the_page_is_read(app, admin):
    taught = make_class()
    taught.mark("55")
    entry = db.session.scalars(sa.select(JournalEntry).where(JournalEntry.noun == "mark")).one()
    sealed = journal.subject_keys({entry.about_id or 0})[entry.about_id or 0]
    key = urlsafe_b64encode(bytes(reversed(sealed))).decode()
    other = sa.update(SubjectKey).where(SubjectKey.person_id == entry.about_id)
    db.session.execute(other.values(sealed=crypto.seal(key)))
    shown = history(admin, taught.run)
    assert said(app, shown) == ["韩梅梅 saved the mark of 李雷 in “Task 1” of this class"]
    assert shown.days[0].lines[0].lacks.startswith("The details were altered")


def test_what_a_reader_may_not_see_is_not_called_deleted(admin):
    taught = make_class()
    taught.mark("55")
    trainee = db.session.get_one(Person, taught.enrolments[0].person_id)
    assert not any(
        one.lacks for day in of_person(actor_of(trainee), trainee).days for one in day.lines
    )


def test_a_trainee_reads_that_a_mark_was_saved_and_not_which(app):
    taught = make_class()
    taught.mark("55")
    trainee = db.session.get_one(Person, taught.enrolments[0].person_id)
    lines = said(app, of_person(actor_of(trainee), trainee))
    assert "韩梅梅 saved the mark of 李雷 in “Task 1” of “Casework class”" in lines
    assert not any("55" in one for one in lines)


def test_a_manager_reads_no_mark_and_no_supervision_of_her_people(app):
    unit = make_unit()
    manager = make_person(Role.STATION_MANAGER, unit=unit)
    taught = make_class()
    taught.mark("55")
    trainee = db.session.get_one(Person, taught.enrolments[0].person_id)
    make_session(trainee)
    hired(trainee, unit)
    lines = said(app, of_person(actor_of(manager), trainee))
    assert any("saved the mark" in one for one in lines)
    assert not any("55" in one or "minutes" in one for one in lines)


def test_supervision_is_read_by_the_supervisee_and_by_no_administrator(app, admin):
    trainee = make_person()
    make_session(trainee, minutes=60)
    assert any("60 minutes" in one for one in said(app, of_person(actor_of(trainee), trainee)))
    assert not any("minutes" in one for one in said(app, of_person(admin, trainee)))


def test_an_instructor_reads_of_the_class_but_not_of_its_certificates(app, admin):
    teacher = make_person(Role.INSTRUCTOR, full_name="韩梅梅")
    run = make_issued(make_closed_run(instructors=[teacher]), by=admin).run
    enrol_first(run)
    assert any("certificates" in one for one in said(app, history(admin, run)))
    own = said(app, history(actor_of(teacher), run))
    assert own
    assert not any("certificate" in one for one in own)


def enrol_first(run: CourseRun) -> None:
    """So that there is something that an instructor may read."""
    first = db.session.scalars(sa.select(Enrolment).where(Enrolment.run_id == run.id)).first()
    assert first is not None
    journal.record(SYSTEM, "enrol", first, about=first.person_id, state="enrolled")
    db.session.commit()


def test_an_instructor_reads_no_marks_of_another_class(app):
    taught = make_class()
    taught.mark("55")
    other = actor_of(make_person(Role.INSTRUCTOR))
    assert said(app, history(other, taught.run)) == []


def test_a_deed_of_an_earlier_release_is_told_without_its_name(app, admin):
    run = make_run()
    entry = {
        "actor_id": None,
        "deed": "rename_run",
        "noun": "course_run",
        "row_id": run.id,
        "digest": b"x",
    }
    db.session.execute(sa.insert(JournalEntry).values(**entry))
    assert said(app, history(admin, run)) == ["The college changed this record"]


def test_it_takes_as_many_statements_for_many_as_for_few(admin, count_queries):
    few, many = make_class(2), make_class(25, exams=2)
    for taught in (few, many):
        taught.everybody_gets("80")
        taught.all_present()
    counts = []
    for taught in (few, many):
        db.session.expire_all()
        run, who = db.session.get_one(CourseRun, taught.run.id), admin
        count_queries()
        history(who, run)
        counts.append(count_queries())
    assert counts[1] <= counts[0] <= 8


def test_names_are_shown_as_text(app, admin):
    person = make_person(full_name="<b>李雷</b>")
    with app.test_request_context("/", headers={"Cookie": "language=en"}):
        shown = [
            str(line(one.remark)) for day in of_person(admin, person).days for one in day.lines
        ]
    assert any("&lt;b&gt;李雷" in one for one in shown)
    assert not any("<b>" in one for one in shown)
