"""Every file that the college gives away, found by asking each route of the map."""

import csv
import io
import re
from dataclasses import dataclass
from urllib.parse import unquote
from zipfile import ZipFile

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from college.core import storage
from college.core.db import db
from college.core.roles import Role
from college.people.persons.models import Person
from college.web.downloads import STILL, TYPES, download
from tests.core.test_sheets import LIVE
from tests.factories import hired, make_person, make_unit, qualified
from tests.factories.courses import make_enrolment, make_run
from tests.factories.exams import make_cohort, make_cycle, make_import, make_rules, row, xlsx
from tests.factories.lists import entry, listed, make_list
from tests.web.test_doors import LETTERS, ROLES, written
from tests.web.world import Rows, World, at, own_cast, reader_of, routes

PAGES = {"text/html", "text/plain", "application/json"}
LOOK = {"/favicon.ico", "/static/<path:filename>"}
PUBLIC = {"/courses/runs/<int:run_id>/timetable.ics"}  # says what the public page says
LATER = {"/reports/years/report.pdf"}  # once it is printed: tests/reports/test_year_reports.py
# as it was scanned: a picture or a PDF, which the row alone knows
SCANS = {"/admin/consents/scan/<int:consent_id>", "/me/consents/<int:consent_id>/scan"}
KEY = "0" * 64
SHOWN = {
    "/certs/batches/<int:batch_id>/sample.<ending>",
    "/people/persons/<int:person_id>/photo.jpg",
    "/reports/charts/<key>.svg",
}
NAME = re.compile(r"attachment; filename=download\.(\w+); filename\*=UTF-8''([\w.%~-]+)")


@dataclass
class File:
    """One file as it came: by which route, at which address, with which answer."""

    rule: str
    path: str
    answer: TestResponse

    @property
    def ending(self) -> str:
        name = (
            self.answer.headers.get("Content-Disposition", "") if self.rule in SCANS else self.path
        )
        return name.rsplit(".")[-1]


@pytest.fixture
def files(app, sign_in) -> list[File]:
    """What every route answers that is no page, asked by one for whom it is open."""
    world, open_to = World(), written()
    charts = storage.cache() / "charts"
    charts.mkdir(parents=True, exist_ok=True)
    (charts / f"{KEY}.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    readers: dict[Role, tuple[FlaskClient, Rows]] = {}
    for role in ROLES:
        reader = reader_of(role, world.here)
        readers[role] = sign_in(reader), world.rows_of(own_cast(reader, role, world.here))
    checked = make_import(xlsx(row(成绩=60.3, 考试年度=world.cycle.year)), world.cycle)
    found = []
    for method, rule in routes(app):
        letters = open_to[method, rule]
        client, rows = readers[next((r for r in ROLES if LETTERS[r] in letters), ROLES[0])]
        if rule.startswith("/exams/results/<"):
            rows = rows | {"import_id": checked.id}
        if method == "GET" or re.search(r"\.\w+$", rule):
            for path in addresses(rule, rows):
                answer = client.open(path, method=method)
                if answer.mimetype not in PAGES or "Content-Disposition" in answer.headers:
                    found.append(File(rule, path, answer))
    return found


def addresses(rule: str, rows: Rows) -> list[str]:
    if "<any(csv,xlsx)" in rule:
        return [at(rule, rows), at(rule, rows).replace(".csv", ".xlsx")]
    if rule.endswith("<ending>"):
        return [at(rule.replace("<ending>", ending), rows) for ending in ("pdf", "png")]
    return [at(rule, rows)]


def test_every_route_that_names_a_file_gives_one(app, files):
    named = {rule for _, rule in routes(app) if re.search(r"\.(\w+|<[^/]+>)$", rule)} - LOOK - LATER
    given = {file.rule for file in files if file.answer.status_code == 200} - LOOK
    assert given == named | SCANS
    assert len(named) >= 9


def test_every_file_has_its_type_and_is_kept_nowhere_else(files):
    for file in files:
        held = file.answer.headers
        assert held["X-Content-Type-Options"] == "nosniff", file.rule
        if file.rule not in LOOK:
            assert held["Content-Type"] == TYPES[file.ending], file.rule
            kept = held["Cache-Control"]
            assert "private" in kept, file.rule
            assert "no-store" in kept or file.rule.endswith(".svg"), file.rule


def test_every_file_is_an_attachment_but_the_pictures_of_our_own_making(files):
    shown = set()
    for file in files:
        held = file.answer.headers
        if file.rule in LOOK:
            continue
        if "Content-Disposition" not in held:
            assert held["Content-Security-Policy"] == STILL
            assert file.answer.mimetype in {"image/jpeg", "image/png", "image/svg+xml"}
            shown.add(file.rule)
            continue
        name = NAME.fullmatch(held["Content-Disposition"])
        assert name, held["Content-Disposition"]
        assert name[1] == file.ending
        assert unquote(name[2]).endswith(f".{name[1]}")
    assert shown == SHOWN


def test_every_file_is_asked_for_by_its_right_alone(files, sign_in):
    """The doors say the rest: test_doors.py, test_rows.py."""
    stranger = sign_in(None)
    for file in files:
        if file.rule not in LOOK | PUBLIC:
            assert stranger.get(file.path).status_code in {302, 401, 405}, file.rule


@pytest.mark.parametrize(
    ("name", "saved_as"),
    [
        ("结业证书-李雷.pdf", "结业证书-李雷.pdf"),
        ("../../etc/x.pdf", "_.._etc_x.pdf"),
        ("a\r\nX-Evil: 1.pdf", "a_X-Evil_ 1.pdf"),
        ('a"; filename=b.pdf', "a_; filename=b.pdf"),
        ("exe\u202efdp.pdf", "exe_fdp.pdf"),
        ("...pdf", "download.pdf"),
        ("长" * 300 + ".pdf", "长" * 120 + ".pdf"),
    ],
)
def test_a_file_is_saved_under_a_name_that_any_machine_takes(name, saved_as):
    held = download(b"", name).headers["Content-Disposition"]
    match = NAME.fullmatch(held)
    assert match, held
    assert unquote(match[2]) == saved_as


def test_a_picture_can_do_nothing_where_it_is_opened_by_itself(files):
    (chart,) = (file for file in files if file.rule.endswith(".svg"))
    policy = chart.answer.headers["Content-Security-Policy"].split("; ")
    assert {"default-src 'none'", "sandbox", "frame-ancestors 'none'"} < set(policy)


# what a spreadsheet could run


@pytest.fixture
def chen() -> Person:
    return make_person(Role.ADMIN)


def strings(answer: TestResponse) -> list[str]:
    """Every text in a workbook, after it was seen that it holds no formula."""
    with ZipFile(io.BytesIO(answer.data)) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert not re.search(r' t="(?!s")', sheet)
    return re.findall(r"<t[^>]*>([^<]*)</t>", texts)


def check_harmless(texts: list[str]) -> None:
    """Each of the payloads is there, with an apostrophe in front; nothing begins with a sign."""
    plain = {text.replace("&quot;", '"').replace("&amp;", "&").lstrip() for text in texts}
    assert {f"'{text.strip()}" for text in LIVE} <= plain
    assert [text for text in plain if text.startswith(("=", "+", "-", "@", "＝", "＠"))] == []


def test_no_name_in_a_register_runs(sign_in, chen):
    run = make_run(seats=100)
    for text in LIVE:
        person = make_person()
        person.full_name = text
        make_enrolment(run, person)
    db.session.commit()
    check_harmless(strings(sign_in(chen).get(f"/courses/runs/{run.id}/grades/sheet.xlsx")))


@pytest.fixture
def stations() -> None:
    for text in LIVE:
        hired(make_person(), make_unit(name=text, name_en=text))
    db.session.commit()


def test_no_unit_in_the_figures_runs(stations, sign_in, chen):
    client = sign_in(chen)
    check_harmless(strings(client.get("/reports/figures/holders.xlsx")))
    table = client.get("/reports/figures/holders.csv").data.decode("utf-8-sig")
    check_harmless(cells_of(table))


def test_no_cohort_in_the_funnel_runs(sign_in, chen):
    cycle = make_cycle()
    for text in LIVE:
        make_cohort(cycle, members=[make_person()], name=text, name_en=text)
    client = sign_in(chen)
    check_harmless(strings(client.get("/reports/figures/funnel.xlsx")))
    table = client.get("/reports/figures/funnel.csv").data.decode("utf-8-sig")
    check_harmless(cells_of(table))


def test_no_unit_in_the_figures_for_scripts_runs(stations, app):
    printed = app.test_cli_runner().invoke(args=["reports", "figures", "--format", "csv"])
    check_harmless(cells_of(printed.stdout))


def cells_of(table: str) -> list[str]:
    return [cell for line in csv.reader(io.StringIO(table, newline="")) for cell in line]


def test_no_unit_in_the_report_of_a_year_runs(stations, sign_in, chen):
    check_harmless(strings(sign_in(chen).get("/reports/years/report.xlsx")))


def test_no_name_in_the_qualification_register_runs(sign_in, chen):
    for text in LIVE:
        person = make_person()
        person.full_name = text
        qualified(person)
    client = sign_in(chen)
    check_harmless(strings(client.get("/register/holders/register.xlsx")))
    table = client.get("/register/holders/register.csv").data.decode("utf-8-sig")
    check_harmless(cells_of(table))


def test_no_row_that_comes_back_to_be_mended_runs(sign_in, chen):
    make_rules()
    cycle = make_cycle()
    sheet = xlsx(*(row(姓名=text, 证件号码="1", 报考地=text) for text in LIVE))
    made = make_import(sheet, cycle)
    check_harmless(strings(sign_in(chen).post(f"/exams/results/{made.id}/refused.xlsx")))


def test_no_row_of_an_official_list_that_comes_back_runs(sign_in, chen):
    make_rules()
    rows = [entry(姓名=text, 证件号码="1", 考点=text) for text in LIVE]
    made = make_list(listed(*rows), make_cycle())
    check_harmless(strings(sign_in(chen).post(f"/exams/official-lists/{made.id}/refused.xlsx")))


def test_the_exports_above_are_all_there_are(files):
    """One more spreadsheet on the map needs a test of its own here."""
    sheets = {file.path.split("?")[0] for file in files if file.path.endswith((".csv", ".xlsx"))}
    assert {re.sub(r"\d+", "N", path) for path in sheets} == {
        "/admin/people/import/N/refused.xlsx",  # tests/people/test_roster.py
        "/admin/people/import/template.xlsx",  # our own words alone
        "/courses/runs/N/grades/sheet.xlsx",
        "/exams/official-lists/N/refused.xlsx",
        "/exams/official-lists/template/registered.xlsx",  # our own words alone
        "/exams/results/N/refused.xlsx",
        "/exams/results/template.xlsx",  # our own words alone
        "/register/holders/register.csv",
        "/register/holders/register.xlsx",
        "/reports/exams/rates.csv",  # years, provinces of the calendar, our own words
        "/reports/exams/rates.xlsx",
        "/reports/exams/units.csv",  # tests/reports/test_unit_rates.py
        "/reports/exams/units.xlsx",
        "/reports/exams/years.csv",  # the same
        "/reports/exams/years.xlsx",
        "/reports/figures/funnel.csv",
        "/reports/figures/funnel.xlsx",
        "/reports/figures/holders.csv",
        "/reports/figures/holders.xlsx",
        "/reports/years/report.xlsx",
    }
