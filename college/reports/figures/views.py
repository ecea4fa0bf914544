from datetime import date

from flask import Response, render_template, request
from flask_babel import gettext

from college.core import sheets
from college.core.roles import Can
from college.people.qualifications.models import Level
from college.people.units.forms import AsOfForm
from college.reports.figures.overview import overview, pictures
from college.reports.figures.queries import holding_in_all, holdings_by_unit
from college.web.downloads import download
from college.web.jinja import own, said
from college.web.pages import Pages, current_actor

bp = Pages("figures", __name__, url_prefix="/reports/figures")


@bp.get("", can=Can.FIGURES_SEE)
def index() -> str:
    shown = overview(current_actor(), AsOfForm(request.args).chosen())
    return render_template(
        "reports/figures/index.html",
        shown=shown,
        pictures=pictures(shown),
        levels=list(Level),
    )


@bp.get("/charts", can=Can.FIGURES_SEE)
def charts() -> str:
    shown = overview(current_actor(), AsOfForm(request.args).chosen())
    return render_template("reports/figures/_charts.html", shown=shown, pictures=pictures(shown))


@bp.get("/holders.<any(csv,xlsx):ending>", can=Can.FIGURES_SEE)
def table(ending: str) -> Response:
    as_of = AsOfForm(request.args).chosen()
    write = sheets.write_csv if ending == "csv" else _workbook
    return download(write(*_holders(as_of)), f"{gettext('Holders')}-{as_of}.{ending}")


def _workbook(headings: list[str], rows: list[list[sheets.Cell]]) -> bytes:
    return sheets.write_xlsx(gettext("Holders"), headings, rows)


def _holders(as_of: date) -> tuple[list[str], list[list[sheets.Cell]]]:
    actor = current_actor()
    named = [(own(r.unit, "name"), r.holding) for r in holdings_by_unit(actor, as_of)]
    named.append((gettext("Total, each person once"), holding_in_all(actor, as_of)))
    headings = [gettext("Unit"), gettext("Staff"), *(said(v) for v in Level), gettext("Holders")]
    return headings, [
        [name, h.staff, *(h.by_level[level] for level in Level), h.holders] for name, h in named
    ]
