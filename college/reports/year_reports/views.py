from flask import Response, render_template, request

from college.core import sheets
from college.core.errors import NotFound
from college.core.roles import Can
from college.reports.year_reports import printing
from college.reports.year_reports.content import report
from college.reports.year_reports.forms import YearForm
from college.web.downloads import download
from college.web.pages import Pages, current_actor

bp = Pages("year_reports", __name__, url_prefix="/reports/years")


@bp.get("", can=Can.FIGURES_SEE)
def index() -> str:
    return _page("reports/year_reports/index.html")


@bp.get("/progress", can=Can.FIGURES_SEE)
def progress() -> str:
    return _page("reports/year_reports/progress.html")


@bp.get("/report.pdf", can=Can.FIGURES_SEE)
def pdf() -> Response:
    """The printed report, once the worker has printed it."""
    actor = current_actor()
    made = report(actor, YearForm(request.args, actor).wanted)
    found = printing.found(made)
    if found is None:
        raise NotFound
    return download(found, f"{made.title}.pdf")


@bp.get("/report.xlsx", can=Can.FIGURES_SEE)
def workbook() -> Response:
    actor = current_actor()
    made = report(actor, YearForm(request.args, actor).wanted)
    return download(
        sheets.write_workbook([grid.sheet for grid in made.grids]), f"{made.title}.xlsx"
    )


def _page(template: str) -> str:
    """Looking at it has it printed: the figures are there at once, the paper follows."""
    actor = current_actor()
    form = YearForm(request.args, actor)
    made = report(actor, form.wanted)
    is_there = printing.ask(made)
    done, steps = printing.progress(made)
    return render_template(
        template, form=form, report=made, is_there=is_there, done=done, steps=steps
    )
