from datetime import date, datetime

from flask import Response, render_template, request
from flask_babel import gettext

from college.core import clock, sheets
from college.core.errors import NotFound
from college.core.roles import Can
from college.people.employment.queries import units_of
from college.people.qualifications.models import Level
from college.people.units.forms import AsOfForm
from college.reports.figures import funnel_charts
from college.reports.figures.forms import FunnelForm, funnel_rows
from college.reports.figures.overview import overview, pictures
from college.reports.figures.queries import holding_in_all, holdings_by_unit
from college.reports.figures.reported import all_reported, asked_for, comparisons
from college.reports.figures.seen import seen_units
from college.reports.figures.small_cells import Count, Hidden
from college.reports.figures.steps import Step
from college.web.downloads import download
from college.web.jinja import own, said
from college.web.pages import Pages, current_actor
from college.web.paging import paged

AT_ONCE = 10  # reported figures on a page of their own
bp = Pages("figures", __name__, url_prefix="/reports/figures")


@bp.get("", can=Can.FIGURES_SEE)
def index() -> str:
    form = AsOfForm(request.args)
    shown = overview(current_actor(), form.chosen(), form.known_at())
    return render_template(
        "reports/figures/index.html",
        form=form,
        shown=shown,
        pictures=pictures(shown),
        levels=list(Level),
        steps=list(Step),
        lists=bool(current_actor().reach(Can.PERSONS_LIST)),
        keeps_results=bool(current_actor().reach(Can.RESULTS_IMPORT)),
    )


@bp.get("/charts", can=Can.FIGURES_SEE)
def charts() -> str:
    form = AsOfForm(request.args)
    shown = overview(current_actor(), form.chosen(), form.known_at())
    template = "reports/figures/_charts.html"
    return render_template(template, form=form, shown=shown, pictures=pictures(shown))


@bp.get("/reported", can=Can.FIGURES_SEE)
def reported() -> str:
    """What is reported, a few at a time: of a nation each takes the ledger its while."""
    actor, form = current_actor(), AsOfForm(request.args)
    known_at = form.known_at()
    chosen = all_reported(actor, known_at is not None)
    page = paged(chosen, asked_for(actor, known_at), per_page=AT_ONCE)
    compared = comparisons(actor, page.rows, known_at)
    template = "reports/figures/reported.html"
    return render_template(template, form=form, page=page, compared=compared)


@bp.get("/funnel", can=Can.FIGURES_SEE)
def funnel() -> str:
    """One year's cohorts of a level, with the units that the reader reads figures of."""
    return _funnel_page("reports/figures/funnel.html")


@bp.get("/funnel/chart", can=Can.FIGURES_SEE)
def funnel_chart() -> str:
    return _funnel_page("reports/figures/_funnel_chart.html")


def _funnel_page(template: str) -> str:
    actor, form = current_actor(), FunnelForm(request.args)
    shown = form.shown(actor)
    return render_template(
        template,
        form=form,
        shown=shown,
        pictures=funnel_charts.pictures(shown) if shown else [],
        lists=bool(actor.reach(Can.RESULTS_IMPORT)),
    )


@bp.get("/funnel.<any(csv,xlsx):ending>", can=Can.FIGURES_SEE)
def funnel_table(ending: str) -> Response:
    form = FunnelForm(request.args)
    shown = form.shown(current_actor())
    if shown is None:
        raise NotFound
    exam = f"{shown.exam.cycle.year}-{said(shown.exam.level)}"
    title = f"{gettext('From enrolment to registration')}-{exam}"
    table = funnel_rows(shown)
    made = sheets.write_csv(*table) if ending == "csv" else sheets.write_xlsx(title, *table)
    return download(made, f"{title}-{shown.as_of}.{ending}")


@bp.get("/funnel/persons", can=Can.RESULTS_IMPORT)
def funnel_persons() -> str:
    """Who is behind a number: who did not pass is for those alone who keep the results."""
    actor, form = current_actor(), FunnelForm(request.args)
    page = paged(*form.behind(actor))
    units = units_of([person.id for person in page.rows], clock.today())
    return render_template("reports/figures/persons.html", form=form, page=page, units=units)


@bp.get("/holders.<any(csv,xlsx):ending>", can=Can.FIGURES_SEE)
def table(ending: str) -> Response:
    form = AsOfForm(request.args)
    write = sheets.write_csv if ending == "csv" else _workbook
    table = _holders(form.chosen(), form.known_at())
    return download(write(*table), f"{gettext('Holders')}-{form.chosen()}.{ending}")


def _workbook(headings: list[str], rows: list[list[sheets.Cell]]) -> bytes:
    return sheets.write_xlsx(gettext("Holders"), headings, rows)


def _holders(as_of: date, known_at: datetime | None) -> tuple[list[str], list[list[sheets.Cell]]]:
    actor = current_actor()
    total = holding_in_all(actor, as_of, known_at=known_at)
    rows, seen = seen_units(actor, holdings_by_unit(actor, as_of, known_at=known_at), total)
    named = [(own(row, "name"), row.holding) for row in rows]
    named.append((gettext("Total, each person once"), seen))
    headings = [gettext("Unit"), gettext("Staff"), *(said(v) for v in Level), gettext("Holders")]
    return headings, [
        [name, *map(_cell, [h.staff, *h.by_level.values(), h.holders])] for name, h in named
    ]


def _cell(count: Count) -> sheets.Cell:
    return str(count) if isinstance(count, Hidden) else count
