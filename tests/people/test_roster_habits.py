"""Sheets as stations keep them: contracts with an end, the words of the template, our own words."""

from datetime import date, timedelta

import pytest

from college.core import clock
from college.core.roles import Role
from college.core.sheets import read
from college.people.employment.models import Capacity
from college.people.persons.cells import id_type_in
from college.people.persons.identity import IdType
from college.people.roster import files
from college.people.roster.layout import HEADINGS as KNOWN
from college.people.roster.layout import Field
from college.people.roster.reading import ReadRow, Usual, read_row
from college.web.jinja import said
from college.web.language import speaking
from tests.factories import make_person, make_unit
from tests.people.rosters import (
    HEADINGS,
    STATION,
    checked,
    imported,
    line,
    posts,
    sheet,
    tally,
)


@pytest.fixture
def station():
    return make_unit(name=STATION)


def test_a_sheet_goes_on_about_a_post_with_an_end_that_is_still_to_come(station):
    """A contract has its end; whoever leaves the cell empty next month ends nothing."""
    ends, later = (clock.today() + timedelta(days=days) for days in (30, 395))
    imported(sheet(line(离岗日期=str(ends))))
    for silent in (line(), line(到岗日期="")):
        assert tally(checked(sheet(silent))) == (0, 0, 1, 0)
    made = imported(sheet(line(到岗日期="", 离岗日期=str(later))))
    lines, _ = files.shown_in(made.check_sha256)
    assert [(c.field, c.old, c.new) for c in lines[0].changes] == [
        (Field.UNTIL, str(ends), str(later))
    ]
    assert [p[2:] for p in posts()] == [(date(2024, 3, 1), later)]
    imported(sheet(line(到岗日期="2024-02-01")))
    assert [p[2:] for p in posts()] == [(date(2024, 2, 1), later)]
    make_unit(name="永清街道社工站")
    moved = line(单位="永清街道社工站", 到岗日期=str(clock.today()))
    assert tally(imported(sheet(moved))) == (0, 1, 0, 0)
    yesterday = clock.today() - timedelta(days=1)
    assert [p[2:] for p in posts()] == [(date(2024, 2, 1), yesterday), (clock.today(), later)]
    assert tally(checked(sheet(moved))) == (0, 0, 1, 0)


def test_no_post_begins_before_its_unit_and_the_row_says_when_that_opens():
    make_unit(name=STATION, opened_on=date(2024, 3, 2))
    made = checked(sheet(line(), line(2, 姓名="乌云", 到岗日期="2024-03-02")))
    _, refused = files.shown_in(made.check_sha256)
    assert [(cell.column, cell.reason.code) for cell in refused] == [
        ("到岗日期", "unit_not_open_yet")
    ]
    assert tally(made) == (1, 0, 0, 1)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_that_the_template_offers_is_read_again(app, language):
    with app.test_request_context(), speaking(language):
        for kind in IdType:
            assert id_type_in(said(kind)) is kind
        for capacity in Capacity:
            typed = read(sheet(line(人员类别=said(capacity))), "名册.csv").rows[0]
            usual = Usual(has_unit=False, capacity=None, since_on=date(2024, 3, 1))
            found = read_row(typed, KNOWN.recognised(HEADINGS), usual)
            assert isinstance(found, ReadRow)
            assert found.capacity is capacity


def test_no_page_of_a_roster_speaks_of_results(sign_in, station):
    client, made = (
        sign_in(make_person(Role.ADMIN), language="zh"),
        imported(sheet(line(), line(2, 姓名=""))),
    )
    for path in ("", "/new", f"/{made.id}", f"/{checked(sheet(line())).id}"):
        page = client.get(f"/admin/people/import{path}").text
        assert "成绩" not in page[page.index("<main") : page.index("</main>")]
