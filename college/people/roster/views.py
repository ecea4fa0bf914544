from flask import Response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as Answer

from college.core.access import fetch
from college.core.imports import ImportState, kept
from college.core.roles import Can
from college.people.persons.queries import names_of
from college.people.roster import files, queries, telling
from college.people.roster.checking import read_sheet
from college.people.roster.forms import RosterForm
from college.people.roster.layout import HEADINGS
from college.people.roster.models import RosterImport
from college.people.roster.operations import check_roster, hand_back_roster, import_roster
from college.people.roster.uploading import take_columns, take_in_upload
from college.web import imports
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("roster", __name__, url_prefix="/admin/people/import")
SHOWN = 200  # rows of each kind on the page; the download has all to mend


@bp.get("", can=Can.ROSTER_IMPORT)
def index() -> str:
    page = paged(queries.imports_of())
    names = names_of(row.uploaded_by_id for row in page.rows)
    return render_template("people/roster/index.html", page=page, names=names)


@bp.get("/new", can=Can.ROSTER_IMPORT)
def new() -> str:
    return render_template("people/roster/new.html", form=RosterForm())


@bp.post("/new", can=Can.ROSTER_IMPORT)
def create() -> Answer | tuple[str, int]:
    form = RosterForm(CombinedMultiDict([request.files, request.form]))
    made = form.submit(take_in_upload, current_actor())
    if made is None:
        return render_template("people/roster/new.html", form=form), status_of_form(form)
    return redirect(url_for(".show", roster_id=made.id))


@bp.get("/template.xlsx", can=Can.ROSTER_IMPORT)
def template() -> Response:
    return download(telling.template(), gettext("Roster template") + ".xlsx")


@bp.get("/<int:roster_id>", can=Can.ROSTER_IMPORT)
def show(roster_id: int) -> str | Answer:
    row = _import(roster_id)
    if row.state is ImportState.UPLOADED and not _is_known(row):
        return redirect(url_for(".columns", roster_id=roster_id))
    lines, refused = files.shown_in(row.check_sha256)
    refused += row.refused_late
    return render_template(
        "people/roster/show.html",
        row=row,
        headway=queries.headway(row),
        lines=lines[: SHOWN + 1],
        cells=imports.told(refused[: SHOWN + 1]),
        limit=SHOWN,
    )


@bp.get("/<int:roster_id>/progress", can=Can.ROSTER_IMPORT)
def progress(roster_id: int) -> Response:
    row = _import(roster_id)
    return imports.moving_part("people/roster/progress.html", row, queries.headway(row))


@bp.get("/<int:roster_id>/columns", can=Can.ROSTER_IMPORT)
def columns(roster_id: int) -> str:
    row = _import(roster_id)
    sheet = read_sheet(kept(row.file_sha256), row.filename)
    form = imports.columns_form(HEADINGS, sheet.headings, row.columns)
    return render_template("people/roster/columns.html", row=row, sheet=sheet, form=form)


@bp.post("/<int:roster_id>/columns", can=Can.ROSTER_IMPORT)
def choose(roster_id: int) -> Answer | tuple[str, int]:
    row = _import(roster_id)
    sheet = read_sheet(kept(row.file_sha256), row.filename)
    form = imports.columns_form(HEADINGS, sheet.headings, {}, request.form)
    if form.submit(take_columns, current_actor(), row, sheet):
        return redirect(url_for(".show", roster_id=roster_id))
    page = render_template("people/roster/columns.html", row=row, sheet=sheet, form=form)
    return page, status_of_form(form)


@bp.post("/<int:roster_id>/check", can=Can.ROSTER_IMPORT)
def check(roster_id: int) -> Answer:
    check_roster(current_actor(), _import(roster_id))
    return redirect(url_for(".show", roster_id=roster_id))


@bp.post("/<int:roster_id>/import", can=Can.ROSTER_IMPORT)
def record(roster_id: int) -> Answer:
    import_roster(current_actor(), _import(roster_id))
    return redirect(url_for(".show", roster_id=roster_id))


@bp.post("/<int:roster_id>/refused.xlsx", can=Can.ROSTER_IMPORT)
def refused(roster_id: int) -> Response:
    row = _import(roster_id)
    _, cells = files.shown_in(row.check_sha256)
    cells += row.refused_late
    answer = imports.rows_to_mend(row, cells, known=HEADINGS.known)
    hand_back_roster(current_actor(), row, count=row.rows_refused)
    return answer


def _import(roster_id: int) -> RosterImport:
    return fetch(RosterImport, roster_id, current_actor(), Can.ROSTER_IMPORT)


def _is_known(row: RosterImport) -> bool:
    """Whether the columns that a check needs are known."""
    return HEADINGS.is_enough(HEADINGS.read_stored(row.columns))
