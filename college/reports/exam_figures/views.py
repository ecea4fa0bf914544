from collections.abc import Callable

from flask import Response, render_template, request
from flask_babel import gettext

from college.core import sheets
from college.core.errors import NotFound
from college.core.roles import Can
from college.people.qualifications.models import Level
from college.people.units.forms import AsOfForm
from college.reports.exam_figures import tables
from college.reports.exam_figures.by_unit import unit_rates
from college.reports.exam_figures.forecast import FEWEST_MEMBERS, FEWEST_YEARS
from college.reports.exam_figures.forms import UnitsForm, list_asked
from college.reports.exam_figures.overview import ExamFigures, exam_figures, pictures
from college.reports.figures.queries import reads_all
from college.reports.persons.listing import with_posts
from college.web.downloads import download
from college.web.jinja import said
from college.web.pages import Pages, current_actor
from college.web.paging import paged, paged_rows

bp = Pages("exam_figures", __name__, url_prefix="/reports/exams")


@bp.get("", can=Can.FIGURES_SEE)
def index() -> str:
    return _page("reports/exam_figures/index.html")


@bp.get("/charts", can=Can.FIGURES_SEE)
def charts() -> str:
    return _page("reports/exam_figures/_charts.html")


@bp.get("/units", can=Can.FIGURES_SEE)
def units() -> str:
    """One exam by unit, for who reads figures of one unit as for who reads all."""
    actor, form = current_actor(), UnitsForm(request.args)
    exam = form.chosen_exam
    shown = unit_rates(actor, exam, form.chosen(), form.known_at()) if exam else None
    return render_template(
        "reports/exam_figures/units.html",
        form=form,
        shown=shown,
        page=paged_rows(shown.rows or []) if shown else None,
        lists=bool(actor.reach(Can.RESULTS_IMPORT)),
    )


@bp.get("/units.<any(csv,xlsx):ending>", can=Can.FIGURES_SEE)
def unit_table(ending: str) -> Response:
    form = UnitsForm(request.args)
    exam = form.chosen_exam
    if exam is None:
        raise NotFound
    shown = unit_rates(current_actor(), exam, form.chosen(), form.known_at())
    title = f"{gettext('Pass rates by unit')}-{exam.cycle.year}-{said(exam.level)}"
    return _made(title, tables.units(shown), form, ending)


@bp.get("/persons", can=Can.RESULTS_IMPORT)
def persons() -> str:
    """Who is behind a number: who failed is for those alone who keep the official results."""
    actor, form = current_actor(), list_asked(request.args)
    page = paged(*form.behind(actor))
    rows = with_posts(actor, page.rows)
    return render_template("reports/exam_figures/persons.html", form=form, page=page, rows=rows)


@bp.get("/rates.<any(csv,xlsx):ending>", can=Can.FIGURES_SEE)
def rates(ending: str) -> Response:
    return _sent(gettext("Pass rates"), tables.rates, ending)


@bp.get("/years.<any(csv,xlsx):ending>", can=Can.FIGURES_SEE)
def years(ending: str) -> Response:
    return _sent(gettext("Exams year by year"), tables.years, ending)


def _sent(title: str, make: Callable[[ExamFigures], tables.Table], ending: str) -> Response:
    form = AsOfForm(request.args)
    return _made(title, make(_shown(form)), form, ending)


def _made(title: str, table: tables.Table, form: AsOfForm, ending: str) -> Response:
    headings, rows = table
    if ending == "csv":
        made = sheets.write_csv(headings, rows)
    else:
        made = sheets.write_xlsx(title, headings, rows)
    return download(made, f"{title}-{form.chosen()}.{ending}")


def _page(template: str) -> str:
    form = AsOfForm(request.args)
    shown = _shown(form)
    return render_template(
        template,
        form=form,
        shown=shown,
        pictures=pictures(shown),
        levels=list(Level),
        is_for_reader=reads_all(current_actor()),
        lists=bool(current_actor().reach(Can.RESULTS_IMPORT)),
        needed=(FEWEST_YEARS, FEWEST_MEMBERS),
    )


def _shown(form: AsOfForm) -> ExamFigures:
    return exam_figures(current_actor(), form.chosen(), form.known_at())
