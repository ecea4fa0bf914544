"""What the page of the holders shows, gathered once: the chart, and the tables behind it."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from college.core.roles import Actor
from college.people.qualifications.models import Level
from college.reports.charts import drawings, specs
from college.reports.figures.overview import Picture
from college.reports.figures.small_cells import Hidden
from college.reports.holder_figures.flows import Of, flows
from college.reports.holder_figures.groups import (
    by_capacity,
    by_highest,
    by_level_held,
    stations,
)
from college.reports.holder_figures.seen import Counted, SeenHolders, seen_holders

YEARS = 5


@dataclass(frozen=True, slots=True)
class HolderFigures:
    as_of: date
    of: Of
    seen: SeenHolders

    @property
    def before(self) -> date:
        return date(self.seen.flows[0].day.year - 1, 12, 31)


def year_ends(as_of: date, years: int = YEARS) -> list[date]:
    """The last days of the years before, and the day itself: what flows lie between."""
    ends = [date(year, 12, 31) for year in range(as_of.year - years, as_of.year)]
    return [*ends, as_of]


def holder_figures(actor: Actor, as_of: date, of: Of) -> HolderFigures:
    days = year_ends(as_of)
    counted = Counted(
        flows(actor, days, of),
        by_highest(actor, as_of, of),
        by_level_held(actor, as_of, of),
        by_capacity(actor, as_of, of),
        stations(actor, as_of, of),
    )
    return HolderFigures(as_of, of, seen_holders(actor, counted, days, of))


def pictures(shown: HolderFigures) -> list[Picture]:
    """Who came and who left each year; none where either is kept from the reader."""
    specs_of = [flow_chart(shown, *size) for size in ((600, 320), (340, 300))]
    wide, narrow = (drawings.ask(spec) if spec else None for spec in specs_of)
    if not all(specs_of):
        return []
    alt = gettext("; ").join(
        gettext("%(year)s: %(new)s new, %(left)s left", year=f.day.year, new=sum(f.moves[:2]),
                left=f.moves[2])
        for f in shown.seen.flows if f.moves
    )  # fmt: skip
    return [Picture(finding(shown), alt, wide, narrow, 600, 320, "flows")]


def finding(shown: HolderFigures) -> str:
    last = shown.seen.flows[-1]
    if last.moves is None or isinstance(last.after, Hidden):
        return str(gettext("Holders who came and went"))
    return str(
        gettext(
            "%(year)s: %(new)s new holders, %(left)s left, %(after)s now",
            year=last.day.year,
            new=sum(last.moves[:2]),
            left=last.moves[2],
            after=last.after,
        )
    )


def flow_chart(shown: HolderFigures, width: int, height: int) -> specs.Spec | None:
    """Bars upwards for who came, downwards for who left."""
    words = (gettext("Newly certified"), gettext("Came with a certificate"), gettext("Left"))
    rows = [
        (str(flow.day.year), word, number if place < 2 else -number)
        for flow in shown.seen.flows
        if flow.moves
        for place, (word, number) in enumerate(zip(words, flow.moves, strict=True))
    ]
    if not any(number for *_, number in rows):
        return None
    return specs.flows(rows, words, width=width, height=height)


def levels_seen(shown: HolderFigures) -> list[tuple[Level, object, int | None]]:
    held = shown.seen.held
    return [(level, n, held[level] if held else None) for level, n in shown.seen.highest.items()]
