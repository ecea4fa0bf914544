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
    Holding,
    UnitHolding,
    holdings_at,
    holdings_by_unit,
)
from college.reports.figures.reported import Comparison, comparisons
from college.web.jinja import own, said

YEARS = 5
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
    total: Holding
    units: list[UnitHolding]
    years: list[tuple[date, Holding]]
    cohorts: Sequence[CohortLine]
    compared: Sequence[Comparison]

    @property
    def newly(self) -> int:
        """Holders more than at the end of the year before."""
        return self.total.holders - self.years[-2][1].holders


def overview(actor: Actor, as_of: date, known_at: datetime | None = None) -> Overview:
    ends = [date(year, 12, 31) for year in range(as_of.year - YEARS + 1, as_of.year)]
    years = holdings_at(actor, [*ends, as_of], known_at=known_at)
    return Overview(
        as_of,
        known_at,
        years[-1][1],
        holdings_by_unit(actor, as_of, known_at=known_at),
        years,
        cohort_lines(actor),
        comparisons(actor, known_at),
    )


def pictures(shown: Overview) -> list[Picture]:
    """The charts of the page; drawings that are not there yet are asked of the worker."""
    return [_by_year(shown), *_by_unit(shown), *_by_step(shown)]


def _by_year(shown: Overview) -> Picture:
    levels = [said(level) for level in Level]
    rows = [
        (str(day.year), said(level), holding.by_level[level])
        for day, holding in shown.years
        for level in Level
    ]
    first, last = shown.years[0][1].holders, shown.years[-1][1].holders
    title = gettext("From %(first)s to %(last)s holders in five years", first=first, last=last)
    alt = gettext("Holders at the end of each year: %(list)s") % {
        "list": gettext("; ").join(f"{day.year} {h.holders}" for day, h in shown.years)
    }
    return _picture(
        title,
        alt,
        specs.columns(rows, levels, width=600, height=300),
        specs.columns(rows, levels, width=340, height=260),
        (600, 300, "years"),
    )


def _by_unit(shown: Overview) -> list[Picture]:
    most = sorted(shown.units, key=lambda u: (-u.holding.holders, u.unit.path))[:BARS]
    most = [row for row in most if row.holding.holders]
    if not most:
        return []
    levels = [said(level) for level in Level]
    rows = [
        (own(row, "name"), said(level), row.holding.by_level[level])
        for row in most
        for level in Level
    ]
    without = sum(1 for row in shown.units if not row.holding.holders)
    title = gettext(
        "%(with_holders)s of %(all)s units have certified staff",
        with_holders=len(shown.units) - without,
        all=len(shown.units),
    )
    alt = gettext("; ").join(f"{own(r, 'name')} {r.holding.holders}" for r in most)
    height = 60 + 30 * len(most)
    picture = _picture(
        title,
        alt,
        specs.stacked_bars(rows, levels, width=600, height=height),
        specs.stacked_bars(rows, levels, width=340, height=height + 40),
        (600, height, "units"),
    )
    caption = gettext("The %(n)s units with the most holders.", n=len(most))
    return [replace(picture, caption=caption)]


def _by_step(shown: Overview) -> list[Picture]:
    sat = [cohort for cohort in shown.cohorts if cohort.funnel.sat]
    if not sat:
        return []
    cohort = sat[0]
    steps = [
        (gettext("Members"), cohort.funnel.members),
        (gettext("Trained"), cohort.funnel.trained),
        (gettext("Sat the exam"), cohort.funnel.sat),
        (gettext("Passed"), cohort.funnel.passed),
    ]
    title = gettext(
        "%(cohort)s: %(passed)s of %(sat)s who sat passed",
        cohort=own(cohort.cohort, "name"),
        passed=cohort.funnel.passed,
        sat=cohort.funnel.sat,
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
