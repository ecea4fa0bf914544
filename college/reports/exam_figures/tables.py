"""The tables of the exam figures as rows, for whoever takes them away."""

from collections.abc import Sequence

from flask_babel import gettext

from college.core.shares import Share
from college.core.sheets import Cell
from college.people.qualifications.models import Level
from college.reports.exam_figures.by_unit import UnitRates
from college.reports.exam_figures.overview import ExamFigures
from college.reports.exam_figures.seen import SeenOutcome, SeenSitting, Split
from college.reports.figures.small_cells import Count, Hidden
from college.web.jinja import own, said

Table = tuple[list[str], list[list[Cell]]]


def rates(shown: ExamFigures) -> Table:
    """A row for each level of each cycle."""
    parts = [
        gettext("First time"), gettext("Repeat"), gettext("Cohort members"), gettext("Others"),
    ]  # fmt: skip
    heads = [f"{part}: {word}" for part in parts for word in (gettext("passed"), gettext("sat"))]
    headings = [gettext("Year"), gettext("Province"), gettext("Level"), gettext("Sat, persons"),
                gettext("Passed, persons"), gettext("Share"), *bounds(), *heads]  # fmt: skip
    return headings, [_rate(each) for each in shown.sittings]


def years(shown: ExamFigures) -> Table:
    """A row for each year, in the shape of a local report."""
    levels = [f"{gettext('Passed, persons')}: {said(level)}" for level in Level]
    headings = [gettext("Year"), gettext("As of"), gettext("Registered, persons"),
                gettext("Trained, person-times"), *levels, gettext("Passed in all"),
                gettext("Holders in all, persons")]  # fmt: skip
    return headings, [_year(each) for each in shown.outcomes]


def units(shown: UnitRates) -> Table:
    """A row for each unit, then all together."""
    headings = [gettext("Unit"), gettext("Sat, persons"), gettext("Passed, persons"),
                gettext("Share"), *bounds()]  # fmt: skip
    none = gettext("At no unit of the college")
    few = gettext("Units where few sat, together")
    named = [
        (own(row.unit, "name") if row.unit else few if row.together else none, row)
        for row in shown.rows or []
    ]
    named.append((gettext("Total, each person once"), shown.total))
    return headings, [
        [name, cell(row.sat), cell(row.passed), *percents(row.share)] for name, row in named
    ]


def bounds() -> list[str]:
    return [gettext("Interval of 95 %, from"), gettext("Interval of 95 %, to")]


def cell(count: Count) -> Cell:
    return str(count) if isinstance(count, Hidden) else count


def _rate(row: SeenSitting) -> list[Cell]:
    numbers: list[Cell] = [cell(row.sat), cell(row.passed)]
    return [row.cycle.year, row.cycle.province, said(row.level), *numbers, *percents(row.share),
            *_split(row.by_try), *_split(row.by_membership)]  # fmt: skip


def percents(share: Share | None) -> Sequence[Cell]:
    """The rate and the two ends of its interval in per cent, to calculate with."""
    if share is None:
        return "", "", ""
    return [per_cent(each) for each in (share.value, *share.interval)]


def per_cent(value: float) -> float:
    """Of a share, or of a difference of two: 46.7."""
    return round(100 * value, 1)


def _split(split: Split | None) -> list[Cell]:
    if split is None:
        return [""] * 4
    parts = (split.one, split.other)
    return [number for part in parts for number in ((part.part, part.whole) if part else (0, 0))]


def _year(row: SeenOutcome) -> list[Cell]:
    counts = [row.registered, row.trained, *row.passed.values(), row.passed_in_all, row.cumulative]
    return [row.year, row.outcome.day, *map(cell, counts)]
