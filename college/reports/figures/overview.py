"""What the department's page shows, gathered once: figures, their charts, and the tables behind."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from flask_babel import gettext

from college.core.roles import Actor
from college.people.qualifications.models import Level
from college.reports.charts import drawings, specs
from college.reports.figures.cohorts import CohortLine, cohort_lines
from college.reports.figures.queries import (
    YEARS,
    all_units,
    has_many_units,
    holdings_at,
    holdings_by_unit,
    holdings_of,
    year_ends,
)
from college.reports.figures.reported import Comparison, all_comparisons
from college.reports.figures.seen import (
    Seen,
    SeenUnit,
    seen_total,
    seen_units,
    sees_small_cells,
)
from college.reports.figures.small_cells import Count, Hidden, add_up
from college.stations.units.models import Unit
from college.web.jinja import own, said
from college.web.paging import Page, paged

BARS = 12


@dataclass(frozen=True, slots=True)
class Picture:
    """A chart: its finding as title, the figures in words, and the keys of its two drawings."""

    title: str
    alt: str
    wide: str | None
    narrow: str | None
    width: int
    height: int
    data_id: str
    caption: str = ""

    @property
    def is_drawn(self) -> bool:
        return self.wide is not None and self.narrow is not None


@dataclass(frozen=True, slots=True)
class Overview:
    as_of: date
    known_at: datetime | None
    total: Seen
    units: list[SeenUnit]
    years: list[tuple[date, Seen]]
    page: Page[Unit] | None  # of the units, where they are many; None: all of them are here
    has_many_units: bool
    cohorts: Sequence[CohortLine]
    compared: Sequence[Comparison]

    @property
    def newly(self) -> int | None:
        """Holders more than at the end of the year before; None where one of the two is hidden."""
        now, before = self.total.holders, self.years[-2][1].holders
        if isinstance(now, Hidden) or isinstance(before, Hidden):
            return None
        return now - before

    @property
    def preparing(self) -> Count:
        """Members of cohorts whose exam lies ahead."""
        return add_up([line.members for line in self.cohorts if line.is_ahead])

    @property
    def is_whole(self) -> bool:
        """Whether no number of the page is hidden from this reader."""
        seen = [self.total, *(row.holding for row in self.units), *(each for _, each in self.years)]
        return all(each.is_whole for each in seen)


def overview(actor: Actor, as_of: date, known_at: datetime | None = None) -> Overview:
    *years, (_, total) = holdings_at(actor, year_ends(as_of, YEARS - 1), known_at=known_at)
    has_many, page = has_many_units(actor), None
    if not has_many:
        units, seen = seen_units(actor, holdings_by_unit(actor, as_of, known_at=known_at), total)
    elif sees_small_cells(actor):
        page = paged(all_units(actor))
        counted = holdings_of(actor, page.rows, as_of, known_at=known_at)
        units, seen = seen_units(actor, counted, total)
    else:  # what hides in a part of the table depends on all of it
        units, seen = [], seen_total(actor, total)
    return Overview(
        as_of,
        known_at,
        seen,
        units,
        [*((day, seen_total(actor, then)) for day, then in years), (as_of, seen)],
        page,
        has_many,
        cohort_lines(actor, as_of, known_at),
        () if has_many else all_comparisons(actor, known_at),  # a page of their own has them
    )


def pictures(shown: Overview) -> list[Picture]:
    """The charts of the page; drawings that are not there yet are asked of the worker."""
    return [_by_year(shown), *_by_unit(shown), *_by_step(shown)]


def _by_year(shown: Overview) -> Picture:
    rows, series = _drawable([(str(day.year), holding) for day, holding in shown.years])
    first, last = shown.years[0][1].holders, shown.years[-1][1].holders
    title = gettext("From %(first)s to %(last)s holders in five years", first=first, last=last)
    alt = gettext("Holders at the end of each year: %(list)s") % {
        "list": gettext("; ").join(f"{day.year} {h.holders}" for day, h in shown.years)
    }
    return _picture(
        title,
        alt,
        specs.columns(rows, series, width=600, height=300),
        specs.columns(rows, series, width=340, height=260),
        (600, 300, "years"),
    )


def _drawable(named: Sequence[tuple[str, Seen]]) -> tuple[list[tuple[str, str, int]], list[str]]:
    """Rows for a chart and its series: levels, or only their sums where a level is hidden.

    A hidden number has no bar.
    """
    if all(holding.is_whole for _, holding in named):
        parts = [(name, said(v), n) for name, h in named for v, n in h.by_level.items()]
        series = [said(level) for level in Level]
    else:
        parts = [(name, gettext("Holders"), h.holders) for name, h in named]
        series = [gettext("Holders")]
    return [(name, part, n) for name, part, n in parts if not isinstance(n, Hidden)], series


def _by_unit(shown: Overview) -> list[Picture]:
    if shown.has_many_units:
        return []
    most = sorted(shown.units, key=lambda row: (-_bar(row), row.unit.path))[:BARS]
    most = [row for row in most if _bar(row)]
    if not most:
        return []
    rows, series = _drawable([(own(row, "name"), row.holding) for row in most])
    alt = gettext("; ").join(f"{own(r, 'name')} {r.holding.holders}" for r in most)
    height = 60 + 30 * len(most)
    picture = _picture(
        _certified(shown),
        alt,
        specs.stacked_bars(rows, series, width=600, height=height),
        specs.stacked_bars(rows, series, width=340, height=height + 40),
        (600, height, "units"),
    )
    caption = gettext("The %(n)s units with the most holders.", n=len(most))
    return [replace(picture, caption=caption)]


def _certified(shown: Overview) -> str:
    """The finding; where numbers are hidden it would say which of them are none."""
    if not shown.is_whole:
        return str(gettext("Units with the most holders"))
    return str(gettext("%(with_holders)s of %(all)s units have certified staff")) % {
        "with_holders": sum(1 for row in shown.units if row.holding.holders),
        "all": len(shown.units),
    }


def _bar(row: SeenUnit) -> int:
    holders = row.holding.holders
    return 0 if isinstance(holders, Hidden) else holders


def _by_step(shown: Overview) -> list[Picture]:
    sat = [line for line in shown.cohorts if line.is_whole and line.sat]
    if not sat:
        return []
    line = sat[0]
    counts = [
        (gettext("Members"), line.members),
        (gettext("Trained"), line.trained),
        (gettext("Sat the exam"), line.sat),
        (gettext("Passed"), line.passed),
    ]
    steps = [(name, n) for name, n in counts if not isinstance(n, Hidden)]
    title = gettext(
        "%(cohort)s: %(passed)s of %(sat)s who sat passed",
        cohort=own(line.cohort, "name"),
        passed=line.passed,
        sat=line.sat,
    )
    alt = gettext("; ").join(f"{name} {value}" for name, value in steps)
    return [
        _picture(
            title,
            alt,
            specs.funnel(steps, width=560, height=230),
            specs.funnel(steps, width=340, height=220),
            (560, 230, "cohorts"),
        )
    ]


def _picture(
    title: str, alt: str, wide: specs.Spec, narrow: specs.Spec, place: tuple[int, int, str]
) -> Picture:
    width, height, data_id = place
    return Picture(title, alt, drawings.ask(wide), drawings.ask(narrow), width, height, data_id)
