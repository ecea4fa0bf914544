from flask import Response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as Answer

from college.core import clock
from college.core.access import fetch
from college.core.imports import Fate, ImportState, kept
from college.core.roles import Can
from college.exams.official_lists import files, queries, telling
from college.exams.official_lists.checking import read_sheet
from college.exams.official_lists.forms import MatchesForm, UploadForm
from college.exams.official_lists.layout import HEADINGS
from college.exams.official_lists.models import ListKind, OfficialList
from college.exams.official_lists.operations import (
    check_list,
    confirm_matches,
    hand_back_list,
    import_list,
)
from college.exams.official_lists.uploading import take_columns, take_in_upload
from college.people.persons.queries import names_of
from college.web import imports
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged, paged_rows

bp = Pages("official_lists", __name__, url_prefix="/exams/official-lists")
SHOWN = 200  # refused cells on the page; the download has them all
KINDS = f"<any({','.join(ListKind)}):kind>"


@bp.get("", can=Can.CANDIDACIES_MOVE)
def index() -> str:
    page = paged(queries.lists())
    names = names_of(row.uploaded_by_id for row in page.rows)
    return render_template("exams/official_lists/index.html", page=page, names=names)


@bp.get("/new", can=Can.CANDIDACIES_MOVE)
def new() -> str:
    form = UploadForm(request.args, on=clock.today())
    return render_template("exams/official_lists/new.html", form=form, kinds=list(ListKind))


@bp.post("/new", can=Can.CANDIDACIES_MOVE)
def create() -> Answer | tuple[str, int]:
    form = UploadForm(CombinedMultiDict([request.files, request.form]))
    made = form.submit(take_in_upload, current_actor())
    if made is None:
        page = render_template("exams/official_lists/new.html", form=form, kinds=list(ListKind))
        return page, status_of_form(form)
    return redirect(url_for(".show", list_id=made.id))


@bp.get(f"/template/{KINDS}.xlsx", can=Can.CANDIDACIES_MOVE)
def template(kind: str) -> Response:
    return download(telling.template(ListKind(kind)), gettext("List template") + ".xlsx")


@bp.get("/<int:list_id>", can=Can.CANDIDACIES_MOVE)
def show(list_id: int) -> str | Answer:
    return _page(_list(list_id), MatchesForm())


@bp.post("/<int:list_id>/confirm", can=Can.CANDIDACIES_MOVE)
def confirm(list_id: int) -> Answer | tuple[str | Answer, int]:
    row, form = _list(list_id), MatchesForm(request.form)
    if form.submit(confirm_matches, current_actor(), row) is None:
        return _page(row, form), status_of_form(form)
    return redirect(url_for(".show", list_id=list_id))


def _page(row: OfficialList, form: MatchesForm) -> str | Answer:
    if row.state is ImportState.UPLOADED and not _is_known(row):
        return redirect(url_for(".columns", list_id=row.id))
    lines, refused = files.shown_in(row.check_sha256)
    refused += row.refused_late
    return render_template(
        "exams/official_lists/show.html",
        row=row,
        headway=queries.headway(row),
        form=form,
        offers=queries.offers_of(current_actor(), row),
        lines=paged_rows([line for line in lines if line.fate is not Fate.REFUSED]),
        cells=imports.told(refused[: SHOWN + 1]),
        limit=SHOWN,
    )


@bp.get("/<int:list_id>/progress", can=Can.CANDIDACIES_MOVE)
def progress(list_id: int) -> Response:
    row = _list(list_id)
    return imports.moving_part("exams/official_lists/progress.html", row, queries.headway(row))


@bp.get("/<int:list_id>/columns", can=Can.CANDIDACIES_MOVE)
def columns(list_id: int) -> str:
    row = _list(list_id)
    sheet = read_sheet(kept(row.file_sha256), row.filename, row.kind)
    form = imports.columns_form(HEADINGS[row.kind], sheet.headings, row.columns)
    return render_template("exams/official_lists/columns.html", row=row, form=form)


@bp.post("/<int:list_id>/columns", can=Can.CANDIDACIES_MOVE)
def choose(list_id: int) -> Answer | tuple[str, int]:
    row = _list(list_id)
    sheet = read_sheet(kept(row.file_sha256), row.filename, row.kind)
    form = imports.columns_form(HEADINGS[row.kind], sheet.headings, {}, request.form)
    if form.submit(take_columns, current_actor(), row, sheet):
        return redirect(url_for(".show", list_id=list_id))
    page = render_template("exams/official_lists/columns.html", row=row, form=form)
    return page, status_of_form(form)


@bp.post("/<int:list_id>/check", can=Can.CANDIDACIES_MOVE)
def check(list_id: int) -> Answer:
    check_list(current_actor(), _list(list_id))
    return redirect(url_for(".show", list_id=list_id))


@bp.post("/<int:list_id>/import", can=Can.CANDIDACIES_MOVE)
def record(list_id: int) -> Answer:
    import_list(current_actor(), _list(list_id))
    return redirect(url_for(".show", list_id=list_id))


@bp.post("/<int:list_id>/refused.xlsx", can=Can.CANDIDACIES_MOVE)
def refused(list_id: int) -> Response:
    row = _list(list_id)
    _, cells = files.shown_in(row.check_sha256)
    cells += row.refused_late
    answer = imports.rows_to_mend(row, cells, known=HEADINGS[row.kind].known)
    hand_back_list(current_actor(), row, count=row.rows_refused)
    return answer


def _list(list_id: int) -> OfficialList:
    return fetch(OfficialList, list_id, current_actor(), Can.CANDIDACIES_MOVE)


def _is_known(row: OfficialList) -> bool:
    """Whether the columns that a check needs are known."""
    known = HEADINGS[row.kind]
    return known.is_enough(known.read_stored(row.columns))
