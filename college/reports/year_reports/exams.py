"""The chapters of a year report on the state exam."""

from collections.abc import Sequence

from flask_babel import gettext

from college.core.shares import Difference, Share
from college.core.sheets import Cell
from college.people.qualifications.models import Level
from college.reports.charts import specs
from college.reports.exam_figures.overview import ExamFigures, chart_rows
from college.reports.exam_figures.seen import SeenOutcome, SeenSitting
from college.reports.exam_figures.tables import bounds, cell, per_cent, percents
from college.reports.year_reports.parts import Chapter, Drawing, Grid, Table
from college.web.jinja import said, share

Named = tuple[str, SeenSitting]  # a sitting under the name of its exam


def exam_chapters(shown: ExamFigures, size: tuple[int, int]) -> list[Chapter]:
    """None while nobody has sat an exam."""
    return [_rates(shown, size), _years(shown)] if shown.outcomes else []


def _rates(shown: ExamFigures, size: tuple[int, int]) -> Chapter:
    drawn = chart_rows(shown)
    rows = [(name, each.value, *each.interval) for name, each in drawn]
    spec = specs.intervals(rows, width=size[0], height=70 + 40 * len(rows)) if rows else None
    alt = gettext("; ").join(f"{name} {share(s.part, s.whole)}" for name, s in drawn)
    caption = gettext("Points: the share who passed. Bars: the interval of 95 %.")
    named = [(f"{shown.name_of(s)} {said(s.level)}", s) for s in shown.sittings]
    tries = [
        gettext("Exam"),
        gettext("First time"),
        gettext("Repeat"),
        gettext("Cohort members"),
        gettext("Others"),
        gettext("Difference"),
    ]
    grids = [
        Grid(
            gettext("Of those who sat, how many passed"),
            [gettext("Exam"), gettext("Sat"), gettext("Passed"), gettext("Pass rate")],
            [[name, cell(s.sat), cell(s.passed), _rate(s.share)] for name, s in named],
            gettext(
                "Persons. Sat: with a result for at least one paper that they wrote. Passed: "
                "earned the level with this exam; of seniors, who passed the paper, which is "
                "not yet a qualification. The interval (Wilson) says how far the rate of "
                "such a number of persons may be from what lies behind it: it is wide for "
                "few."
            ),
            _numbers(named),
        ),
        Grid(
            gettext("First and repeated tries; members of cohorts, and others"),
            tries,
            [[name, *_splits(s)] for name, s in named],
            gettext(
                "Repeat: with a paper of the same level on record in an earlier year. "
                "Difference of members and others in percentage points with its interval of "
                "95 % (Newcombe). Members chose to join: whoever is more eager or better "
                "prepared joins more often, so the difference is not what the cohort alone "
                "brought about."
            ),
            _numbers_of_splits(tries, named),
        ),
    ]
    drawing = Drawing(spec, alt, caption) if spec else None
    return Chapter(gettext("Who passed the state exam"), "", drawing, grids if rows else grids[:1])


def _numbers(named: Sequence[Named]) -> Table:
    headings = [gettext("Exam"), gettext("Sat"), gettext("Passed"), _rate_heading()]
    rows = [[name, cell(s.sat), cell(s.passed), *percents(s.share)] for name, s in named]
    return [*headings, *bounds()], rows


def _numbers_of_splits(tries: Sequence[str], named: Sequence[Named]) -> Table:
    """Passed, sat, the rate and its interval of each part; the difference in percentage points."""
    exam, *parts, _ = tries
    gap = gettext("Difference in percentage points")
    of_part = [gettext("Passed"), gettext("Sat"), _rate_heading(), *bounds()]
    headings = [f"{part}: {word}" for part in parts for word in of_part]
    gaps = [gap, *(f"{gap}: {bound}" for bound in bounds())]
    return [exam, *headings, *gaps], [[name, *_split_numbers(s)] for name, s in named]


def _rate_heading() -> str:
    return f"{gettext('Pass rate')} (%)"


def _split_numbers(row: SeenSitting) -> list[Cell]:
    cells: list[Cell] = []
    for split in (row.by_try, row.by_membership):
        if split is None:
            cells += [gettext("not shown"), gettext("not shown"), "", "", ""] * 2
            continue
        for part in (split.one, split.other):
            cells += [part.part if part else 0, part.whole if part else 0, *percents(part)]
    gap = row.by_membership.difference if row.by_membership else None
    if gap is None:
        return [*cells, "", "", ""]
    return [*cells, *(per_cent(each) for each in (gap.value, gap.low, gap.high))]


def _years(shown: ExamFigures) -> Chapter:
    headings = [
        gettext("Year"),
        gettext("Registered, persons"),
        gettext("Trained, person-times"),
        gettext("Passed in all"),
        *(said(level) for level in Level),
        gettext("Holders in all, persons"),
    ]
    note = gettext(
        "Registered: persons on the official result sheets of the year, absent ones "
        "too. Training: completions in exam classes that ended that year; who "
        "completed two counts twice, so it is never divided by persons. Passed at "
        "the senior level: the written exam alone. Holders in all: persons on the "
        "register with a qualification approved by the end of the year, in a post or "
        "not."
    )
    rows = [_year(row) for row in shown.outcomes]
    grid = Grid(gettext("Exams year by year"), headings, rows, note)
    return Chapter(gettext("Year by year, as cities report it"), grids=[grid])


def _year(row: SeenOutcome) -> list[Cell]:
    counts = [row.registered, row.trained, row.passed_in_all, *row.passed.values(), row.cumulative]
    return [str(row.year), *map(cell, counts)]


def _rate(part: Share | None) -> str:
    if part is None:
        return str(gettext("not shown"))
    low, high = part.interval
    return f"{share(part.part, part.whole)} ({100 * low:.0f}–{100 * high:.0f}%)"


def _splits(row: SeenSitting) -> list[Cell]:
    cells: list[Cell] = []
    for split in (row.by_try, row.by_membership):
        parts = (split.one, split.other) if split else (None, None)
        none = gettext("nobody") if split else gettext("not shown")
        cells += [f"{part.part}/{part.whole} = {_rate(part)}" if part else none for part in parts]
    gap = row.by_membership.difference if row.by_membership else None
    return [*cells, _gap(gap) if gap else "–"]


def _gap(gap: Difference) -> str:
    value, low, high = (f"{100 * each:+.1f}" for each in (gap.value, gap.low, gap.high))
    return f"{value} ({low} … {high})"
