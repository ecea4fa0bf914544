"""What the page of the exam figures shows, gathered once: the chart and the tables behind it."""

from dataclasses import dataclass
from datetime import date, datetime

from flask_babel import gettext

from college.core.roles import Actor
from college.core.shares import Share
from college.reports.charts import drawings, specs
from college.reports.exam_figures.forecast import forecast
from college.reports.exam_figures.outcome import outcomes
from college.reports.exam_figures.rates import sittings
from college.reports.exam_figures.seen import (
    SeenForecast,
    SeenOutcome,
    SeenSitting,
    seen_forecast,
    seen_outcomes,
    seen_sittings,
)
from college.reports.figures.exams import name_of
from college.reports.figures.overview import Picture
from college.web.jinja import said, share

LINES = 9  # of the chart: three years of three levels


@dataclass(frozen=True, slots=True)
class ExamFigures:
    as_of: date
    known_at: datetime | None
    sittings: list[SeenSitting]
    outcomes: list[SeenOutcome]
    forecast: SeenForecast | None

    def name_of(self, row: SeenSitting) -> str:
        return name_of(row.cycle, [each.cycle for each in self.sittings])

    @property
    def is_whole(self) -> bool:
        """Whether no number of the page is hidden from this reader."""
        counts = [c for s in self.sittings for c in (s.sat, s.passed)]
        counts += [c for o in self.outcomes for c in (o.registered, o.trained, o.cumulative)]
        splits = [s.by_try and s.by_membership for s in self.sittings]
        return all(isinstance(c, int) for c in counts) and all(splits)


def exam_figures(actor: Actor, as_of: date, known_at: datetime | None = None) -> ExamFigures:
    sat = sittings(actor, as_of, known_at)
    seen = seen_sittings(actor, sat)
    found = outcomes(actor, sat, as_of, known_at)
    years = seen_outcomes(actor, found, seen, as_of, known_at)
    ahead = seen_forecast(actor, forecast(actor, as_of, known_at))
    return ExamFigures(as_of, known_at, [s for row, _ in seen.values() for s in row], years, ahead)


def pictures(shown: ExamFigures) -> list[Picture]:
    """The rates with their intervals, the latest exam first; none while nobody has sat."""
    drawn = chart_rows(shown)
    if not drawn:
        return []
    rows = [(name, each.value, *each.interval) for name, each in drawn]
    title = gettext(
        "%(exam)s: %(passed)s of %(sat)s who sat passed",
        exam=drawn[0][0],
        passed=drawn[0][1].part,
        sat=drawn[0][1].whole,
    )
    alt = gettext("; ").join(f"{name} {share(s.part, s.whole)}" for name, s in drawn)
    height = 70 + 44 * len(rows)
    wide = drawings.ask(specs.intervals(rows, width=1000, height=height))
    narrow = drawings.ask(specs.intervals(rows, width=340, height=height))
    caption = gettext("Points: the share who passed. Bars: the interval of 95 %.")
    return [Picture(title, alt, wide, narrow, 1000, height, "rates", caption)]


def chart_rows(shown: ExamFigures) -> list[tuple[str, Share]]:
    """The rates of the chart by their names, the latest exam first."""
    named = [(f"{shown.name_of(s)} {said(s.level)}", s.share) for s in shown.sittings]
    return [(name, found) for name, found in named if found][:LINES]
