"""The pages of the official results."""

import io
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.journal import JournalEntry
from college.core.roles import Role
from college.core.sheets import read
from college.exams.results.layout import HEADINGS as COLUMNS
from college.exams.results.layout import Layout
from college.exams.results.models import ResultImport, Verdict
from college.exams.results.operations import record_results
from college.exams.results.queries import CHECK, RECORD
from college.exams.results.uploading import take_in
from tests.conftest import actor_of
from tests.exams.sheets import MEIMEI_ID, PASS_ALL, all_current, checked, imported
from tests.factories import make_id_number, make_person
from tests.factories.exams import (
    HEADINGS,
    LI_LEI_ID,
    make_candidate,
    make_import,
    row,
    worked,
    xlsx,
)


# ---- pages ----
def upload(client, content: bytes, cycle, name: str = "成绩.xlsx"):
    day = "2025-07-25"
    data = {"cycle_id": str(cycle.id), "published_on": day, "file": (io.BytesIO(content), name)}
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

    back = read(answer.data, "a.xlsx", known=COLUMNS.known)
    assert [r.text("证件号码") for r in back.rows] == [LI_LEI_ID, ""]
    assert [r.text("Row") for r in back.rows] == ["3", "4"]
    assert "Marks are whole or half" in back.rows[0].text("Problem")
    assert db.session.scalar(sa.select(JournalEntry).where(JournalEntry.deed == "hand_back_rows"))
    mended = [cells.cells | {"成绩": "60.5"} for cells in back.rows[:1]]
    again = xlsx(*(list(m.values()) for m in mended), headings=list(mended[0]))
    assert checked(again, "a.xlsx", cycle).tally.new == 1


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"\x89PNG\r\n\x1a\n\0", "成绩.xlsx", "This is a picture"),
        (b"a,b\n", "a.csv", "no rows below its headings"),
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


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("2999-01-01", "A list of results is of a day that has come."),
        ("2025-05-24", "The exam ended on"),
        ("", "This field is required."),
    ],
)
def test_the_day_of_the_list_is_one_on_which_it_can_have_come(cycle, chen, sign_in, day, sentence):
    file = (io.BytesIO(xlsx(row())), "a.xlsx")
    data = {"cycle_id": str(cycle.id), "published_on": day, "file": file}
    db.session.rollback()

    answer = sign_in(chen).post("/exams/results/new", data=data)

    assert answer.status_code == 422
    assert sentence in answer.text
    assert db.session.scalars(sa.select(ResultImport)).all() == []


def test_an_unknown_cycle_is_refused(cycle, chen, sign_in):
    file = (io.BytesIO(xlsx(row())), "a.xlsx")
    data = {"cycle_id": "999999", "published_on": "2025-07-25", "file": file}

    assert sign_in(chen).post("/exams/results/new", data=data).status_code == 422


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_can_be_filled_in_and_imported(cycle, lilei, chen, sign_in, language):
    client = sign_in(chen, language=language)

    content = client.get("/exams/results/template.xlsx").data

    with ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        strings = archive.read("xl/sharedStrings.xml").decode()
    headings = [t.split("</t>")[0] for t in strings.split("<t>")[1:]]
    layout = Layout.of(COLUMNS.certain_here(headings))
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
    check = checked(filled, "a.xlsx", cycle)
    assert check.refused == []
    assert [r.published_verdict for r in check.accepted] == [Verdict.PASSED, Verdict.NOT_PASSED]


def test_a_column_is_chosen_and_remembered_for_the_next_sheet(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    headings = [{"姓名": "参考人", "成绩": "卷面"}.get(name, name) for name in HEADINGS]
    content = xlsx(row(), headings=headings)
    url = upload(client, content, cycle).location

    columns = client.get(url).location

    assert columns == f"{url}/columns"
    assert "参考人" in client.get(columns).text
    named = {"id_number": "证件号码", "level": "级别", "year": "考试年度", "subject": "科目"}
    refused = client.post(columns, data=named | {"name": "参考人"})
    assert refused.status_code == 422
    assert "no column for 成绩" in refused.text
    assert client.post(columns, data=named | {"name": "参考人", "score": "卷面"}).location == url
    made = worked(CHECK, the_import())
    assert made.rows_new == 1

    again = make_import(content, cycle)

    assert (again.columns["name"], again.columns["score"], again.rows_new) == ("参考人", "卷面", 1)


def test_of_two_columns_that_mean_the_same_somebody_chooses(cycle, lilei, chen, sign_in):
    client = sign_in(chen)
    content = xlsx([*row(成绩=40), 66], headings=(*HEADINGS, "分数"))
    url = upload(client, content, cycle).location
    named = {"name": "姓名", "id_number": "证件号码", "level": "级别", "year": "考试年度"}

    client.post(f"{url}/columns", data=named | {"subject": "科目", "score": "分数"})
    record_results(actor_of(chen), worked(CHECK, the_import()))
    db.session.commit()
    worked(RECORD, the_import())

    assert [result.score for result in all_current()] == [66]


def test_the_list_of_imports_says_how_to_begin(chen, sign_in):
    page = sign_in(chen).get("/exams/results")

    assert "No result sheet has been imported yet" in page.text


def test_the_list_of_imports(cycle, lilei, chen, sign_in):
    take_in(actor_of(chen), cycle, xlsx(row()), "成绩甲.xlsx", published_on=cycle.scores_on)
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
    checked(few, "a.xlsx", cycle)  # loads the cycle
    count_queries()
    checked(few, "a.xlsx", cycle)
    for_few = count_queries()

    checked(many, "a.xlsx", cycle)

    assert count_queries() == for_few
