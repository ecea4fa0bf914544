"""The demo college is built by operations alone: building it walks through the whole house.

It is built once for each file, in a transaction that is undone at its end: see conftest.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa

import college
from college.certs.batches.entitlement import entitled
from college.certs.certificates.models import Certificate
from college.core import clock, journal
from college.core.db import Base, db
from college.core.operation import start_writing
from college.core.roles import SYSTEM, Role
from college.courses.enrolments.models import SEATED, Enrolment, EnrolmentState
from college.courses.enrolments.operations import enrol
from college.courses.runs.models import EnrolmentWindow, RunState
from college.deeds import NOUNS
from college.demo import cast as roles
from college.demo import (
    classes,
    exams,
    figures,
    load,
    names,
    seniors,
    staff,
    stations,
    teaching,
)
from college.demo.stations import JIADING, JIYANG, QINGLONG, unit
from college.exams.results.checking import check_file
from college.people.accounts.models import Account
from college.people.accounts.passwords import is_right
from college.people.persons.identity import IdType, WrongIdNumber, clean_id_number
from college.people.persons.models import Person
from college.people.timelines import entries
from college.people.timelines import queries as timelines
from college.reports.figures.reported import all_comparisons
from college.stations.units.models import UnitKind
from college.stations.units.queries import known_phases, phases_known
from college.supervision.sessions.models import SessionState, SupervisionSession
from college.web.timeline import line

# the file's own outer transaction stands in for that of each test
pytestmark = [pytest.mark.real_commits, pytest.mark.usefixtures("demo")]


def counts() -> dict[str, int]:
    """How many rows each table has."""
    tables = Base.metadata.sorted_tables
    return {
        t.name: db.session.scalar(sa.select(sa.func.count()).select_from(t)) or 0 for t in tables
    }


def test_a_second_load_changes_nothing():
    before = counts()
    said: list[str] = []
    assert load.load(said.append) is False
    assert said == []
    assert counts() == before


def test_more_people_can_be_added_for_measuring():
    before = counts()
    with undone():
        staff.add_extra(250)
        assert counts()["person"] == before["person"] + 250


@pytest.mark.parametrize(
    ("place", "code", "count"),
    [
        (JIYANG, "general_stations", [1]),
        (JIYANG, "stations", [7]),
        (JIYANG, "station_workers", [26]),
        (QINGLONG, "certificate_holders", [10]),
        (JIADING, "mental_health_stations", [2, 6]),
    ],
)
def test_the_ledger_counts_what_was_reported(place, code, count):
    found = [
        c
        for c in all_comparisons(SYSTEM)
        if c.reported.unit_id == unit(place).id and c.reported.code == code
    ]
    assert [c.ledger for c in found] == count
    assert [c.difference for c in found] == [0] * len(count)


def test_some_stations_have_a_history_and_were_known_otherwise():
    kailu = known_phases(unit("开鲁县开鲁镇社工站"))
    assert [phase.kind for phase in kailu] == [UnitKind.ROOM, UnitKind.STATION]
    hexi = known_phases(unit("通辽经济技术开发区河西街道社工站"))
    assert [phase.parent_id for phase in hexi] == [
        unit("科尔沁区").id,
        unit("通辽经济技术开发区").id,
    ]
    merged = unit(stations.MERGED.name)
    assert (merged.closed_on, merged.merged_into_id) == (
        stations.MERGED_ON,
        unit(stations.MERGED_INTO).id,
    )
    mistaken, then = unit(stations.MISTAKEN), clock.midnight(stations.CORRECTED_ON)
    assert [p.from_on for p in phases_known(mistaken, then)] == [date(2023, 3, 1)]
    assert mistaken.opened_on == stations.TRULY_OPENED


def test_every_reported_figure_carries_its_printed_words():
    found = all_comparisons(SYSTEM)
    assert len(found) == 22
    assert all(c.reported.as_printed and c.reported.label_en for c in found)
    doubtful = next(c.reported for c in found if c.reported.as_printed == "7.7万余人")
    assert doubtful.note == figures.PERHAPS_TIMES


def test_everybody_is_invented():
    people = db.session.scalars(sa.select(Person)).all()
    assert all(person.is_demo for person in people)
    numbers = [p.id_number_masked for p in people if not p.full_name.isascii()]
    assert len(numbers) > 100
    # who came in twice has none the second time
    assert {number[:6] for number in numbers if number} == {names.NO_SUCH_AREA}
    assert all(not person.phone_masked for person in people)


def test_an_invented_number_with_a_slip_is_refused():
    number = names.id_number(5)
    wrong = number[:-1] + ("1" if number[-1] != "1" else "2")
    with pytest.raises(WrongIdNumber):
        clean_id_number(IdType.RESIDENT_ID, wrong)


def test_no_two_invented_numbers_are_the_same():
    assert len({names.id_number(n) for n in range(30_000)}) == 30_000


def test_the_cast_can_sign_in_as_printed():
    printed = "\n".join(load.sign_ins())
    accounts = db.session.scalars(sa.select(Account)).all()
    assert len(accounts) == 6
    assert all(f"  {account.login} " in printed for account in accounts)
    assert roles.PASSWORD in printed
    assert is_right(roles.PASSWORD, accounts[0].password_hash)
    assert {g.role for a in accounts for g in a.grants} == set(Role) - {Role.ANYONE, Role.SYSTEM}


def test_one_seat_is_left_and_the_next_person_waits():
    run = teaching.run(classes.exam_ahead().code)
    seated = (Enrolment.run_id == run.id) & Enrolment.state.in_(SEATED)
    taken = db.session.scalar(sa.select(sa.func.count(Enrolment.id)).where(seated))
    assert run.seats - (taken or 0) == 1
    assert run.enrolment_window() is EnrolmentWindow.OPEN
    with undone():
        first = enrol(roles.actor("lilei"), run, roles.person("lilei"))
        manager = roles.actor("zhanzhang")
        second = enrol(manager, run, roles.person("zhanzhang"))
        assert (first.state, second.state) == (EnrolmentState.ENROLLED, EnrolmentState.WAITING)


def test_a_lesson_of_the_open_class_is_today():
    run = teaching.run(classes.exam_ahead().code)
    days = [clock.local(lesson.starts_at).date() for lesson in run.lessons]
    assert clock.today() in days
    assert min(days) < clock.today() < max(days)


@pytest.mark.parametrize(
    ("day", "ahead", "elsewhere"),
    [
        (date(2026, 12, 9), 2027, 2023),  # the scores of 2024 were not out when it was issued
        (date(2027, 5, 31), 2027, 2023),
        (date(2027, 9, 1), 2028, 2024),
    ],
)
def test_a_demo_made_later_looks_ahead_from_its_own_day(day, ahead, elsewhere):
    with clock.put_at(clock.midnight(day)):
        assert classes.year_ahead() == ahead
        assert seniors.year_elsewhere(seniors.issued_elsewhere()) == elsewhere


def test_the_full_class_has_a_waiting_list():
    run = teaching.run(classes.FULL)
    waiting = (Enrolment.run_id == run.id) & (Enrolment.state == EnrolmentState.WAITING)
    assert db.session.scalar(sa.select(sa.func.count(Enrolment.id)).where(waiting)) == 3


def test_lilei_is_asked_to_confirm_one_session():
    mine = SupervisionSession.attendances.any(
        supervisee_id=roles.person("lilei").id, confirmed_at=None
    )
    waiting = db.session.scalars(sa.select(SupervisionSession).where(mine)).all()
    assert [w.state for w in waiting] == [SessionState.LOGGED]
    assert waiting[0].minutes == 60


def test_certificates_wait_to_be_issued_and_one_name_cannot_be_printed():
    roster = entitled(teaching.run(classes.ENTITLED))
    found = [place.person.full_name for place in roster.entitled]
    assert len(roster.entitled) == 13
    assert {"李雷", names.LONGEST_NAME, names.UNPRINTABLE_NAME, *names.RARE_NAMES} <= set(found)
    assert all(place.enrolment.outcome for place in roster.others)
    assert len(roster.others) == 2


def test_the_class_of_2025_has_its_certificates_and_one_is_revoked():
    held = db.session.scalars(sa.select(Certificate).order_by(Certificate.id)).all()
    assert len(held) == 9
    assert {c.issued_on.year for c in held} == {2025}
    assert [c.revoked_at is not None for c in held].count(True) == 1
    assert all(c.file_sha256 for c in held)


def test_a_class_waits_to_be_closed():
    run = teaching.run(classes.TO_CLOSE)
    assert run.state is RunState.OPEN
    assert all(lesson.ends_at < clock.now() for lesson in run.lessons)


def test_the_sheet_of_2026_has_good_rows_and_refused_ones():
    check = check_file(exams.sheet_2026(), "2026.xlsx", exams.cycle(2026), date(2026, 7, 28))
    assert len({row.person_id for row in check.accepted}) == 10
    assert sorted({refused.reason.code for refused in check.refused}) == [
        "id_number_as_number",
        "id_number_wrong",
        "person_unknown",
        "row_twice",
        "score_not_half",
    ]
    assert roles.person("lilei").id in {row.person_id for row in check.accepted}


def test_what_happened_in_the_past_is_journalled_in_the_past():
    closed = sa.select(journal.JournalEntry.at).where(journal.JournalEntry.deed == "close_run")
    moments = db.session.scalars(closed.order_by(journal.JournalEntry.at)).all()
    assert clock.local(moments[0]).date().isoformat() == "2024-05-14"
    assert all(moment < clock.now() for moment in moments)


def test_nothing_but_the_demo_puts_the_clock_elsewhere():
    sources = (Path(college.__file__).parent).rglob("*.py")
    using = {path for path in sources if "put_at(" in path.read_text("utf-8")}
    assert {path.parent.name for path in using} == {"core", "demo"}
    assert [path.name for path in using if path.parent.name == "core"] == ["clock.py"]


def test_the_command_prints_the_sign_ins(app):
    answer = app.test_cli_runner().invoke(args=["demo", "load"])
    assert answer.exit_code == 0
    assert "lilei" in answer.stdout
    assert "there already" in answer.stderr


@pytest.mark.parametrize("args", [["load"], ["sheet", "results.xlsx"]])
def test_production_refuses_the_demo(app, monkeypatch, tmp_path, args):
    monkeypatch.setitem(app.config, "IS_PRODUCTION", True)
    monkeypatch.chdir(tmp_path)
    answer = app.test_cli_runner().invoke(args=["demo", *args])
    assert answer.exit_code == 1
    assert "production refuses it" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_a_sheet(app, tmp_path):
    file = tmp_path / "2026.xlsx"
    assert app.test_cli_runner().invoke(args=["demo", "sheet", str(file)]).exit_code == 0
    check = check_file(file.read_bytes(), file.name, exams.cycle(2026), clock.today())
    assert len(check.accepted) == 30


def test_every_entry_reads_as_a_full_sentence_in_both_languages(app, monkeypatch):
    """No blank stays empty where the college wrote the entry itself, details and all."""
    monkeypatch.setattr(entries, "WINDOW", 10**9)
    monkeypatch.setattr(timelines, "MANY", 10**9)
    monkeypatch.setattr(timelines, "LINES", 10**9)
    whole = timelines._timeline(SYSTEM, entries.readable(SYSTEM, None), timelines.NEWEST)
    lines = [one for day in whole.days for one in day.lines]
    last = {told.told[-1].text for noun in NOUNS for told in noun.deeds.values() if told.told[1:]}
    assert len(lines) == counts()["journal_entry"]
    assert {one.remark.message for one in lines} & last == set()
    for language in ("zh", "en"):
        with app.test_request_context("/", headers={"Cookie": f"language={language}"}):
            read = [str(line(one.remark)) for one in lines]
        assert [
            text for text in read if re.search(r"%\(|None|Decimal|<[^s/]|\d{4}-\d\d-\d\d", text)
        ] == []


@contextmanager
def undone() -> Iterator[None]:
    start_writing()
    savepoint = db.session.begin_nested()
    try:
        yield
    finally:
        savepoint.rollback()
