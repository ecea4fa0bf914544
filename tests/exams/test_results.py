"""Result sheets: the dry run, each refusal, the import, and what it earns."""

import io
from datetime import date
from decimal import Decimal
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from college.core import storage
from college.core.db import db
from college.core.errors import NotAllowed
from college.core.journal import JournalEntry
from college.core.roles import SYSTEM, Role
from college.core.sheets import NotASheet, SheetEmpty, read
from college.exams.pass_rules.data import LineData
from college.exams.pass_rules.models import PassLine, Subject
from college.exams.pass_rules.operations import draw_line
from college.exams.results import files
from college.exams.results.checked import Check
from college.exams.results.checking import RulesMissing, check_file
from college.exams.results.layout import KNOWN_HEADINGS, layout_of
from college.exams.results.models import (
    ImportState,
    Result,
    ResultImport,
    ResultStatus,
    Verdict,
)
from college.exams.results.operations import check_results, finish_import, record_results
from college.exams.results.queries import CHECK, RECORD, results_of, standing, unearned_by
from college.exams.results.recording import award_chunk, judge_anew, record_chunk
from college.exams.results.refusals import ColumnsMissing, ColumnTwice
from college.exams.results.uploading import take_in
from college.people.persons.models import Person
from college.people.qualifications.models import Level, PassBasis, Qualification
from tests.conftest import actor_of
from tests.factories import make_id_number, make_person
from tests.factories.exams import (
    HEADINGS,
    LI_LEI_ID,
    WIDE,
    as_csv,
    make_candidate,
    make_cycle,
    make_import,
    make_imported,
    make_result,
    make_rules,
    row,
    worked,
    xlsx,
)

MEIMEI_ID = "999999199001010016"  # a right check digit, no such area


@pytest.fixture
def cycle():
    make_rules()
    return make_cycle(2025)


@pytest.fixture
def lilei():
    return make_candidate()


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def imported(content: bytes, cycle, name: str = "成绩.xlsx") -> ResultImport:
    return make_imported(content, cycle, name)


def only_refusal(check: Check) -> tuple[int, str, str, str]:
    (cell,) = check.refused
    return cell.line, cell.column, cell.value, cell.reason.code


def all_current() -> list[Result]:
    chosen = sa.select(Result).where(Result.superseded_by_id.is_(None)).order_by(Result.id)
    return list(db.session.scalars(chosen))


PASS_ALL = [
    row(科目="综合能力", 成绩=61),
    row(科目="实务", 成绩=60.5),
    row(科目="法规与政策", 成绩=72),
]


# ---- the dry run ----


def test_dry_run_counts_and_writes_nothing(cycle, lilei):
    check = check_file(xlsx(*PASS_ALL, row(成绩=101, 科目="实务")), "a.xlsx", cycle)

    assert (check.tally.new, check.tally.refused, check.tally.passing) == (3, 1, 1)
    assert all_current() == []


def test_wide_sheets_are_read_too(cycle, lilei):
    wide = xlsx(["李雷", LI_LEI_ID, "社会工作师", 2025, 61, "缺考", ""], headings=WIDE)

    check = check_file(wide, "a.xlsx", cycle)

    assert [(r.subject, r.status, r.score) for r in check.accepted] == [
        (Subject.COMPREHENSIVE, ResultStatus.SAT, 61),
        (Subject.PRACTICE, ResultStatus.ABSENT, None),
    ]
    assert check.tally.new == 1


@pytest.mark.parametrize(
    "headings",
    [
        ("Name", "ID number", "Level", "Exam year", "Paper", "Mark", "Passed", "Region"),
        ("姓 名", "身份证号码*", "报考级别", "年度", "科目名称", "分数", "是否合格", "报名地"),
    ],
)
def test_headings_are_recognised_in_both_languages_and_spellings(cycle, lilei, headings):
    check = check_file(xlsx(row(), headings=headings), "a.xlsx", cycle)

    assert (check.tally.new, check.refused) == (1, [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_every_encoding(cycle, lilei, encoding):
    check = check_file(as_csv(row(), encoding=encoding), "成绩.csv", cycle)

    assert check.tally.new == 1


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("缺考", ResultStatus.ABSENT),
        (-1, ResultStatus.ABSENT),
        ("−1", ResultStatus.ABSENT),
        ("－１", ResultStatus.ABSENT),
        ("absent", ResultStatus.ABSENT),
        ("违纪", ResultStatus.DISCIPLINE),
        (-2, ResultStatus.DISCIPLINE),
    ],
)
def test_status_words_and_codes(cycle, lilei, word, status):
    (result,) = check_file(xlsx(row(成绩=word)), "a.xlsx", cycle).accepted

    assert (result.status, result.score) == (status, None)


@pytest.mark.parametrize(
    ("word", "level"),
    [("初级", Level.ASSISTANT), ("助理社会工作师", Level.ASSISTANT), ("Senior", Level.SENIOR)],
)
def test_level_words(cycle, lilei, word, level):
    (result,) = check_file(xlsx(row(级别=word)), "a.xlsx", cycle).accepted

    assert result.level is level


def test_a_pass_for_a_wide_row_holds_for_each_of_its_papers_a_fail_for_none(cycle):
    make_candidate("李雷", LI_LEI_ID)
    make_candidate("韩梅梅", MEIMEI_ID)
    headings = (*WIDE, "合格标志")
    wide = xlsx(
        ["李雷", LI_LEI_ID, "中级", 2025, 59.5, 61, 61, "合格"],
        ["韩梅梅", MEIMEI_ID, "中级", 2025, 59.5, 61, 61, "不合格"],
        headings=headings,
    )

    verdicts = [r.published_verdict for r in check_file(wide, "a.xlsx", cycle).accepted]

    assert verdicts == [Verdict.PASSED] * 3 + [None] * 3


# ---- refusals ----


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"姓名": ""}, ("姓名", "", "name_missing")),
        ({"姓名": "李雪"}, ("姓名", "李雪", "name_differs")),
        ({"证件号码": ""}, ("证件号码", "", "id_number_missing")),
        ({"证件号码": 110105194912310020}, ("证件号码", "1.10105E+17", "id_number_as_number")),
        ({"证件号码": "1.10105E+17"}, ("证件号码", "1.10105E+17", "id_number_as_number")),
        (
            {"证件号码": "110105194912310021"},
            ("证件号码", "110105********0021", "id_number_wrong"),
        ),
        ({"证件号码": MEIMEI_ID}, ("证件号码", "999999********0016", "person_unknown")),
        ({"级别": "特级"}, ("级别", "特级", "level_unknown")),
        ({"科目": "英语"}, ("科目", "英语", "subject_unknown")),
        ({"级别": "初级", "科目": "法规与政策"}, ("科目", "法规与政策", "subject_not_of_level")),
        ({"考试年度": 2024}, ("考试年度", "2024", "year_unlike")),
        ({"考试年度": ""}, ("考试年度", "", "year_unlike")),
        ({"成绩": 60.3}, ("成绩", "60.3", "score_not_half")),
        ({"成绩": 101}, ("成绩", "101", "score_out_of_range")),
        ({"成绩": -5}, ("成绩", "-5", "score_out_of_range")),
        ({"成绩": ""}, ("成绩", "", "score_missing")),
        ({"成绩": "缺"}, ("成绩", "缺", "status_unknown")),
        ({"成绩": "nan"}, ("成绩", "nan", "status_unknown")),
        ({"合格标志": "大概"}, ("合格标志", "大概", "verdict_unknown")),
    ],
)  # fmt: skip
def test_a_wrong_cell_is_refused_with_its_place(cycle, lilei, changed, expected):
    check = check_file(xlsx(row(科目="综合能力"), row(**changed)), "a.xlsx", cycle)

    assert only_refusal(check) == (3, *expected)
    assert (check.tally.new, check.tally.refused) == (1, 1)


def test_the_expected_name_is_shown_masked(cycle, lilei):
    (cell,) = check_file(xlsx(row(姓名="李雪")), "a.xlsx", cycle).refused

    assert cell.reason.facts == {"expected": "李＊"}


def test_the_remedy_for_an_odd_mark_names_its_neighbours(cycle, lilei):
    (cell,) = check_file(xlsx(row(成绩=60.3)), "a.xlsx", cycle).refused

    assert cell.reason.facts == {"below": "60", "above": "60.5"}


def test_separators_in_names_are_one(cycle):
    make_candidate("诺敏·其其格")

    check = check_file(xlsx(row(姓名="诺敏•其其格")), "a.xlsx", cycle)
    spaced = check_file(xlsx(row(姓名="诺敏 其其格")), "a.xlsx", cycle)

    assert check.refused == []
    assert only_refusal(spaced)[3] == "name_differs"


def test_an_id_typed_with_an_apostrophe_is_text(cycle, lilei):
    assert check_file(as_csv(row(证件号码=f"'{LI_LEI_ID}")), "a.csv", cycle).refused == []


def test_an_unknown_id_number_never_makes_a_person(cycle, lilei):
    before = db.session.scalar(sa.select(sa.func.count(Person.id)))

    imported(xlsx(row(姓名="新人", 证件号码=MEIMEI_ID)), cycle)

    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == before


def test_the_same_paper_with_another_mark_stops_both_rows(cycle, lilei):
    check = check_file(xlsx(row(成绩=66), row(成绩=69)), "a.xlsx", cycle)

    assert [(c.line, c.reason.code, c.reason.facts) for c in check.refused] == [
        (2, "row_twice", {"line": 3}),
        (3, "row_twice", {"line": 2}),
    ]
    assert (check.tally.new, check.tally.refused) == (0, 2)


def test_the_same_row_twice_counts_once(cycle, lilei):
    check = check_file(xlsx(row(), row()), "a.xlsx", cycle)

    assert (check.tally.new, check.tally.unchanged, len(check.accepted)) == (1, 1, 1)


def test_one_wrong_cell_stops_its_whole_row(cycle, lilei):
    wide = xlsx(["李雷", LI_LEI_ID, "中级", 2025, 61, 60.3, 70], headings=WIDE)

    check = check_file(wide, "a.xlsx", cycle)

    assert only_refusal(check) == (2, "实务", "60.3", "score_not_half")
    assert check.accepted == []


def test_a_formula_is_refused(cycle, lilei):
    check = check_file(xlsx(row(成绩="=30+30")), "a.xlsx", cycle)

    assert [cell.reason.code for cell in check.refused] == ["cell_computed"]


def test_a_missing_column_is_named(cycle):
    sheet = xlsx(row()[:5], headings=HEADINGS[:5])

    with pytest.raises(ColumnsMissing) as refused:
        check_file(sheet, "a.xlsx", cycle)

    assert refused.value.facts == {"columns": "成绩"}


def test_a_column_that_stands_twice_is_refused(cycle):
    with pytest.raises(ColumnTwice):
        check_file(xlsx([*row(), 61], headings=(*HEADINGS, "分数")), "a.xlsx", cycle)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [(b"", SheetEmpty), (xlsx(), SheetEmpty), (b"\x89PNG\r\n\x1a\n\0\0", NotASheet)],
)
def test_what_is_no_sheet_of_results_is_refused(cycle, content, refusal):
    with pytest.raises(refusal):
        check_file(content, "成绩.xlsx" if content else "a.csv", cycle)


def test_without_rules_nothing_can_be_judged(lilei):
    with pytest.raises(RulesMissing):
        check_file(xlsx(row()), "a.xlsx", make_cycle(2025))


# ---- the import ----


def test_passes_become_a_qualification(cycle, lilei):
    done = imported(xlsx(*PASS_ALL), cycle)

    held = db.session.scalars(sa.select(Qualification)).one()
    assert (held.person_id, held.level, held.exam_year) == (lilei.id, Level.SOCIAL_WORKER, 2025)
    assert (held.approved_on, held.basis, held.region) == (
        date(2025, 7, 25),
        PassBasis.NATIONAL,
        "",
    )
    assert held.evidence == f"成绩.xlsx #{done.id}"
    assert (done.state, done.rows_new, done.qualifications_new) == (ImportState.IMPORTED, 3, 1)


def test_the_date_of_approval_goes_before_that_of_the_scores(lilei):
    make_rules()
    cycle = make_cycle(2025, approved_on=date(2025, 8, 30))

    imported(xlsx(*PASS_ALL), cycle)

    assert db.session.scalars(sa.select(Qualification.approved_on)).one() == date(2025, 8, 30)


def test_papers_of_two_consecutive_years_earn_the_level(cycle, lilei):
    last_year = make_cycle(2024)
    imported(xlsx(row(科目="综合能力", 考试年度=2024)), last_year)
    assert db.session.scalars(sa.select(Qualification)).all() == []

    imported(xlsx(row(科目="实务"), row(科目="法规与政策")), cycle)

    assert db.session.scalars(sa.select(Qualification.exam_year)).one() == 2025


def test_a_regional_pass_names_its_region(cycle, lilei):
    rows = [row(级别="初级", 科目=s, 成绩=53, 报考地="库伦旗") for s in ("综合能力", "实务")]

    imported(xlsx(*rows), cycle)

    held = db.session.scalars(sa.select(Qualification)).one()
    assert (held.basis, held.region) == (PassBasis.REGIONAL, "库伦旗")
    line = db.session.get_one(PassLine, all_current()[0].pass_line_id)
    assert (line.region, line.line) == ("库伦旗", Decimal(53))


def test_a_senior_pass_makes_no_qualification(cycle, lilei):
    done = imported(xlsx(row(级别="高级", 成绩=80)), cycle)

    assert (done.persons_passing, done.qualifications_new) == (1, 0)
    assert all_current()[0].verdict is Verdict.PASSED


def test_the_same_file_again_changes_nothing(cycle, lilei):
    imported(xlsx(*PASS_ALL), cycle)
    before = [result.id for result in all_current()]

    again = imported(xlsx(*PASS_ALL), cycle)

    assert (again.rows_new, again.rows_unchanged, again.qualifications_new) == (0, 3, 0)
    assert [result.id for result in all_current()] == before


def test_an_import_made_already_is_returned_as_it_is(cycle, lilei):
    first = imported(xlsx(*PASS_ALL), cycle)

    second = record_results(SYSTEM, first)

    assert second is first
    assert (second.state, second.rows_new, len(all_current())) == (ImportState.IMPORTED, 3, 3)


def test_a_correction_supersedes_and_keeps_the_old_mark(cycle, lilei):
    imported(xlsx(row(成绩=57)), cycle)

    done = imported(xlsx(row(成绩=62)), cycle)

    (now,) = all_current()
    old = db.session.scalars(sa.select(Result).where(Result.superseded_by_id == now.id)).one()
    assert (now.score, old.score, done.rows_corrected) == (Decimal(62), Decimal(57), 1)
    assert (now.verdict, old.verdict) == (Verdict.PASSED, Verdict.NOT_PASSED)


def test_a_pass_cancelled_after_the_check_is_pointed_out_and_stays_on_record(
    cycle, lilei, chen, sign_in
):
    imported(xlsx(*PASS_ALL), cycle)

    done = imported(xlsx(row(成绩=60.5, 合格标志="不合格")), cycle)

    assert [q.person_id for q in unearned_by(done)] == [lilei.id]
    page = sign_in(chen).get(f"/exams/results/{done.id}").text
    assert "1 qualification is no longer earned by the results." in page


def test_each_result_and_the_import_are_journalled(cycle, lilei):
    imported(xlsx(*PASS_ALL), cycle)

    deeds = list(db.session.scalars(sa.select(JournalEntry.deed)))
    assert deeds.count("record_result") == 3
    assert {"upload_results", "record_results", "record_qualification"} <= set(deeds)


def test_a_line_published_later_judges_anew_and_keeps_both(cycle, lilei):
    rows = [row(科目=s, 成绩=59, 报考地="奈曼旗") for s in ("综合能力", "实务", "法规与政策")]
    imported(xlsx(*rows), cycle)
    late = LineData(
        year=2025, level=Level.SOCIAL_WORKER, line=Decimal(59), region="奈曼旗", citation="测试"
    )
    draw_line(SYSTEM, late)

    changed = judge_anew(SYSTEM, cycle)

    assert [(r.verdict, r.score) for r in changed] == [(Verdict.PASSED, Decimal(59))] * 3
    assert db.session.scalar(sa.select(sa.func.count(Result.id))) == 6
    assert db.session.scalars(sa.select(Qualification.region)).one() == "奈曼旗"
    assert judge_anew(SYSTEM, cycle) == []


@pytest.mark.parametrize("role", [Role.TRAINEE, Role.INSTRUCTOR, Role.STATION_MANAGER])
def test_who_may_not_import_is_refused(cycle, lilei, role):
    stranger = actor_of(make_person(role, full_name="路人"))

    with pytest.raises(NotAllowed):
        take_in(stranger, cycle, xlsx(row()), "a.xlsx")
    made = make_import(xlsx(row()), cycle)
    for deed in (record_results, check_results, finish_import):
        with pytest.raises(NotAllowed):
            deed(stranger, made)
    with pytest.raises(NotAllowed):
        record_chunk(stranger, made, [], start=0)
    with pytest.raises(NotAllowed):
        award_chunk(stranger, made, [], start=0)
    with pytest.raises(NotAllowed):
        judge_anew(stranger, cycle)
    assert all_current() == []


def test_the_kept_file_holds_no_id_number_in_the_clear(cycle, lilei):
    content = as_csv(row())

    made = make_import(content, cycle, "a.csv")

    for key in (made.file_sha256, made.check_sha256):
        assert LI_LEI_ID.encode() not in storage.files().get(key)
    assert files.content_of(made) == content


# ---- what others ask ----


def test_standing_says_what_counts_and_what_is_missing(cycle, lilei):
    make_result(lilei, cycle, subject=Subject.PRACTICE)
    make_result(lilei, make_cycle(2024), subject=Subject.COMPREHENSIVE)
    make_result(lilei, cycle, subject=Subject.LAW_AND_POLICY, score=Decimal(50))

    (now,) = standing(lilei.id, year=2026)

    assert [(p.subject, p.year, p.until_year) for p in now.valid] == [
        (Subject.PRACTICE, 2025, 2026)
    ]
    assert set(now.missing) == {Subject.COMPREHENSIVE, Subject.LAW_AND_POLICY}
    assert now.lapsed == (Subject.COMPREHENSIVE,)


def test_standing_of_a_holder_misses_nothing(cycle, lilei):
    imported(xlsx(*PASS_ALL), cycle)

    (now,) = standing(lilei.id, year=2026)

    assert now.held is not None
    assert now.missing == ()


def test_standing_of_a_senior_pass_is_a_statement(cycle, lilei):
    imported(xlsx(row(级别="高级", 成绩=80)), cycle)

    (now,) = standing(lilei.id, year=2026)

    assert (now.held, now.statement_year) == (None, 2025)


def test_results_of_a_person_are_current_and_latest_first(cycle, lilei):
    make_result(lilei, make_cycle(2024), subject=Subject.PRACTICE)
    imported(xlsx(row(成绩=57)), cycle)
    imported(xlsx(row(成绩=62)), cycle)

    assert [(r.cycle.year, r.score) for r in results_of(lilei.id)] == [
        (2025, Decimal(62)),
        (2024, Decimal(70)),
    ]


# ---- pages ----


def upload(client, content: bytes, cycle, name: str = "成绩.xlsx"):
    data = {"cycle_id": str(cycle.id), "file": (io.BytesIO(content), name)}
    kind = "multipart/form-data"
    db.session.rollback()  # the requests have sessions of their own
    return client.post("/exams/results/new", data=data, content_type=kind)


def checked_page(client, content: bytes, cycle, name: str = "成绩.xlsx"):
    """Upload a sheet, let the worker check it, and open its page."""
    url = upload(client, content, cycle, name).location
    worked(CHECK, the_import())
    db.session.rollback()
    return client.get(url)


def the_import() -> ResultImport:
    return db.session.scalars(sa.select(ResultImport)).one()


def test_the_page_shows_the_dry_run_then_imports(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    shown = checked_page(client, xlsx(*PASS_ALL, row(成绩=60.3)), cycle)
    assert "Import 3 rows" in shown.text
    assert "Marks are whole or half" in shown.text
    assert "enter 60 or 60.5" in shown.text
    assert all_current() == []

    url = shown.request.path
    db.session.rollback()
    assert client.post(f"{url}/import").location == url
    worked(RECORD, the_import())

    assert "3 rows are imported" in client.get(url).text
    assert len(all_current()) == 3


def test_a_page_never_shows_an_id_number(cycle, lilei, chen, sign_in):
    client = sign_in(chen)

    page = checked_page(client, xlsx(row(成绩=60.3), row(证件号码=MEIMEI_ID)), cycle)

    assert "999999********0016" in page.text
    assert LI_LEI_ID not in page.text
    assert MEIMEI_ID not in page.text


def test_refusals_speak_the_readers_language(cycle, lilei, chen, sign_in):
    client = sign_in(chen, language="zh")

    page = checked_page(client, xlsx(row(成绩=60.3)), cycle)

    assert "成绩只能是整分或半分" in page.text


def test_refused_rows_come_back_as_a_sheet_to_mend(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    sheet = xlsx(row(), row(成绩=60.3, 科目="综合能力"), row(证件号码=110105194912310020))
    url = checked_page(client, sheet, cycle).request.path

    answer = client.post(f"{url}/refused.xlsx")

    back = read(answer.data, "a.xlsx", known=KNOWN_HEADINGS)
    assert [r.text("证件号码") for r in back.rows] == [LI_LEI_ID, ""]
    assert [r.text("Row") for r in back.rows] == ["3", "4"]
    assert "Marks are whole or half" in back.rows[0].text("Problem")
    assert db.session.scalar(sa.select(JournalEntry).where(JournalEntry.deed == "hand_back_rows"))
    mended = [cells.cells | {"成绩": "60.5"} for cells in back.rows[:1]]
    again = xlsx(*(list(m.values()) for m in mended), headings=list(mended[0]))
    assert check_file(again, "a.xlsx", cycle).tally.new == 1


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0", "成绩.xlsx", "This is a picture"),
        (b"a,b\n", "a.csv", "no rows below its headings"),
        (b"a,b\n1,2\n", "a.csv", "lacks the column"),
        (b"", "", "Choose a file first"),
    ],
)
def test_a_wrong_file_is_refused_beside_its_field(cycle, chen, sign_in, content, name, words):
    answer = upload(sign_in(chen), content, cycle, name)

    assert answer.status_code == 422
    assert words in answer.text
    assert "/exams/results/template.xlsx" in answer.text
    assert db.session.scalars(sa.select(ResultImport)).all() == []


def test_fifty_megabytes_are_refused_with_a_page(cycle, chen, sign_in):
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    body = part + b"x" * 50 * 1024 * 1024 + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"

    answer = sign_in(chen).post("/exams/results/new", data=body, content_type=kind)

    assert answer.status_code == 413
    assert "at most 10 MB" in answer.text


def test_an_unknown_cycle_is_refused(cycle, chen, sign_in):
    data = {"cycle_id": "999999", "file": (io.BytesIO(xlsx(row())), "a.xlsx")}

    assert sign_in(chen).post("/exams/results/new", data=data).status_code == 422


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_can_be_filled_in_and_imported(cycle, lilei, chen, sign_in, language):
    client = sign_in(chen, language=language)

    content = client.get("/exams/results/template.xlsx").data

    with ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        strings = archive.read("xl/sharedStrings.xml").decode()
    headings = [t.split("</t>")[0] for t in strings.split("<t>")[1:]]
    layout = layout_of(headings)
    assert not layout.is_wide
    assert len(layout.fields) == len(HEADINGS)
    words = [f.split("</formula1>")[0].replace("&quot;", "") for f in sheet.split("<formula1>")[1:]]
    levels, years, subjects, verdicts = (w.strip('"').split(",") for w in words)
    assert years == ["2025"]
    filled = xlsx(
        ["李雷", LI_LEI_ID, levels[1], years[0], subjects[1], 66, verdicts[0], ""],
        ["李雷", LI_LEI_ID, levels[0], years[0], subjects[0], 66, verdicts[1], ""],
        headings=headings,
    )
    check = check_file(filled, "a.xlsx", cycle)
    assert check.refused == []
    assert [r.published_verdict for r in check.accepted] == [Verdict.PASSED, Verdict.NOT_PASSED]


def test_the_list_of_imports_says_how_to_begin(chen, sign_in):
    page = sign_in(chen).get("/exams/results")

    assert "No result sheet has been imported yet" in page.text


def test_the_list_of_imports(cycle, lilei, chen, sign_in):
    take_in(actor_of(chen), cycle, xlsx(row()), "成绩甲.xlsx")
    imported(xlsx(row()), cycle, "成绩乙.xlsx")

    page = sign_in(chen).get("/exams/results").text

    assert "成绩甲.xlsx" in page
    assert "成绩乙.xlsx" in page
    assert "陈老师" in page


def test_a_file_with_a_hostile_name_is_only_a_name(cycle, lilei, chen, sign_in):
    name = "../../<script>alert('x')</script>.xlsx"  # a browser escapes double quotes

    page = checked_page(sign_in(chen), xlsx(row()), cycle, name)

    assert page.status_code == 200
    assert "<script>alert" not in page.text


def test_without_an_exam_that_is_over_the_page_says_so(chen, sign_in):
    assert "There is no exam year to import for" in sign_in(chen).get("/exams/results/new").text


PAGES = ["/exams/results", "/exams/results/new", "/exams/results/template.xlsx"]


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_for_the_office_alone(path, sign_in):
    trainee = make_person(Role.TRAINEE)

    assert sign_in(trainee).get(path).status_code == 403
    assert sign_in(None).get(path).status_code == 302


def test_a_strangers_post_changes_nothing(cycle, lilei, sign_in):
    made = make_import(xlsx(row()), cycle)
    trainee = sign_in(make_person(Role.TRAINEE))

    assert trainee.get(f"/exams/results/{made.id}").status_code == 403
    assert trainee.get(f"/exams/results/{made.id}/progress").status_code == 403
    assert trainee.post(f"/exams/results/{made.id}/check").status_code == 403
    assert trainee.post(f"/exams/results/{made.id}/import").status_code == 403
    assert trainee.post(f"/exams/results/{made.id}/refused.xlsx").status_code == 403
    assert upload(trainee, xlsx(row()), cycle).status_code == 403
    assert all_current() == []


def test_the_number_of_queries_does_not_grow_with_the_rows(cycle, count_queries):
    people = [(f"学员{n}", make_id_number(n)) for n in range(1, 41)]
    for name, number in people:
        make_candidate(name, number)
    few = xlsx(*(row(姓名=name, 证件号码=number) for name, number in people[:2]))
    many = xlsx(*(row(姓名=name, 证件号码=number) for name, number in people))
    check_file(few, "a.xlsx", cycle)  # loads the cycle
    count_queries()
    check_file(few, "a.xlsx", cycle)
    for_few = count_queries()

    check_file(many, "a.xlsx", cycle)

    assert count_queries() == for_few
