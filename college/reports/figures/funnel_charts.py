"""The chart of one exam's funnel: a bar for each step, its finding as title."""

from flask_babel import gettext, ngettext

from college.reports.charts import drawings, specs
from college.reports.figures.funnels import Counts, Shown
from college.reports.figures.overview import Picture
from college.reports.figures.steps import Step
from college.web.jinja import said

BAR = 34  # pixels, of one step


def bars(counts: Counts | None) -> list[tuple[str, int]]:
    """The steps by their names; none where there is nobody, or where a number is hidden."""
    found = [(said(step), n) for step, n in (counts or {}).items() if isinstance(n, int)]
    return found if len(found) == len(counts or {}) and any(n for _, n in found) else []


def finding(counts: Counts) -> str:
    """In one sentence; only of steps that have bars."""
    members, sat, passed = (counts[step] for step in (Step.MEMBERS, Step.SAT, Step.PASSED))
    if not sat:
        return str(ngettext("%(num)s member prepares", "%(num)s members prepare", members))
    text = gettext("Of %(members)s members %(sat)s sat the exam, and %(passed)s passed it")
    return str(text) % {"members": members, "sat": sat, "passed": passed}


def in_words(rows: list[tuple[str, int]]) -> str:
    return str(gettext("; ")).join(f"{name} {number}" for name, number in rows)


def height_of(rows: list[tuple[str, int]]) -> int:
    return 20 + BAR * len(rows)


def pictures(shown: Shown) -> list[Picture]:
    """One, or none; a drawing that is not there yet is asked of the worker."""
    rows = bars(shown.whole)
    if shown.whole is None or not rows:
        return []
    height = height_of(rows)
    wide = drawings.ask(specs.funnel(rows, width=1000, height=height))
    narrow = drawings.ask(specs.funnel(rows, width=340, height=height))
    words = finding(shown.whole), in_words(rows)
    return [Picture(*words, wide, narrow, 1000, height, "cohorts" if shown.cohorts else "units")]
