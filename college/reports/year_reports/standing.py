"""The holders by line and by registration, and the seniors, as chapters of a year report."""

from flask_babel import gettext

from college.core.sheets import Cell
from college.reports.holder_figures import overview as holders
from college.reports.year_reports.parts import Chapter, Grid, cell
from college.web.jinja import said


def standing_chapters(shown: holders.HolderFigures) -> list[Chapter]:
    return [
        Chapter(gettext("By line and registration"), grids=[_lines(shown), _registrations(shown)]),
        Chapter(gettext("Towards the senior title"), grids=[_seniors(shown)]),
    ]


def _lines(shown: holders.HolderFigures) -> Grid:
    rows: list[list[Cell]] = [[said(part), cell(n)] for part, n in holders.lines(shown)]
    note = gettext(
        "Each person once, by the best line as of this day: whoever holds any qualification by "
        "the national line stands there, also one who passed by a regional line before and keeps "
        "that certificate too."
    )
    return Grid(gettext("Holders by line"), [gettext("Line"), gettext("Persons")], rows, note)


def _registrations(shown: holders.HolderFigures) -> Grid:
    rows: list[list[Cell]] = [[said(part), cell(n)] for part, n in holders.registrations(shown)]
    headings = [gettext("State of registration"), gettext("Persons")]
    note = gettext(
        "Each person once. Registered: a registration of any level is complete, not cancelled, "
        "and its period has not ended. Lapsed: there was one, and the last period has ended. "
        "Never: none was completed. The qualification itself lapses in none of these."
    )
    return Grid(gettext("Holders by registration"), headings, rows, note)


def _seniors(shown: holders.HolderFigures) -> Grid:
    rows: list[list[Cell]] = [[said(part), cell(n)] for part, n in holders.seniors(shown)]
    headings = [gettext("Stage"), gettext("Persons")]
    note = gettext(
        "Staff in post that day. Whoever passed the written exam holds a statement and counts as a "
        "holder only by what else they hold; a senior is who holds the title. A statement counts "
        "for a review for three years from its issue, and one that ran out before is gone. The "
        "lines overlap and are never added up."
    )
    return Grid(gettext("Towards the senior title"), headings, rows, note)
