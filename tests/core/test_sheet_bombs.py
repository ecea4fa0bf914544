"""Files made to take the college down: each is refused in words, within bounds."""

import io
import time
from collections.abc import Mapping
from random import Random
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import pytest
from xlsxwriter import Workbook

from college.core import sheets
from college.core.helper import Bounds, Helper
from college.core.roles import Role
from college.core.sheets import NotASheet, SheetTooLarge, Unreadable, read
from tests.factories import make_person
from tests.factories.exams import make_cycle, make_rules

SHEET, STRINGS = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
SPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
HEAD = "<?xml version='1.0'?>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = {
    "billion laughs": f'<!DOCTYPE x [<!ENTITY l0 "ha">{LAUGHS}]>',
    "quadratic": f'<!DOCTYPE x [<!ENTITY l9 "{"a" * 50_000}">]>',
    "external file": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "file:///etc/passwd">]>',
    "external address": '<!DOCTYPE x [<!ENTITY l9 SYSTEM "http://127.0.0.1:9/x">]>',
    "parameter": '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
}


def plain() -> dict[str, bytes]:
    """The entries of an honest workbook of one heading and one row."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["姓名", "李雷"])
    with ZipFile(out) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(entries: Mapping[str, bytes | str], how: int = ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w", how) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def with_cells(cells: str) -> bytes:
    sheet = f"{HEAD}<worksheet {SPACE}><sheetData>{cells}</sheetData></worksheet>"
    return packed(plain() | {SHEET: sheet.encode()})


def refused(content: bytes, error: type[Exception], name: str = "a.xlsx") -> None:
    begun = time.monotonic()
    with pytest.raises(error):
        read(content, name)
    assert time.monotonic() - begun < sheets.BOUNDS.wall_seconds


def test_the_honest_workbook_is_read():
    """Without this every refusal below could be one of the way the test packs it."""
    assert [row.text("姓名") for row in read(packed(plain()), "a.xlsx").rows] == ["李雷"]


# ---- the archive ----


def test_more_entries_than_a_workbook_has():
    refused(packed(plain() | {f"x{n}": b"" for n in range(2_001)}, ZIP_STORED), SheetTooLarge)


def test_more_than_fifty_megabytes_unpacked():
    noise = Random(1).randbytes(1_200_000)  # a ratio of 50, which the other limit lets through
    refused(packed(plain() | {"x": noise + b" " * 60_000_000}), SheetTooLarge)
    assert read(packed(plain() | {"x": noise + b" " * 40_000_000}), "a.xlsx").rows


def test_a_ratio_that_no_sheet_has():
    refused(packed(plain() | {"x": b" " * 40_000_000}), SheetTooLarge)


@pytest.mark.parametrize(
    "name", ["../x.xml", "xl/../../x.xml", "/etc/x.xml", "..\\x.xml", "\\x.xml", "C:\\x.xml"]
)
def test_a_name_that_leads_out_of_the_archive(name):
    refused(packed(plain() | {name: b"x"}), NotASheet)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_entries_of_one_name():
    """One reader would take the first and the other the second."""
    out = io.BytesIO(packed(plain()))
    with ZipFile(out, "a") as archive:
        archive.writestr(SHEET, b"<worksheet/>")
    refused(out.getvalue(), NotASheet)


def test_an_entry_larger_than_the_list_says():
    content = packed(plain() | {"x": b" " * 4_000_000})
    true, lie = (4_000_000).to_bytes(4, "little"), (40).to_bytes(4, "little")
    assert content.count(true) == 2
    refused(content.replace(true, lie), NotASheet)


def test_an_archive_inside_an_archive_is_never_opened():
    inner = packed({"x": b" " * 30_000_000})

    assert read(packed(plain() | {"inner.zip": inner}), "a.xlsx").headings == ["姓名"]


@pytest.mark.parametrize("missing", ["xl/workbook.xml", SHEET])
def test_an_archive_that_is_no_workbook(missing):
    refused(packed({n: c for n, c in plain().items() if n != missing}), NotASheet)


def test_a_workbook_of_another_kind_by_this_name():
    """An .ods can repeat one cell a billion times; its parser would believe it."""
    table = '<table:table-cell table:number-columns-repeated="1000000000"/>'
    ods = {"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": table}
    refused(packed(ods), NotASheet)


def test_a_sheet_elsewhere_than_where_it_is_measured():
    entries = plain()
    entries["xl/elsewhere.xml"] = entries.pop(SHEET)
    relations = "xl/_rels/workbook.xml.rels"
    entries[relations] = entries[relations].replace(b"worksheets/sheet1.xml", b"elsewhere.xml")
    refused(packed(entries), NotASheet)


# ---- the XML ----


@pytest.mark.parametrize("part", [SHEET, STRINGS, "xl/workbook.xml", "xl/styles.xml"])
@pytest.mark.parametrize("kind", ENTITIES)
def test_entities(kind, part):
    entries = plain()
    head, _, rest = entries[part].decode().partition("?>")
    if part == STRINGS:
        rest = rest.replace("李雷", "&l9;" * 1000)
    refused(packed(entries | {part: f"{head}?>{ENTITIES[kind]}{rest}".encode()}), NotASheet)


def test_tags_within_tags_without_end():
    refused(with_cells("<c>" * 300_000 + "".join(map(str, range(200_000)))), NotASheet)


# ---- what a parser makes of it ----


@pytest.mark.parametrize("corner", ["XFD1048576", "A1048576", "XFD2", "IV100000"])
def test_a_cell_far_out_asks_for_the_whole_rectangle(corner):
    far = f'<row><c r="A1"><v>1</v></c></row><row><c r="{corner}"><v>1</v></c></row>'
    refused(with_cells(far), SheetTooLarge)


def test_one_long_text_in_a_hundred_thousand_cells():
    entries = plain()
    noise = "".join(chr(0x4E00 + n * 7919 % 20_000) for n in range(30_000))
    strings = f"{HEAD}<sst {SPACE}><si><t>{noise}</t></si></sst>".encode()
    cells = "".join(f'<row r="{n}"><c t="s"><v>0</v></c></row>' for n in range(1, 90_000))
    sheet = f"{HEAD}<worksheet {SPACE}><sheetData>{cells}</sheetData></worksheet>".encode()
    refused(packed(entries | {STRINGS: strings, SHEET: sheet}), SheetTooLarge)


@pytest.mark.parametrize(
    "content",
    [b"a\n" + b"," * 300, b"a\n" * 100_100, b"a," * 99 + b"\n" + (b"," * 99 + b"\n") * 20_100],
    ids=["wide", "long", "both"],
)
def test_a_csv_of_more_cells_than_a_sheet_has(content):
    refused(content, SheetTooLarge, "a.csv")


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"a,b\n1,2\n", "a.xlsx"), (packed(plain()), "a.csv"), (b"MZ\x90\0\3\0", "a.csv")],
    ids=["text as .xlsx", "workbook as .csv", "program as .csv"],
)
def test_what_its_name_does_not_say(content, name):
    refused(content, NotASheet, name)


# ---- the helper's own end ----


@pytest.mark.parametrize(
    ("door", "bounds", "error"),
    [
        ("college.core.sheet_reading:read", Bounds(36 << 20, 20, 20, 1), SheetTooLarge),
        ("tests.core.deeds:eat_all", Bounds(512 << 20, 20, 20, 1), SheetTooLarge),
        ("tests.core.deeds:hang", Bounds(512 << 20, 1, 20, 1), SheetTooLarge),
        ("tests.core.deeds:die", Bounds(512 << 20, 20, 20, 1), Unreadable),
    ],
    ids=["little memory", "memory", "time", "crash"],
)
def test_a_reader_that_ends_has_its_sentence_and_the_next_is_read(monkeypatch, door, bounds, error):
    rows = "".join(f"<row><c><v>{n}</v></c></row>" for n in range(90_000))
    short = Helper(door, bounds, knows=(NotASheet, SheetTooLarge))
    with monkeypatch.context() as other:
        other.setattr(sheets, "reader", short)
        refused(with_cells(rows), error)
    short.close()

    assert read(packed(plain()), "a.xlsx").headings == ["姓名"]


def test_a_helper_that_nobody_asks_is_let_go():
    helper = Helper("tests.core.deeds:act", Bounds(512 << 20, 1, 8, 5, idle_seconds=0.2))
    helper.ask("echo")
    deadline = time.monotonic() + 5
    while helper.process is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert helper.process is None
    assert helper.ask("echo", 1) == (1,)
    helper.close()


def test_the_page_says_so_in_words(sign_in):
    make_rules()
    cycle = make_cycle(2025)
    admin = sign_in(make_person(Role.ADMIN))

    def answer(content: bytes, name: str) -> tuple[int, str]:
        sent = {"cycle_id": cycle.id, "published_on": "2025-07-25"}
        sent |= {"file": (io.BytesIO(content), name)}
        page = admin.post("/exams/results/new", data=sent)
        return page.status_code, page.text

    status, text = answer(packed(plain() | {"x": b" " * 60_000_000}), "a.xlsx")
    assert status == 422
    assert "This file is too large to read." in text
    status, text = answer(b"a,b\n1,2\n", "a.xlsx")
    assert status == 422
    assert "This is no spreadsheet." in text
