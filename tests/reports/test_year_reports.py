"""A year on paper and as a workbook: the same knowledge is the same report, whatever came since."""

import io
import json
import re
import subprocess
import zipfile
from datetime import date

import pypdfium2
import pytest
import time_machine
from flask_babel import gettext

from college.core import clock, jobs, storage
from college.core.db import db
from college.core.folder import FolderStore
from college.core.roles import SYSTEM, Actor, Grant, Role
from college.core.shares import Share, difference
from college.people.employment.operations import transfer
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.people.units.operations import merge_units
from college.reports.holder_figures.flows import Of
from college.reports.year_reports import printing
from college.reports.year_reports.content import Wanted, report
from college.reports.year_reports.parts import Report
from tests.factories import hired, make_person, make_unit, qualified
from tests.factories.exams import make_cohort, make_cycle
from tests.reports.sitting import failing, passing

OBSERVER = Actor(None, frozenset({Grant(Role.OBSERVER)}))
YEAR = "/reports/years?year=2024"


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(storage, "_stores", [FolderStore(tmp_path / "files")])
    monkeypatch.setattr(storage, "_caches", [tmp_path / "cache"])


@pytest.fixture
def asked(monkeypatch):
    """What the worker was told."""
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(jobs, "wake", lambda task, text: told.append((task, text)))
    return told


def made(year: int = 2024, of: Of | None = None, actor: Actor = SYSTEM) -> Report:
    return report(actor, Wanted(year, of or Of()))


def work(asked) -> None:
    """The worker prints what it was told to print."""
    for task, text in asked:
        assert task == printing.TASK
        printing.draw(text)
    asked.clear()


def test_last_years_report_is_printed_again_to_the_letter(app):
    """After it came a transfer, a merge of stations and a late correction."""
    with app.test_request_context():
        with time_machine.travel("2025-01-10 12:00+08:00", tick=False):
            old, new, kept = make_unit(), make_unit(), make_unit()
            post = hired(make_person(None), old)
            qualified(db.session.get_one(Person, post.person_id))
            stays = make_person(unit=kept)
            wrong = qualified(stays)
            printed = made()
        with time_machine.travel("2025-03-01 12:00+08:00", tick=False):
            transfer(SYSTEM, post, to=new, on=date(2024, 12, 1))
            merge_units(SYSTEM, kept, into=new, on=date(2024, 11, 1))
            wrong.superseded_at = clock.now()
            db.session.flush()
            qualified(stays, approved_on=date(2025, 2, 1))
            then = Of(None, clock.midnight(date(2025, 1, 11)))
            assert made().as_data() != printed.as_data() | {"lead": made().lead}
            assert made(of=then).as_data() == printed.as_data()


def test_the_same_report_is_the_same_file_and_another_one_is_not(app):
    with app.test_request_context():
        qualified(make_person(unit=make_unit()))
        key = printing.key_of(json.dumps(made().as_data(), default=str))
        assert printing.key_of(json.dumps(made().as_data(), default=str)) == key
        qualified(make_person(unit=make_unit()))
        assert printing.key_of(json.dumps(made().as_data(), default=str)) != key


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_department_has_a_year_printed_and_takes_it_away(sign_in, asked, tmp_path, language):
    for n in range(6):
        qualified(make_person(unit=make_unit(name=f"垛石街道社工站{n}", name_en=f"Duoshi {n}")))
    client = sign_in(make_person(Role.OBSERVER), language=language)
    page = client.get(YEAR)
    assert page.status_code == 200
    assert 'hx-get="/reports/years/progress' in page.text
    assert client.get("/reports/years/report.pdf?year=2024").status_code == 404
    asked[1:] = []  # the page that was refused asked for nothing
    work(asked)
    assert "hx-get" not in client.get("/reports/years/progress?year=2024").text
    answer = client.get("/reports/years/report.pdf?year=2024")
    assert answer.content_type == "application/pdf"
    with pypdfium2.PdfDocument(answer.data) as paper:
        words = "".join(page.get_textpage().get_text_range() for page in paper)
    title = {"zh": "2024 年度报告", "en": "Year report 2024"}[language]
    assert title in words
    assert {"zh": "通辽社会工作学院", "en": "Tongliao College of Social Work"}[language] in words
    path = tmp_path / "report.pdf"
    path.write_bytes(answer.data)
    facts = subprocess.run(["pdfinfo", path], capture_output=True, check=True, text=True).stdout
    assert re.search(r"Tagged: +yes", facts)
    assert title in facts
    fonts = subprocess.run(["pdffonts", path], capture_output=True, check=True, text=True).stdout
    assert all(re.search(r" yes +yes +yes ", row) for row in fonts.splitlines()[2:])
    subprocess.run(["qpdf", "--check", path], capture_output=True, check=True)


def test_the_pictures_have_their_figures_in_words(app, asked, tmp_path):
    with app.test_request_context():
        qualified(make_person(unit=make_unit()))
        printing.ask(made())
        work(asked)
        (tmp_path / "report.pdf").write_bytes(printing.found(made()) or b"")
    command = ["qpdf", "--qdf", "--object-streams=disable", tmp_path / "report.pdf", "-"]
    plain = subprocess.run(command, capture_output=True, check=True).stdout
    assert b"/Figure" in plain
    assert b"/Alt" in plain


def test_a_report_that_is_there_is_not_printed_again(app, asked):
    with app.test_request_context():
        make_person(unit=make_unit())
        printing.ask(made())
        work(asked)
        assert printing.ask(made())
        assert asked == []
        done, steps = printing.progress(made())
        assert done == steps


def test_the_page_fetches_nothing_that_a_name_may_point_to(app, asked):
    """A unit's name is text on the paper, whatever it looks like."""
    with app.test_request_context():
        make_person(unit=make_unit(name='<img src="http://127.0.0.1:9/x">'))
        printing.ask(made())
        work(asked)
        found = printing.found(made()) or b""
    with pypdfium2.PdfDocument(found) as paper:
        words = "".join(page.get_textpage().get_text_range() for page in paper)
    assert "127.0.0.1:9/x" in words


def test_the_workbook_holds_every_table_and_runs_nothing(sign_in):
    qualified(make_person(unit=make_unit(name="=1+1", name_en="=1+1")))
    client = sign_in(make_person(Role.ADMIN))
    book = client.get("/reports/years/report.xlsx?year=2024").data
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        texts = {name: parts.read(name).decode() for name in parts.namelist()}
    assert re.findall(r'<sheet name="([^"]*)"', texts["xl/workbook.xml"]) == [
        "1 Holders by year", "2 By level", "3 By capacity", "4 Holders by line",
        "5 Holders by registration", "6 Towards the senior title", "7 By unit",
    ]  # fmt: skip
    assert "<t>&apos;=1+1</t>" in texts["xl/sharedStrings.xml"].replace("'", "&apos;")
    assert not [name for name, text in texts.items() if "<f>" in text]


def test_one_can_calculate_with_every_rate_and_difference_of_the_workbook(app, sign_in):
    cycle = make_cycle(2024, scores_on=date(2024, 7, 25))
    members = [passing(cycle) for _ in range(6)] + [failing(cycle) for _ in range(2)]
    make_cohort(cycle, members=members, level=Level.ASSISTANT)
    for _ in range(5):
        passing(cycle)
        failing(cycle)
    unit = make_unit()
    qualified(make_person(unit=unit), approved_on=date(2023, 9, 1))
    hired(make_person(None), unit)
    with app.test_request_context():
        sheets = {grid.title: grid.sheet for grid in made().grids}
        _, headings, [rates] = sheets[gettext("Of those who sat, how many passed")]
        _, parts, [split] = sheets[
            gettext("First and repeated tries; members of cohorts, and others")
        ]
        _, _, [workers, *_] = sheets[gettext("By capacity")]
        _, _, [*_, total] = sheets[gettext("By unit")]
        [on_paper] = [g.rows[0][-1] for g in made().grids if g.title == gettext("By capacity")]
    low, high = (round(100 * each, 1) for each in Share(11, 18).interval)
    assert rates[1:] == [18, 11, 61.1, low, high]
    assert split[1:11] == [11, 18, 61.1, low, high, 0, 0, "", "", ""]
    gap = difference(Share(6, 8), Share(5, 10))
    assert split[11:14] == [6, 8, 75.0]
    assert split[16:19] == [5, 10, 50.0]
    assert split[21:] == [round(100 * each, 1) for each in (gap.value, gap.low, gap.high)]
    assert (len(headings), len(parts)) == (len(rates), len(split))
    assert (workers[1:], total[1:]) == ([2, 1, 50.0], [2, 1, 50.0])
    assert on_paper == "50%"
    book = sign_in(make_person(Role.ADMIN)).get("/reports/years/report.xlsx?year=2024").data
    with zipfile.ZipFile(io.BytesIO(book)) as files:
        words = files.read("xl/sharedStrings.xml").decode()
    assert "<t>'" not in words
    assert "61.1%" not in words


def test_a_group_that_is_kept_from_the_department_has_no_numbers_in_the_workbook(app):
    cycle = make_cycle(2024, scores_on=date(2024, 7, 25))
    make_cohort(cycle, members=[passing(cycle) for _ in range(2)], level=Level.ASSISTANT)
    for _ in range(6):
        passing(cycle)
        failing(cycle)
    with app.test_request_context():
        sheets = {grid.title: grid.sheet for grid in made(actor=OBSERVER).grids}
        title = gettext("First and repeated tries; members of cohorts, and others")
        _, headings, [split] = sheets[title]
        hidden = gettext("not shown")
    assert split[11:] == [hidden, hidden, "", "", ""] * 2 + ["", "", ""]
    assert len(headings) == len(split)


def test_the_report_of_a_unit_is_of_it_and_all_below(app):
    with app.test_request_context():
        general = make_unit(name="总站")
        qualified(make_person(unit=make_unit(general, name="分站")))
        qualified(make_person(unit=make_unit(name="别处")))
        found = made(of=Of(general))
        assert [row[0] for row in found.grids[-1].rows] == ["分站"]
        assert found.key_figures[0].value == "1"


def test_the_department_reads_no_small_number_on_paper(app):
    with app.test_request_context():
        for _ in range(3):
            qualified(make_person(unit=make_unit()))
        cells = [c for grid in made(actor=OBSERVER).grids for row in grid.rows for c in row]
        assert not [c for c in cells if isinstance(c, int) and 0 < c < 5]
        assert made(actor=OBSERVER).note
        assert not made().note


def test_a_manager_prints_the_own_unit_only(sign_in, asked):
    mine, other = make_unit(), make_unit()
    for unit in (mine, other):
        make_person(unit=unit)
    client = sign_in(make_person(Role.STATION_MANAGER, unit=mine))
    assert client.get(f"{YEAR}&unit={mine.id}").status_code == 200
    assert client.get(f"{YEAR}&unit={other.id}").status_code == 404
    assert client.get(f"/reports/years/report.xlsx?unit={other.id}").status_code == 404


def test_what_one_printed_is_no_file_for_another(sign_in, asked):
    """The department has no way to the administrator's report with its small numbers."""
    qualified(make_person(unit=make_unit()))
    sign_in(make_person(Role.ADMIN)).get(YEAR)
    work(asked)
    observer = sign_in(make_person(Role.OBSERVER))
    assert observer.get("/reports/years/report.pdf?year=2024").status_code == 404


def test_a_trainee_prints_no_report(sign_in):
    assert sign_in(make_person()).get(YEAR).status_code == 403


@pytest.mark.parametrize("year", ["", "1850", "x", "9999"])
def test_a_year_that_cannot_be_meant_is_the_last_full_one(sign_in, asked, year):
    page = sign_in(make_person(Role.ADMIN)).get(f"/reports/years?year={year}")
    assert f"Year report {clock.today().year - 1}" in page.text


@pytest.mark.parametrize("role", [Role.ADMIN, Role.OBSERVER])
@pytest.mark.parametrize("page", ["/reports/holders", "/reports/years?year=2024"])
def test_a_college_without_staff_reads_a_sentence_and_no_zeros(sign_in, asked, page, role):
    client = sign_in(make_person(role))
    empty = {
        "/reports/holders": "There is no staff on record yet",
        YEAR: "nothing to report of this year",
    }
    text = client.get(page).text
    assert empty[page] in text
    assert "Newly certified" not in text
    qualified(make_person(unit=make_unit()))
    text = client.get(page).text
    assert empty[page] not in text
    assert "Newly certified" in text


def test_where_others_have_staff_an_empty_unit_is_no_empty_college(sign_in):
    empty = make_unit()
    qualified(make_person(unit=make_unit()))
    client = sign_in(make_person(Role.ADMIN))
    for query in (f"unit={empty.id}", "known-on=2001-01-01", "as-of=2001-01-01"):
        text = client.get(f"/reports/holders?{query}").text
        assert "No staff were in post on this date" in text, query
        assert "There is no staff on record yet" not in text, query
