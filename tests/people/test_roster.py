"""A station's sheet comes in: every row has its fate, and the same sheet twice changes nothing."""

import io
import re
from datetime import date
from zipfile import ZipFile

import pytest
import sqlalchemy as sa

from college.core.db import db
from college.core.errors import NotAllowed
from college.core.roles import SYSTEM, Role
from college.core.sheets import SheetEmpty, read
from college.people.employment.models import Capacity, Employment
from college.people.employment.operations import Hiring, hire, leave
from college.people.persons.models import Person
from college.people.roster import files
from college.people.roster.layout import HEADINGS as KNOWN
from college.people.roster.layout import Field
from college.people.roster.models import RosterImport
from college.people.roster.operations import import_roster
from college.people.roster.queries import CHECK, RECORD
from college.people.roster.uploading import take_in
from college.people.units.operations import close_unit
from tests.conftest import account_of, actor_of
from tests.factories import make_id_number, make_person, make_unit
from tests.people.rosters import (
    HEADINGS,
    STATION,
    checked,
    imported,
    line,
    posts,
    sheet,
    tally,
    work_off,
)


@pytest.fixture
def station():
    return make_unit(name=STATION)


def reasons(made) -> list[tuple[int, str, str]]:
    _, refused = files.shown_in(made.check_sha256)
    return [(cell.line, cell.column, cell.reason.code) for cell in refused]


def test_new_people_come_in_with_their_posts(station):
    made = imported(sheet(line(1), line(2, 姓名="乌云", 手机号="13800000002")))
    assert tally(made) == (2, 0, 0, 0)
    assert posts() == [
        ("苏日娜", Capacity.STATION_WORKER, date(2024, 3, 1), None),
        ("乌云", Capacity.STATION_WORKER, date(2024, 3, 1), None),
    ]


def test_the_same_sheet_twice_changes_nothing(station):
    content = sheet(line(1), line(2, 姓名="乌云", 手机号="", 离岗日期="2025-01-31"))
    imported(content)
    before = posts()
    made = imported(content)
    assert tally(made) == (0, 0, 2, 0)
    assert posts() == before
    assert db.session.scalar(sa.select(sa.func.count(Employment.id))) == 2


def test_a_dry_run_writes_nothing_of_it(station):
    made = checked(sheet(line()))
    assert tally(made) == (1, 0, 0, 0)
    assert posts() == []


def test_a_new_phone_and_a_new_station_are_changes_told_with_old_and_new(station):
    imported(sheet(line()))
    make_unit(name="永清街道社工站")
    changed = line(手机号="13911112222", 单位="永清街道社工站", 到岗日期="2025-09-01")
    made = checked(sheet(changed))
    lines, _ = files.shown_in(made.check_sha256)
    assert [(c.field, c.old, c.new) for c in lines[0].changes] == [
        (Field.UNIT, STATION, "永清街道社工站"),
        (Field.PHONE, "138****0001", "139****2222"),
    ]
    imported(sheet(changed))
    assert [(p[2], p[3]) for p in posts()] == [
        (date(2024, 3, 1), date(2025, 8, 31)),
        (date(2025, 9, 1), None),
    ]


def test_who_stands_at_two_units_in_one_sheet_holds_two_posts(station):
    make_unit(name="永清街道社工站")
    made = imported(sheet(line(), line(单位="永清街道社工站")))
    assert tally(made) == (2, 0, 0, 0)
    assert db.session.scalar(sa.select(sa.func.count(Person.id))) == 1
    assert len(posts()) == 2


def test_a_last_day_ends_the_post_and_a_first_day_corrects_it(station):
    imported(sheet(line()))
    imported(sheet(line(到岗日期="2024-02-15")))
    imported(sheet(line(到岗日期="", 离岗日期="2025-06-30")))
    assert posts() == [
        ("苏日娜", Capacity.STATION_WORKER, date(2024, 2, 15), date(2025, 6, 30)),
    ]


def test_what_the_row_does_not_say_is_said_for_the_whole_sheet(station):
    content = sheet(["苏日娜", make_id_number(1)], headings=HEADINGS[:2])
    made = imported(content, unit=station, capacity=Capacity.CADRE, since_on=date(2023, 5, 1))
    assert tally(made) == (1, 0, 0, 0)
    assert posts() == [("苏日娜", Capacity.CADRE, date(2023, 5, 1), None)]


@pytest.mark.parametrize(
    ("over", "column", "code"),
    [
        ({"姓名": ""}, "姓名", "name_missing"),
        ({"证件号码": ""}, "证件号码", "id_number_missing"),
        ({"证件号码": "1.50502E+17"}, "证件号码", "id_number_as_number"),
        ({"证件号码": "999999199001010017"}, "证件号码", "id_number_wrong"),
        ({"手机号": "1380000"}, "手机号", "phone_wrong"),
        ({"单位": "明仁社工站"}, "单位", "unit_unknown"),
        ({"单位": ""}, "单位", "unit_missing"),
        ({"人员类别": "大师"}, "人员类别", "capacity_unknown"),
        ({"人员类别": ""}, "人员类别", "capacity_missing"),
        ({"到岗日期": "2024-02-30"}, "到岗日期", "date_wrong"),
        ({"到岗日期": "去年"}, "到岗日期", "date_wrong"),
        ({"到岗日期": "2204-03-01"}, "到岗日期", "date_to_come"),
        ({"离岗日期": "2024-02-01"}, "离岗日期", "ends_before"),
        ({"离岗日期": "2204-03-01"}, "离岗日期", "ends_too_late"),
        ({"到岗日期": "0204-03-01"}, "到岗日期", "before_birth"),
        ({"到岗日期": "1924-03-01"}, "到岗日期", "before_birth"),
        ({"姓名": "名" * 101}, "姓名", "name_too_long"),
        ({"证件号码": "810000199001010019"}, "证件号码", "id_number_of_permit"),
    ],
)
def test_each_bad_cell_is_named_and_costs_no_other_row(station, over, column, code):
    made = imported(sheet(line(1, **over), line(2, 姓名="乌云")))
    assert reasons(made) == [(2, column, code)]
    assert tally(made) == (1, 0, 0, 1)


def test_all_that_is_wrong_in_a_row_is_named_at_once(station):
    wrong = {
        "证件号码": "1",
        "手机号": "1",
        "单位": "没有的站",
        "人员类别": "大师",
        "到岗日期": "去年",
    }
    made = checked(sheet(line(1, **wrong), line(2, **wrong | {"单位": ""})))
    found = reasons(made)
    assert {column for at, column, _ in found if at == 2} == set(wrong)
    assert [code for at, column, code in found if (at, column) == (3, "单位")] == ["unit_missing"]
    assert tally(made) == (0, 0, 0, 2)


def test_cells_are_read_as_people_write_them(station):
    number = make_id_number(1)
    wide = number.translate({ord(str(n)): 0xFF10 + n for n in range(10)})
    odd = line(
        姓名="  阿・丽亚 ", 证件号码=f"'{wide}", 手机号="+86 138-0000-0001", 到岗日期="2024年3月1日"
    )
    assert tally(imported(sheet(odd))) == (1, 0, 0, 0)
    [(name, _, since, _)] = posts()
    assert (name, since) == ("阿·丽亚", date(2024, 3, 1))
    assert tally(imported(sheet(line(姓名="阿·丽亚")))) == (0, 0, 1, 0)


@pytest.mark.parametrize("written", ["2024/3/1", "2024.03.01", "20240301", "45352", "2024-03"])
def test_a_date_may_be_written_in_many_ways(station, written):
    imported(sheet(line(到岗日期=written)))
    assert posts()[0][2] == date(2024, 3, 1)


def test_another_name_for_a_known_number_is_refused(station):
    imported(sheet(line()))
    made = checked(sheet(line(姓名="乌兰")))
    assert reasons(made) == [(2, "姓名", "name_differs")]


def test_two_rows_that_contradict_each_other_are_both_refused(station):
    made = checked(sheet(line(), line(手机号="13900000009"), line(3, 姓名="乌云")))
    assert reasons(made) == [(2, "证件号码", "person_twice"), (3, "证件号码", "person_twice")]
    assert tally(made) == (1, 0, 0, 2)


def test_a_row_written_twice_counts_once(station):
    assert tally(imported(sheet(line(), line()))) == (1, 0, 1, 0)
    assert len(posts()) == 1


def test_a_name_of_two_units_needs_the_one_above(station):
    other = make_unit(name="开鲁县")
    make_unit(other, name=STATION)
    made = checked(sheet(line()))
    assert reasons(made) == [(2, "单位", "unit_ambiguous")]
    assert tally(checked(sheet(line(单位=f"开鲁县/{STATION}")))) == (1, 0, 0, 0)


def test_no_post_lasts_beyond_its_unit(station):
    close_unit(SYSTEM, station, on=date(2025, 1, 1))
    made = checked(sheet(line(), line(2, 姓名="乌云", 手机号="", 离岗日期="2024-12-31")))
    assert reasons(made) == [(2, "单位", "unit_shut")]
    assert tally(made) == (1, 0, 0, 1)


def test_a_post_that_ended_is_not_begun_again_in_its_own_time(station):
    person = make_person(None, full_name="苏日娜", id_number=make_id_number(1))
    hiring = Hiring(
        person=person,
        unit=station,
        capacity=Capacity.STATION_WORKER,
        from_on=date(2024, 1, 1),
    )
    leave(SYSTEM, hire(SYSTEM, hiring), last_day=date(2024, 6, 30))
    db.session.commit()
    assert reasons(checked(sheet(line()))) == [(2, "到岗日期", "post_ended")]
    assert tally(checked(sheet(line(到岗日期="2024-07-01")))) == (0, 1, 0, 0)


def test_what_changed_between_look_and_import_is_asked_again(station):
    made = checked(sheet(line()))
    make_person(None, full_name="别人", id_number=make_id_number(1))
    import_roster(SYSTEM, made)
    work_off(RECORD, made.id)
    assert tally(made) == (0, 0, 0, 1)
    assert made.late[0][3] == "name_differs"


def test_headings_are_known_in_both_languages_and_a_choice_goes_first():
    english = ["Full name", "ID no.", "Phone", "Unit", "Works as", "Since"]
    assert set(KNOWN.recognised(english)) == {
        Field.NAME, Field.ID_NUMBER, Field.PHONE, Field.UNIT, Field.CAPACITY, Field.SINCE,
    }  # fmt: skip
    odd = KNOWN.recognised(["大名", "身份证号", "备注"], {"大名": "name", "备注": ""})
    assert odd == {Field.NAME: "大名", Field.ID_NUMBER: "身份证号"}


def test_only_who_may_import_does(station):
    for role in set(Role) - {Role.ADMIN, Role.SYSTEM, Role.ANYONE}:
        with pytest.raises(NotAllowed):
            take_in(actor_of(make_person(role)), sheet(line()), "名册.csv")


def test_gb18030_and_a_title_above_the_headings_are_read(station):
    text = "2024年社工站人员花名册,,,,,,\r\n" + ",".join(HEADINGS) + "\r\n"
    text += ",".join(line()) + "\r\n"
    assert tally(imported(text.encode("gb18030"))) == (1, 0, 0, 0)


# --- the pages and the command -------------------------------------------------------------------


@pytest.fixture
def chen():
    return make_person(Role.ADMIN, full_name="陈老师")


def upload(client, content: bytes, name: str = "名册.csv", **fields):
    data = {"file": (io.BytesIO(content), name), **fields}
    return client.post("/admin/people/import/new", data=data)


def test_the_way_of_the_pages(sign_in, chen, station):
    client = sign_in(chen, language="zh")
    answer = upload(client, sheet(line(), line(2, 姓名="", 手机号="")))
    where = answer.headers["Location"]
    made = db.session.scalars(sa.select(RosterImport)).one()
    assert "正在检查这张表" in client.get(where).text
    work_off(CHECK, made.id)
    page = client.get(where).text
    for words in ("新增人员", "苏日娜", "缺少姓名", "导入 1 行"):
        assert words in page
    assert make_id_number(1) not in page
    assert client.post(f"{where}/import").status_code == 302
    work_off(RECORD, made.id)
    assert "已导入 1 行" in client.get(where).text
    mended = client.post(f"{where}/refused.xlsx")
    assert mended.headers["Content-Type"].startswith("application/vnd.openxmlformats")


def test_a_column_nobody_knows_is_chosen_and_remembered(sign_in, chen, station):
    client = sign_in(chen)
    odd = ["大名", *HEADINGS[1:]]
    where = upload(client, sheet(line(), headings=odd)).headers["Location"]
    answer = client.get(where)
    assert answer.headers["Location"] == f"{where}/columns"
    page = client.get(f"{where}/columns").text
    assert "大名" in page
    taken = dict(zip(("id_number", "phone", "unit", "capacity", "since"), odd[1:], strict=False))
    missing = client.post(f"{where}/columns", data=taken)
    assert missing.status_code == 422
    assert "姓名" in missing.text
    assert client.post(f"{where}/columns", data=taken | {"name": "大名"}).status_code == 302
    first = db.session.scalars(sa.select(RosterImport)).one()
    work_off(CHECK, first.id)
    assert tally(first) == (1, 0, 0, 0)
    assert tally(checked(sheet(line(), headings=odd))) == (1, 0, 0, 0)


def test_of_two_columns_that_mean_the_same_somebody_chooses(sign_in, chen, station):
    """The first had counted without a word: who works under another name stood in the second."""
    client = sign_in(chen, language="zh")
    content = sheet([*line(), "乌日娜"], headings=[*HEADINGS, "员工姓名"])
    where = upload(client, content).headers["Location"]
    assert client.get(where).headers["Location"] == f"{where}/columns"
    page = client.get(f"{where}/columns").text
    assert "有多列可能是这一项：姓名；员工姓名" in page
    names = ("name", "id_number", "phone", "unit", "capacity", "since")
    taken = dict(zip(names, HEADINGS, strict=False)) | {"name": "员工姓名"}
    assert client.post(f"{where}/columns", data=taken).status_code == 302
    made = db.session.scalars(sa.select(RosterImport)).one()
    work_off(CHECK, made.id)
    work_off(RECORD, import_roster(actor_of(chen), made).id)
    assert db.session.scalar(sa.select(Person.id).where(Person.full_name == "乌日娜"))


def test_the_template_is_read_again(sign_in, chen):
    client = sign_in(chen, language="zh")
    book = client.get("/admin/people/import/template.xlsx").data
    with pytest.raises(SheetEmpty):
        read(book, "模板.xlsx")


@pytest.mark.parametrize("name", ["名册.pdf", "名册.xlsx"])
def test_what_is_no_sheet_is_refused_with_a_sentence(sign_in, chen, name):
    answer = upload(sign_in(chen), b"%PDF-1.7", name)
    assert answer.status_code == 422
    assert "spreadsheet" in answer.text or "picture" in answer.text


def test_the_list_needs_as_many_queries_for_many(sign_in, chen, station, count_queries):
    client = sign_in(chen)
    checked(sheet(line()))
    count_queries()
    client.get("/admin/people/import")
    few = count_queries()
    for _ in range(4):
        checked(sheet(line()))
    count_queries()
    client.get("/admin/people/import")
    assert count_queries() == few


def test_the_command_goes_the_same_way(app, chen, station, tmp_path):
    account_of(chen)
    file = tmp_path / "名册.csv"
    file.write_bytes(sheet(line(), line(2, 姓名="")))
    words = ["people", "import", str(file), "--as", f"p{chen.id}", "--language", "en"]
    dry = app.test_cli_runner().invoke(args=[*words, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert posts() == []
    done = app.test_cli_runner().invoke(args=words)
    assert "new: 1 rows" in done.output
    assert "refused: 1 rows" in done.output
    assert len(posts()) == 1


# --- formulas ------------------------------------------------------------------------------------


def test_what_a_spreadsheet_could_run_goes_home_as_text(sign_in, chen, station):
    live = ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", '=HYPERLINK("http://x","y")', "＝1+1"]
    rows = [line(n + 1, 姓名=text, 证件号码="1") for n, text in enumerate(live)]
    client = sign_in(chen)
    where = upload(client, sheet(*rows)).headers["Location"]
    work_off(CHECK, db.session.scalars(sa.select(RosterImport.id)).one())
    home = client.post(f"{where}/refused.xlsx").data
    with ZipFile(io.BytesIO(home)) as book:
        assert "<f>" not in book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert not re.search(r"<t[^>]*>\s*[=+@＝-]", texts)
