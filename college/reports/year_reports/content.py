"""Gather the report of a year for a reader: of all they may see, or of one unit with all below."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import current_app
from flask_babel import gettext, ngettext

from college.core import clock
from college.core.db import db
from college.core.roles import Actor
from college.core.shares import Share
from college.core.sheets import Cell
from college.reports.exam_figures.overview import exam_figures
from college.reports.exam_figures.tables import per_cent
from college.reports.figures.queries import UnitHolding, holding_in_all, holdings_by_unit, reads_all
from college.reports.figures.seen import Seen, SeenUnit, seen_units
from college.reports.figures.small_cells import Count
from college.reports.holder_figures import overview as holders
from college.reports.holder_figures.flows import Of
from college.reports.holder_figures.groups import PLANNED
from college.reports.year_reports.exams import exam_chapters
from college.reports.year_reports.funnels import funnel_chapters
from college.reports.year_reports.parts import Chapter, Drawing, Grid, Key, Report, cell
from college.reports.year_reports.standing import standing_chapters
from college.stations.units.queries import below
from college.web.jinja import College, own, said, share
from college.web.jinja import day as written
from college.web.language import is_chinese

Line = tuple[str, Count, Count, Share | None]  # a name, its staff and the holders among them

WIDTH, HEIGHT = 680, 260  # pixels of a chart on paper


@dataclass(frozen=True, slots=True)
class Wanted:
    """A year, and whose figures of it; it ends with its last day, or today."""

    year: int
    of: Of

    @property
    def day(self) -> date:
        return min(date(self.year, 12, 31), clock.today())

    @property
    def known_on(self) -> date:
        """The day whose knowledge is printed: today's is said too, so that it can be had again."""
        at = self.of.known_at
        return clock.today() if at is None else (clock.local(at) - timedelta(days=1)).date()


def report(actor: Actor, wanted: Wanted) -> Report:
    shown = holders.holder_figures(actor, wanted.day, wanted.of)
    unit = wanted.of.unit
    chapters = [_moves(shown), _groups(shown), *standing_chapters(shown)]
    chapters += [_targets(shown), _units(actor, wanted)]
    if unit is None and reads_all(actor):
        exams = exam_figures(actor, wanted.day, wanted.of.known_at)
        chapters += exam_chapters(exams, (WIDTH, HEIGHT))
    chapters += funnel_chapters(actor, wanted.day, wanted.of, WIDTH)
    name = own(unit, "name") if unit else gettext("All units")
    house = College.of(current_app)
    return Report(
        language="zh-CN" if is_chinese() else "en",
        college=house.name_zh if is_chinese() else house.name_en,
        title=gettext("Year report %(year)s: %(unit)s", year=wanted.year, unit=name),
        lead=gettext(
            "As of %(day)s, as known on %(known)s",
            day=written(wanted.day),
            known=written(wanted.known_on),
        ),
        key_figures=_keys(shown),
        chapters=[chapter for chapter in chapters if chapter.grids],
        note=""
        if shown.seen.is_whole
        else gettext(
            "Fewer than five persons are shown as “<5”, and a few other numbers as “≥5” "
            "or not at all: together with the totals they would give the small ones away."
        ),
    )


def _keys(shown: holders.HolderFigures) -> list[Key]:
    seen, last = shown.seen, shown.seen.flows[-1]
    workers, persons = seen.workers, gettext("persons")
    keys = [Key(gettext("Holders"), str(last.after), persons)]
    if last.moves:
        new = sum(last.moves[:2])
        keys.append(Key(gettext("New"), str(new), persons))
        keys.append(Key(gettext("Left their post"), str(last.moves[2]), persons))
    rate = share(workers.share.part, workers.share.whole) if workers.share else "–"
    plan = gettext("plan: %(n)s%% or more", n=PLANNED)
    keys.append(Key(gettext("Station workers with a certificate"), rate, "", plan))
    if seen.stations:
        number = f"{seen.stations.covered} / {seen.stations.stations}"
        keys.append(Key(gettext("Stations with a certified worker"), number))
    return keys


def _moves(shown: holders.HolderFigures) -> Chapter:
    rows = [
        [
            str(f.day.year),
            cell(f.before),
            *map(cell, f.moves or (None, None, None)),
            "–" if f.net is None else f.net,
            cell(f.after),
        ]
        for f in shown.seen.flows
    ]
    headings = [
        gettext("Year"),
        gettext("At its beginning"),
        gettext("Newly certified"),
        gettext("Came with a certificate"),
        gettext("Left their post"),
        gettext("Net"),
        gettext("Holders"),
    ]
    note = gettext(
        "Persons, once each. Newly certified: holders on the last day who earned "
        "their first qualification that year. Came with a certificate: they had it "
        "before and took up a post. Left: holders a year before who are not in post "
        "any more. What there was and who is new, less who left, is what there is."
    )
    drawing = Drawing(holders.chart(shown, WIDTH, HEIGHT), holders.in_words(shown))
    grid = Grid(gettext("Holders by year"), headings, rows, note)
    title, lead = str(gettext("Holders who came and went")), holders.finding(shown)
    return Chapter(title, lead if lead != title else "", drawing, [grid])


def _groups(shown: holders.HolderFigures) -> Chapter:
    levels = [
        [said(level), cell(highest), cell(held)] for level, highest, held in holders.levels(shown)
    ]
    by_level = Grid(
        gettext("By level"),
        [gettext("Level"), gettext("As the highest"), gettext("Hold it at all")],
        levels,
        gettext(
            "Two figures: by the highest level each person counts once; whoever holds "
            "two levels counts at both in the other column, which is never added up."
        ),
    )
    by_capacity = _shares(
        gettext("By capacity"),
        gettext("Capacity"),
        [(said(row.capacity), row.staff, row.holders, row.share) for row in shown.seen.capacities],
        gettext(
            "Whoever has posts of two kinds counts in both lines and once in the totals "
            "above. A station counts as one with a certified worker when a station "
            "worker of its own holds a qualification; general stations are counted "
            "apart, never with the stations below them."
        ),
    )
    return Chapter(gettext("By level and capacity"), grids=[by_level, by_capacity])


def _targets(shown: holders.HolderFigures) -> Chapter:
    headings = [
        gettext("Unit, with all below"), gettext("Level"), gettext("Target"), gettext("Reached"),
        gettext("Missing"),
    ]  # fmt: skip
    rows = [
        [own(aim.target.unit, "name"), said(aim.target.level), aim.target.persons,
         cell(aim.reached), cell(aim.missing)]
        for aim in shown.aims
    ]  # fmt: skip
    note = gettext(
        "Reached: staff of the unit and of all below it who hold the level on this day, whatever "
        "else they hold, each person once. Missing: as of this day; the target is for the end of "
        "the year."
    )
    title = gettext("Targets of %(year)s", year=shown.as_of.year)
    return Chapter(title, grids=[Grid(title, headings, rows, note)] if rows else [])


def _units(actor: Actor, wanted: Wanted) -> Chapter:
    of, day = wanted.of, wanted.day
    rows = holdings_by_unit(actor, day, known_at=of.known_at)
    if of.unit is None:
        seen, total = seen_units(actor, rows, holding_in_all(actor, day, known_at=of.known_at))
        last = [_of(gettext("Total, each person once"), total)]
    else:  # whoever may choose a unit sees its small cells
        ids = set(db.session.scalars(below(of.unit.id, day, of.known_at)))
        mine: list[UnitHolding] = [row for row in rows if row.unit.id in ids]
        seen, last = [_whole(row) for row in mine], []
    lines = [_of(own(row, "name"), row.holding) for row in seen]
    grid = _shares(
        gettext("By unit"),
        gettext("Unit"),
        [*lines, *last],
        gettext(
            "Each person counts at every unit where they hold a post, and once in the "
            "total. A general station stands beside its stations and never counts their "
            "staff again."
        ),
    )
    lead = ngettext("%(num)s unit with staff", "%(num)s units with staff", len(lines))
    return Chapter(gettext("By unit"), lead, grids=[grid] if lines else [])


def _whole(row: UnitHolding) -> SeenUnit:
    held = row.holding
    seen = Seen(held.staff, dict(held.by_level), held.holders)
    return SeenUnit(row.unit, row.name, row.name_en, seen)


def _of(name: str, holding: Seen) -> Line:
    rate = holding.rate
    return name, holding.staff, holding.holders, Share(*rate) if rate and rate[1] else None


def _shares(title: str, of: str, lines: Sequence[Line], note: str) -> Grid:
    """Staff, holders and their share, which the workbook gives in per cent, to calculate with."""
    names = [of, gettext("Staff"), gettext("Holders")]
    rows: list[list[Cell]] = [[name, cell(staff), cell(held)] for name, staff, held, _ in lines]
    found = [part for *_, part in lines]
    written = [share(part.part, part.whole) if part else "–" for part in found]
    numbers = [per_cent(part.value) if part else "" for part in found]
    return Grid(
        title,
        [*names, gettext("Share")],
        [[*row, last] for row, last in zip(rows, written, strict=True)],
        note,
        (
            [*names, f"{gettext('Share')} (%)"],
            [[*row, last] for row, last in zip(rows, numbers, strict=True)],
        ),
    )
