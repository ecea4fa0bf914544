"""What the page of the holders shows, gathered once: the chart, and the tables behind it."""

from dataclasses import dataclass
from datetime import date

from flask_babel import gettext

from college.core.roles import Actor
from college.people.qualifications.models import Level
from college.reports.charts import drawings, specs
from college.reports.figures.overview import Picture
from college.reports.figures.queries import year_ends
from college.reports.figures.small_cells import Count, Hidden
from college.reports.holder_figures.flows import Of, flows
from college.reports.holder_figures.groups import (
    by_capacity,
    by_highest,
    by_level_held,
    stations,
)
from college.reports.holder_figures.parts import LINES, REGISTRATIONS, SENIORS, Part, parts
from college.reports.holder_figures.seen import Counted, SeenFlow, SeenHolders, seen_holders
from college.reports.holder_figures.seen_aims import seen_aims
from college.reports.holder_figures.targets import Aim

WIDE, NARROW = (1000, 320), (340, 300)  # pixels of the chart


@dataclass(frozen=True, slots=True)
class HolderFigures:
    as_of: date
    of: Of
    seen: SeenHolders
    aims: list[Aim]

    @property
    def before(self) -> date:
        return date(self.seen.flows[0].day.year - 1, 12, 31)


def holder_figures(actor: Actor, as_of: date, of: Of) -> HolderFigures:
    days = year_ends(as_of)
    counted = Counted(
        flows(actor, days, of),
        by_highest(actor, as_of, of),
        by_level_held(actor, as_of, of),
        by_capacity(actor, as_of, of),
        stations(actor, as_of, of),
        parts(actor, as_of, of),
    )
    seen = seen_holders(actor, counted, days, of)
    return HolderFigures(as_of, of, seen, seen_aims(actor, as_of, of, seen.held))


def pictures(shown: HolderFigures) -> list[Picture]:
    """Who came and who left each year; the totals alone where one of that is kept."""
    wide, narrow = chart(shown, *WIDE), chart(shown, *NARROW)
    keys = drawings.ask(wide), drawings.ask(narrow)
    return [Picture(finding(shown), in_words(shown), *keys, *WIDE, "flows")]


def in_words(shown: HolderFigures) -> str:
    """What the chart shows, for whoever cannot see it."""
    return str(gettext("; ")).join(_in_words(flow) for flow in shown.seen.flows)


def _in_words(flow: SeenFlow) -> str:
    if flow.moves is None:
        return f"{flow.day.year} {flow.after}"
    new, left = sum(flow.moves[:2]), flow.moves[2]
    return str(
        gettext("%(year)s: %(new)s new, %(left)s left", year=flow.day.year, new=new, left=left)
    )


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


def chart(shown: HolderFigures, width: int, height: int) -> specs.Spec:
    """Bars upwards for who came, downwards for who left: of all years, or of none."""
    flows = shown.seen.flows
    if any(flow.moves is None for flow in flows):
        word = gettext("Holders")
        rows = [(str(f.day.year), word, f.after) for f in flows if isinstance(f.after, int)]
        return specs.columns(rows, [word], width=width, height=height)
    words = (
        gettext("Newly certified"),
        gettext("Came with a certificate"),
        gettext("Left their post"),
    )
    moves = [
        (str(flow.day.year), word, number if place < 2 else -number)
        for flow in flows
        for place, (word, number) in enumerate(zip(words, flow.moves or (), strict=True))
    ]
    return specs.flows(moves, words, width=width, height=height)


def levels(shown: HolderFigures) -> list[tuple[Level, Count, int | None]]:
    held = shown.seen.held
    return [(level, n, held[level] if held else None) for level, n in shown.seen.highest.items()]


def lines(shown: HolderFigures) -> list[tuple[Part, Count]]:
    return [(part, shown.seen.parts[part]) for part in LINES]


def seniors(shown: HolderFigures) -> list[tuple[Part, int | None]]:
    found = shown.seen.seniors
    return [(part, found[part] if found else None) for part in SENIORS]


def registrations(shown: HolderFigures) -> list[tuple[Part, Count]]:
    return [(part, shown.seen.parts[part]) for part in REGISTRATIONS]
