"""Official lists: what becomes of each row, what is noted; the same list changes nothing."""

from datetime import date, timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from college.core import clock, failpoints, jobs
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.imports import Fate, ImportState, SheetGone
from college.core.roles import SYSTEM, Role
from college.core.sheets import write_csv
from college.exams.candidacies.models import AdmissionTicket, Candidacy, StepTaken
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.candidacies.operations import Entry, enter, withdraw
from college.exams.official_lists import files
from college.exams.official_lists.models import ListKind, OfficialList
from college.exams.official_lists.operations import import_list
from college.exams.official_lists.queries import RECORD
from college.exams.official_lists.reading import ATTENDANCES, OUTCOMES, PAYMENTS
from college.exams.official_lists.refusals import ListToCome
from college.exams.official_lists.uploading import About, take_in
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level
from tests.conftest import actor_of
from tests.exams.sheets import MEIMEI_ID
from tests.factories import make_person
from tests.factories.exams import make_candidacy, make_candidate, make_cycle, xlsx
from tests.factories.lists import (
    ON,
    brought_in,
    entry,
    list_worked,
    listed,
    make_list,
    make_list_imported,
    tally,
)

PAGE = "/exams/official-lists"
K = ListKind


def candidacy() -> Candidacy:
    return db.session.scalars(sa.select(Candidacy)).one()


def steps() -> list[tuple[S, date, str, str]]:
    chosen = sa.select(StepTaken).order_by(StepTaken.id)
    return [(t.step, t.on, t.evidence, t.evidence_sha256) for t in db.session.scalars(chosen)]


def seats() -> list[tuple[object, ...]]:
    chosen = sa.select(AdmissionTicket).where(AdmissionTicket.known()).order_by(AdmissionTicket.id)
    return [(t.paper, t.number, t.place, t.room, t.seat) for t in db.session.scalars(chosen)]


def reasons(made: OfficialList) -> list[tuple[int, str, str]]:
    _, refused = files.shown_in(made.check_sha256)
    return [(cell.line, cell.column, cell.reason.code) for cell in refused]


def fates(made: OfficialList) -> list[tuple[int, Fate]]:
    lines, _ = files.shown_in(made.check_sha256)
    return [(line.line, line.fate) for line in lines]


# ---- the way from a list to a step


def test_a_list_of_tickets_notes_the_step_the_seat_and_its_own_fingerprint(cycle, lilei, chen):
    make_candidacy(lilei, cycle, state=S.PAID)
    content = listed()

    made = make_list_imported(content, cycle, by=actor_of(chen))

    assert tally(made) == (0, 1, 0, 0)
    assert candidacy().state is S.TICKETED
    digest = sha256(content).hexdigest()
    assert steps() == [(S.TICKETED, ON, f"人事考试中心 #{made.id}", digest)]
    assert db.session.scalars(sa.select(StepTaken.by_id)).one() is None  # ordered by the system
    assert seats() == [(None, "20250501", "第一考点", "3", "07")]


def test_a_dry_run_writes_nothing_and_tells_the_fate_of_every_row(cycle, lilei):
    meimei = make_candidate("韩梅梅", MEIMEI_ID)
    make_candidacy(lilei, cycle, state=S.PAID)
    make_candidacy(meimei, cycle, state=S.TICKETED)
    rows = [
        entry(),
        entry(姓名="韩梅梅", 证件号码=MEIMEI_ID, 考点="", 考场="", 座位号="", 准考证号=""),
        entry(姓名="路人", 证件号码="999999199001010032"),
    ]

    made = make_list(listed(*rows), cycle, K.REGISTERED)

    assert fates(made) == [(2, Fate.CHANGED), (3, Fate.UNCHANGED), (4, Fate.REFUSED)]
    assert steps() == []
    assert seats() == []


@pytest.mark.parametrize("kind", K)
def test_the_same_list_twice_changes_nothing(cycle, lilei, kind):
    make_candidacy(lilei, cycle, state=S.REGISTERED)
    said = {"到考情况": "到考"} if kind is K.SAT else {}
    said |= {"审核结果": "通过"} if kind is K.CHECKED else {}
    content = listed(entry(**said))
    first = make_list_imported(content, cycle, kind)
    before, sat = steps(), seats()

    again = make_list(content, cycle, kind)

    assert tally(first)[3] == 0
    assert tally(again) == (0, 0, 1, 0)
    assert again.rows_ready == 0
    assert (steps(), seats()) == (before, sat)
    assert db.session.scalar(sa.select(sa.func.count(AdmissionTicket.id))) == 1


def test_who_is_on_a_list_and_entered_for_nothing_is_entered_by_it(cycle, lilei):
    made = make_list_imported(listed(报考地="库伦旗", 报名序号="88"), cycle, K.REGISTERED)

    row = candidacy()
    assert tally(made) == (1, 0, 0, 0)
    assert (row.person_id, row.state, row.level) == (lilei.id, S.REGISTERED, Level.SOCIAL_WORKER)
    assert row.entered == list(Subject) or set(row.entered) == set(Subject)
    assert (row.region, row.registration_no) == ("库伦旗", "88")


def test_a_list_of_registrations_tells_who_paid(cycle, lilei):
    assert [PAYMENTS["已缴费"], PAYMENTS["未缴费"]] == [S.PAID, S.REGISTERED]
    make_list_imported(listed(缴费状态="已缴费"), cycle, K.REGISTERED)
    assert candidacy().state is S.PAID

    later = make_list(listed(缴费状态="未缴费"), cycle, K.REGISTERED)
    assert tally(later) == (0, 0, 1, 0)  # nobody is moved back


def test_who_sat_one_paper_and_missed_another_sat(cycle, lilei):
    rows = [entry(科目="综合能力", 到考情况="缺考"), entry(科目="实务", 到考情况="到考")]

    make_list_imported(listed(*rows), cycle, K.SAT)

    assert candidacy().state is S.SAT


def test_who_missed_all_papers_was_absent(cycle, lilei):
    rows = [entry(科目=paper, 到考情况="缺考") for paper in ("综合能力", "实务", "法规与政策")]

    made = make_list_imported(listed(*rows), cycle, K.SAT)

    assert candidacy().state is S.ABSENT
    assert tally(made) == (3, 0, 0, 0)


def test_each_paper_has_its_own_room(cycle, lilei):
    rows = [entry(科目="综合能力", 考场="3"), entry(科目="实务", 考场="5", 座位号="21")]

    make_list_imported(listed(*rows), cycle)

    assert seats() == [
        (Subject.COMPREHENSIVE, "20250501", "第一考点", "3", "07"),
        (Subject.PRACTICE, "20250501", "第一考点", "5", "21"),
    ]


def test_another_room_takes_the_place_of_the_one_known_and_both_stay_on_record(cycle, lilei):
    make_list_imported(listed(), cycle)

    made = make_list_imported(listed(考场="9", 座位号=""), cycle)

    assert tally(made) == (0, 1, 0, 0)
    assert seats() == [(None, "20250501", "第一考点", "9", "07")]  # what it does not say stays
    assert db.session.scalar(sa.select(sa.func.count(AdmissionTicket.id))) == 2
    assert [step for step, *_ in steps()] == [S.TICKETED]


def test_the_check_after_the_exam_keeps_or_cancels(cycle, lilei):
    meimei = make_candidate("韩梅梅", MEIMEI_ID)
    for person in (lilei, meimei):
        make_candidacy(person, cycle, state=S.SCORED)
    rows = [entry(审核结果="通过"), entry(姓名="韩梅梅", 证件号码=MEIMEI_ID, 审核结果="逾期未核查")]

    make_list_imported(listed(*rows), cycle, K.CHECKED)

    found = {row.person_id: row.state for row in db.session.scalars(sa.select(Candidacy))}
    assert found == {lilei.id: S.CHECKED, meimei.id: S.CANCELLED}


def test_every_word_leads_to_a_step_of_its_list():
    assert set(ATTENDANCES.values()) == {S.SAT, S.ABSENT}
    assert set(OUTCOMES.values()) == {S.CHECKED, S.CANCELLED}
    assert set(PAYMENTS.values()) == {S.REGISTERED, S.PAID}


# ---- rows to mend


@pytest.mark.parametrize(
    ("kind", "over", "column", "code"),
    [
        (K.TICKETED, {"姓名": ""}, "姓名", "name_missing"),
        (K.TICKETED, {"证件号码": ""}, "证件号码", "id_number_missing"),
        (K.TICKETED, {"证件号码": "1.50502E+17"}, "证件号码", "id_number_as_number"),
        (K.TICKETED, {"证件号码": "999999199001010017"}, "证件号码", "id_number_wrong"),
        (K.TICKETED, {"证件号码": MEIMEI_ID}, "证件号码", "person_unknown"),
        (K.TICKETED, {"姓名": "李蕾"}, "姓名", "name_differs"),
        (K.TICKETED, {"级别": "特级"}, "级别", "level_unknown"),
        (K.TICKETED, {"级别": ""}, "级别", "list_level_missing"),
        (K.TICKETED, {"考试年度": "2024"}, "考试年度", "year_unlike"),
        (K.TICKETED, {"准考证号": ""}, "准考证号", "ticket_missing"),
        (K.TICKETED, {"准考证号": "9" * 33}, "准考证号", "list_text_too_long"),
        (K.TICKETED, {"科目": "英语"}, "科目", "subject_unknown"),
        (K.SAT, {"到考情况": "不知道"}, "到考情况", "attendance_unknown"),
        (K.CHECKED, {"审核结果": ""}, "审核结果", "outcome_unknown"),
        (K.REGISTERED, {"缴费状态": "也许"}, "缴费状态", "payment_unknown"),
    ],
)
def test_each_bad_cell_is_named_and_costs_no_other_row(cycle, lilei, kind, over, column, code):
    make_candidate("乌云", "999999199001010032")
    good = {"到考情况": "到考", "审核结果": "通过", "缴费状态": "已缴费"}
    rows = [entry(**good | over), entry(姓名="乌云", 证件号码="999999199001010032", **good)]

    made = make_list(listed(*rows), cycle, kind)

    assert reasons(made) == [(2, column, code)]
    assert tally(made) == (1, 0, 0, 1)


def test_who_said_no_and_who_stands_elsewhere_are_not_moved(cycle, lilei):
    ahead = make_cycle(clock.today().year + 1)
    me = actor_of(lilei)
    papers = list(Subject)
    withdraw(me, enter(me, lilei, Entry(cycle=ahead, level=Level.SOCIAL_WORKER, papers=papers)))
    absent = make_candidacy(lilei, cycle, state=S.ABSENT)

    on_next = make_list(listed(考试年度=ahead.year), ahead, K.REGISTERED)
    on_this = make_list(listed(), cycle, K.PASSED)

    assert reasons(on_next) == [(2, "姓名", "said_no")]
    assert reasons(on_this) == [(2, "姓名", "stands_elsewhere")]
    assert absent.state is S.ABSENT


def test_two_lines_that_contradict_each_other_are_both_refused(cycle, lilei):
    made = make_list(listed(entry(), entry(座位号="08")), cycle)

    assert reasons(made) == [(2, "姓名", "listed_twice"), (3, "姓名", "listed_twice")]
    assert tally(made) == (0, 0, 0, 2)


def test_a_line_written_twice_counts_once(cycle, lilei):
    made = make_list_imported(listed(entry(), entry()), cycle)

    assert tally(made) == (2, 0, 0, 0)
    assert len(seats()) == len(steps()) == 1


def test_a_formula_is_refused(cycle, lilei):
    headings = list(entry())
    cells = [*list(entry().values())[:4], "=1+1", "第一考点", "3", "07"]
    made = make_list(xlsx(cells, headings=headings), cycle, name="名单.xlsx")
    assert reasons(made) == [(2, "准考证号", "cell_computed")]


def test_the_level_may_be_said_for_the_whole_list(cycle, lilei):
    make_list_imported(listed(级别=""), cycle, level=Level.ASSISTANT)
    assert candidacy().level is Level.ASSISTANT


def test_a_list_of_a_day_to_come_is_refused(cycle, lilei):
    about = About(kind=K.PASSED, on=clock.today() + timedelta(days=1))
    with pytest.raises(ListToCome):
        take_in(SYSTEM, cycle, listed(), "名单.csv", about)


def test_who_moved_between_look_and_import_is_asked_again(cycle, lilei):
    row = make_candidacy(lilei, cycle, state=S.TICKETED)
    made = make_list(listed(到考情况="到考"), cycle, K.SAT)
    row.state = S.ABSENT
    db.session.commit()

    brought_in(made)

    assert tally(db.session.get_one(OfficialList, made.id)) == (0, 0, 0, 1)
    assert made.late[0][3] == "stands_elsewhere"
    assert candidacy().state is S.ABSENT


def test_only_who_moves_candidates_may_import(cycle, lilei):
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        with pytest.raises(NotAllowed):
            take_in(
                actor_of(make_person(role)), cycle, listed(), "名单.csv", About(kind=K.SAT, on=ON)
            )


def test_a_list_that_is_deleted_is_imported_no_more(cycle, lilei):
    made = make_list(listed(), cycle)
    made.file_sha256 = ""
    db.session.commit()
    with pytest.raises(SheetGone):
        import_list(SYSTEM, made)


@pytest.mark.parametrize("place", ["lists.recording", "lists.recorded"])
def test_a_worker_that_dies_goes_on_and_notes_nobody_twice(cycle, lilei, place):
    made = make_list(listed(), cycle)
    import_list(SYSTEM, made)
    db.session.commit()

    def die() -> None:
        failpoints.arm(place, lambda: None)
        raise KeyboardInterrupt

    failpoints.arm(place, die)
    job = jobs.latest(RECORD, made.id)
    assert job is not None
    with pytest.raises(KeyboardInterrupt):
        jobs.work_on(job.id, "dies")
    db.session.rollback()
    job = jobs.latest(RECORD, made.id)
    assert job is not None
    with clock.put_at(clock.now() + timedelta(minutes=5)):
        made = list_worked(RECORD, made)

    assert made.state is ImportState.IMPORTED
    assert tally(made) == (1, 0, 0, 0)
    assert len(steps()) == len(seats()) == 1


def test_a_csv_in_gb18030_with_a_title_is_read(cycle, lilei):
    text = write_csv(list(entry()), [list(map(str, entry().values()))]).decode("utf-8-sig")
    made = make_list(("2025年度准考证名单,,,,,,,\r\n" + text).encode("gb18030"), cycle)
    assert tally(made) == (1, 0, 0, 0)
