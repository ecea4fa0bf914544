"""Spreadsheets in and out, and what must never reach a parser."""

import csv
import io
import random
from contextlib import suppress
from datetime import date
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from xlsxwriter import Workbook

from college.core.sheets import (
    Cell,
    NotASheet,
    OldWorkbook,
    Picture,
    SheetEmpty,
    SheetTooLarge,
    as_text,
    read,
    write_csv,
    write_xlsx,
)

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def book(*cells: tuple[int, int, object]) -> bytes:
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as made:
        sheet = made.add_worksheet()
        for row, column, value in cells:
            sheet.write(row, column, value)
    return out.getvalue()


def texts(content: bytes, filename: str, **options) -> list[dict[str, str]]:
    sheet = read(content, filename, **options)
    return [{heading: row.text(heading) for heading in sheet.headings} for row in sheet.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_is_read_in_the_encodings_that_offices_use(encoding):
    content = "姓名,成绩\n斯琴高娃·乌云,60.5\n𠮷野,−1\n".encode(encoding)

    assert texts(content, "a.csv") == [
        {"姓名": "斯琴高娃·乌云", "成绩": "60.5"},
        {"姓名": "𠮷野", "成绩": "−1"},
    ]


@pytest.mark.parametrize("separator", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_what_a_spreadsheet_saves_as_text_is_read_however_it_parts_cells(encoding, separator):
    lines = [["姓名", "所在单位", "备注"], ["斯琴高娃", "明仁街道社工站", "a.b"]]
    content = "\n".join(separator.join(line) for line in lines).encode(encoding)
    expected = dict(zip(*lines, strict=True))
    assert texts(content, "a.csv") == [expected]


def test_a_comma_parts_cells_where_others_stand_in_them():
    content = "姓名,备注\n斯琴高娃,a;b\n".encode()
    assert texts(content, "a.csv") == [{"姓名": "斯琴高娃", "备注": "a;b"}]


@pytest.mark.parametrize("content", [b"\xff\xfea\0b", b"\xff\xfe" + "姓\0名".encode("utf-16-le")])
def test_wide_text_that_is_damaged_is_no_sheet(content):
    with pytest.raises(NotASheet):
        read(content, "a.csv")


def test_cells_of_a_workbook_keep_their_types():
    content = book((0, 0, "a"), (0, 1, "b"), (0, 2, "c"), (1, 0, "007"), (1, 1, 60.5), (1, 2, 2025))

    (row,) = read(content, "a.xlsx").rows

    assert row.cells["a"] == "007"
    assert row.cells["b"] == 60.5
    assert row.text("c") == "2025"


def test_lines_count_as_the_spreadsheet_shows_them():
    content = book((1, 0, "a"), (2, 0, "x"), (5, 0, "y"))

    assert [row.line for row in read(content, "a.xlsx").rows] == [3, 6]


def test_cells_stand_where_they_stood_in_a_sheet_that_begins_further_down_and_in():
    out = io.BytesIO()
    with Workbook(out) as book:
        sheet = book.add_worksheet()
        sheet.write_row(2, 1, ["姓名", "成绩"])
        sheet.write_row(4, 1, ["李雷", 60.5])

    (row,) = read(out.getvalue(), "a.xlsx").rows

    assert (row.line, row.text("姓名"), row.text("成绩")) == (5, "李雷", "60.5")


def test_a_title_above_the_headings_is_passed_over():
    content = book((0, 0, "2025年度成绩单"), (1, 0, "通辽考区"), (1, 1, "共1人"),
                   (2, 0, "姓 名"), (2, 1, "成绩"), (3, 0, "李雷"), (3, 1, 60))  # fmt: skip

    sheet = read(content, "a.xlsx", known=frozenset({"姓名", "成绩"}))

    assert sheet.headings == ["姓 名", "成绩"]
    assert [row.line for row in sheet.rows] == [4]


def test_formulas_are_pointed_out():
    content = book((0, 0, "a"), (0, 1, "b"), (1, 0, "=1+1"), (1, 1, 2), (2, 0, 3), (2, 1, "=A3"))

    first, second = read(content, "a.xlsx").rows

    assert first.formulas == {"a"}
    assert second.formulas == {"b"}


def test_a_picture_by_another_name_is_called_a_picture():
    with pytest.raises(Picture):
        read(PNG, "成绩.xlsx")


def test_an_old_workbook_is_named_as_such():
    with pytest.raises(OldWorkbook):
        read(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls")


@pytest.mark.parametrize(
    ("content", "filename"),
    [
        (b"PK\x03\x04 no archive", "a.xlsx"),
        (b"<html><body>no sheet</body></html>", "a.html"),
        (b"\0\1\2\3", "a.csv"),
        (b"\xff\xfe\xff\xff,\xff", "a.csv"),
        (("x" * 200_000).encode(), "a.csv"),
    ],
)
def test_what_is_no_sheet_is_refused(content, filename):
    with pytest.raises(NotASheet):
        read(content, filename)


@pytest.mark.parametrize("content", [b"", b"a,b\n", b"a,b\n,\n , \n"])
def test_a_sheet_without_rows_is_refused(content):
    with pytest.raises(SheetEmpty):
        read(content, "a.csv")


def test_a_file_over_the_limit_is_refused_unread():
    with pytest.raises(SheetTooLarge):
        read(b"a" * (10 * 1024 * 1024 + 1), "a.csv")


def test_a_cell_in_the_farthest_corner_is_refused_before_parsing():
    far = book((0, 0, "a"), (1, 0, "x"), (1_048_575, 16_383, "far"))

    with pytest.raises(SheetTooLarge):
        read(far, "a.xlsx")


def test_a_zip_bomb_is_refused_before_parsing():
    out = io.BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)

    with pytest.raises(SheetTooLarge):
        read(out.getvalue(), "a.xlsx")


def test_entities_of_its_own_make_a_workbook_distrusted():
    laughs = '<!DOCTYPE x [<!ENTITY a "ha">]><worksheet><sheetData/></worksheet>'
    out = io.BytesIO()
    with ZipFile(io.BytesIO(book((0, 0, "a"), (1, 0, "b")))) as old, ZipFile(out, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, laughs if name.endswith("sheet1.xml") else content)

    with pytest.raises(NotASheet):
        read(out.getvalue(), "a.xlsx")


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_workbook_is_refused_or_read_but_never_breaks(seed):
    chance = random.Random(seed)
    content = bytearray(write_xlsx("a", ["姓名", "成绩"], [["李雷", 60.5], ["韩梅梅", -1]]))
    for _ in range(chance.randint(1, 30)):
        content[chance.randrange(4, len(content))] = chance.randrange(256)

    with suppress(NotASheet, SheetEmpty, SheetTooLarge):
        read(bytes(content), "a.xlsx")


def test_what_is_written_is_read_back():
    rows: list[list[Cell]] = [["李雷", 60.5, "=1+1"], ["斯琴高娃·乌云", -1, "-1"]]

    for content, name in [
        (write_xlsx("x", ["姓名", "成绩", "字"], rows), "a.xlsx"),
        (write_csv(["姓名", "成绩", "字"], rows), "a.csv"),
    ]:
        assert texts(content, name) == [
            {"姓名": "李雷", "成绩": "60.5", "字": "=1+1"},
            {"姓名": "斯琴高娃·乌云", "成绩": "-1", "字": "-1"},
        ]


def test_nothing_written_runs_as_a_formula():
    content = write_csv(["a"], [["=HYPERLINK(1)"], ["＝1"], ["@x"]])

    assert content.decode("utf-8-sig").splitlines()[1:] == ["'=HYPERLINK(1)", "'＝1", "'@x"]
    assert not read(write_xlsx("x", ["a"], [["=1+1"]]), "a.xlsx").rows[0].formulas


def test_columns_are_as_wide_as_what_stands_in_them():
    content = write_xlsx("x", ["单位", "人数"], [["库伦旗社会工作总站", 3], ["字" * 90, 12]])

    with ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    widths = [round(float(part.split('"')[0])) for part in sheet.split(' width="')[1:]]
    assert widths == [49, 10]  # the most that one gets, and the least


def test_a_template_types_its_columns_as_text_and_offers_words():
    content = write_xlsx("成绩", ["证件号码", "级别"], [], choices={1: ["初级", "中级"]})

    with ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    assert '"初级,中级"' in sheet.replace("&quot;", '"')
    assert 'formatCode="@"' in styles
    assert 'style="1"' in sheet.split("<sheetData")[0]


def test_text_of_cells():
    assert as_text(60.0) == "60"
    assert as_text(" x ") == "x"
    assert as_text("'-1") == "-1"
    assert as_text("'tis") == "'tis"
    assert as_text(date(2025, 1, 2)) == "2025-01-02"


# what a spreadsheet may take for a formula: signs, narrow and wide, also behind blanks and breaks
LIVE = [
    front + sign + rest
    for front in ("", " ", "\n", "\u3000")
    for sign, rest in (
        ("=", "1+1"),
        ("=", 'HYPERLINK("http://x","y")'),
        ("=", "cmd|' /C calc'!A0"),
        ("+", "1+1"),
        ("-", "2+3"),
        ("@", "SUM(1,1)"),
        ("\t", "=1+1"),
        ("\r", "=1+1"),
        ("＝", "1+1"),
        ("＠", "SUM(1)"),
    )
]


@pytest.mark.parametrize("text", LIVE)
def test_what_could_run_is_written_as_text_and_read_back_as_it_was(text):
    """In a heading as in a cell; the apostrophe is ours and goes when the sheet comes back."""
    table = write_csv([text, "b"], [["x", text]]).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(table, newline="")) for cell in row]
    assert cells == [f"'{text}", "b", "x", f"'{text.strip()}"]
    with ZipFile(io.BytesIO(write_xlsx("x", [text, "b"], [["x", text]]))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count('t="s"') == 4
    assert "<f>" not in sheet
    back = read(write_csv(["a", "b"], [["x", text]]), "a.csv").rows[0].cells["b"]
    assert as_text(back) == text.strip()
