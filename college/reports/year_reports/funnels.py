"""The chapters of a year report on the cohorts of its exams: from enrolment to registration."""

from datetime import date

from flask_babel import gettext

from college.core.roles import Actor
from college.reports.charts import specs
from college.reports.figures.exams import name_of
from college.reports.figures.forms import table
from college.reports.figures.funnel_charts import bars, finding, height_of, in_words
from college.reports.figures.funnels import Counts, Shown, exam_funnel, with_members
from college.reports.holder_figures.flows import Of
from college.reports.year_reports.parts import Chapter, Drawing, Grid
from college.web.jinja import day as written
from college.web.jinja import own, said


def funnel_chapters(actor: Actor, day: date, of: Of, width: int) -> list[Chapter]:
    """One for each exam of the year that ends on a day, where its cohorts have members."""
    when = day, of.known_at
    exams = [exam for exam in with_members(*when) if exam.cycle.year == day.year]
    found = [exam_funnel(actor, exam, *when, at=of.unit) for exam in exams]
    names = [name_of(exam.cycle, [each.cycle for each in exams]) for exam in exams]
    return [
        _chapter(f"{name} {said(shown.exam.level)}", shown, width)
        for name, shown in zip(names, found, strict=True)
        if shown.has_members
    ]


def _chapter(exam: str, shown: Shown, width: int) -> Chapter:
    counts = _of_unit(shown) if shown.at else shown.whole
    rows = bars(counts)
    drawing = None
    if counts is not None and rows:
        drawing = Drawing(specs.funnel(rows, width=width, height=height_of(rows)), in_words(rows))
    return Chapter(
        gettext("From enrolment to registration: %(exam)s", exam=exam),
        finding(counts) if counts is not None and rows else "",
        drawing,
        [grid for grid in (_by_cohort(exam, shown), _by_unit(exam, shown)) if grid.rows],
    )


def _of_unit(shown: Shown) -> Counts | None:
    return next((x.counts for x in shown.units or () if x.unit is shown.at), None)


def _by_cohort(exam: str, shown: Shown) -> Grid:
    """Not of one unit: a cohort is of no unit."""
    named = [] if shown.at else [(own(x.cohort, "name"), x.counts) for x in shown.cohorts]
    if len(named) > 1 and shown.whole:
        named.append((gettext("Each person once"), shown.whole))
    note = gettext(
        "Persons in the cohorts of this exam that day. Enrolled: in a class of the cohort. "
        "Trained: completed it. Sat: at least one paper. Passed: earned the level with this exam, "
        "or, of seniors, its paper. Holds the qualification: on record by this exam; of a senior "
        "the title, after the review. Registered: its first registration is in force that day."
    )
    title = gettext("%(exam)s, by cohort", exam=exam)
    return Grid(title, *table(gettext("Cohort"), shown.exam.steps, named), note)


def _by_unit(exam: str, shown: Shown) -> Grid:
    named = [(own(x, "name"), x.counts) for x in shown.units or ()]
    note = gettext(
        "Members with a post as staff at the unit or below it on %(day)s. Who works at two units "
        "counts at both, and once above them; who works at none stands in no line.",
        day=written(shown.posts_on),
    )
    title = gettext("%(exam)s, by unit with all below it", exam=exam)
    return Grid(title, *table(gettext("Unit"), shown.exam.steps, named), note)
