from flask import Response, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.utils import redirect
from werkzeug.wrappers import Response as Answer

from college.core.access import fetch
from college.core.imports import ImportState, kept
from college.core.roles import Can
from college.core.sheets import Sheet
from college.exams.cycles.queries import cycles_held
from college.exams.results import files, queries, telling
from college.exams.results.advice import advice
from college.exams.results.checking import read_sheet
from college.exams.results.forms import UploadForm
from college.exams.results.layout import HEADINGS
from college.exams.results.models import ResultImport
from college.exams.results.operations import check_results, hand_back, record_results
from college.exams.results.uploading import take_columns, take_in_upload
from college.people.persons.models import Person
from college.people.persons.queries import names_of
from college.web import imports
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("results", __name__, url_prefix="/exams/results")
SHOWN = 200  # refused cells on the page; the download has them all


@bp.get("", can=Can.RESULTS_IMPORT)
def index() -> str:
    page = paged(queries.imports_of())
    names = names_of(row.uploaded_by_id for row in page.rows)
    stopped = queries.stopped_among(page.rows)
    template = "exams/results/index.html"
    return render_template(template, page=page, names=names, stopped=stopped)


@bp.get("/new", can=Can.RESULTS_IMPORT)
def new() -> str:
    return render_template("exams/results/new.html", form=UploadForm())


@bp.post("/new", can=Can.RESULTS_IMPORT)
def create() -> Answer | tuple[str, int]:
    form = UploadForm(CombinedMultiDict([request.files, request.form]))
    made = form.submit(take_in_upload, current_actor())
    if made is None:
        return render_template("exams/results/new.html", form=form), status_of_form(form)
    return redirect(url_for(".show", import_id=made.id))


@bp.get("/template.xlsx", can=Can.RESULTS_IMPORT)
def template() -> Response:
    latest = next(iter(cycles_held()), None)
    return download(telling.template(latest), gettext("Results template") + ".xlsx")


@bp.get("/<int:import_id>", can=Can.RESULTS_IMPORT)
def show(import_id: int) -> str | Answer:
    row = _import(import_id)
    headway = queries.headway(row)
    if row.state is ImportState.UPLOADED and not row.columns and headway.job is None:
        return redirect(url_for(".columns", import_id=import_id))
    losing, passed_over = files.told_in(row.check_sha256) if row.is_ready else ([], [])
    return render_template(
        "exams/results/show.html",
        losing=sorted(names_of(losing).items(), key=lambda one: one[1]),
        passed_over=passed_over,
        row=row,
        headway=headway,
        cells=imports.told(files.refused_in(row.check_sha256)[: SHOWN + 1]),
        limit=SHOWN,
        unearned=queries.unearned_by(row),
    )


@bp.get("/<int:import_id>/progress", can=Can.RESULTS_IMPORT)
def progress(import_id: int) -> Response:
    row = _import(import_id)
    return imports.moving_part("exams/results/progress.html", row, queries.headway(row))


@bp.get("/<int:import_id>/columns", can=Can.RESULTS_IMPORT)
def columns(import_id: int) -> str:
    row = _import(import_id)
    sheet = _sheet(row)
    form = imports.columns_form(HEADINGS, sheet.headings, row.columns)
    return render_template("exams/results/columns.html", row=row, form=form)


@bp.post("/<int:import_id>/columns", can=Can.RESULTS_IMPORT)
def choose(import_id: int) -> Answer | tuple[str, int]:
    row = _import(import_id)
    sheet = _sheet(row)
    form = imports.columns_form(HEADINGS, sheet.headings, {}, request.form)
    if form.submit(take_columns, current_actor(), row, sheet):
        return redirect(url_for(".show", import_id=import_id))
    return render_template("exams/results/columns.html", row=row, form=form), status_of_form(form)


@bp.post("/<int:import_id>/check", can=Can.RESULTS_IMPORT)
def check(import_id: int) -> Answer:
    check_results(current_actor(), _import(import_id))
    return redirect(url_for(".show", import_id=import_id))


@bp.post("/<int:import_id>/import", can=Can.RESULTS_IMPORT)
def record(import_id: int) -> Answer:
    record_results(current_actor(), _import(import_id))
    return redirect(url_for(".show", import_id=import_id))


@bp.post("/<int:import_id>/refused.xlsx", can=Can.RESULTS_IMPORT)
def refused(import_id: int) -> Response:
    row = _import(import_id)
    cells = files.refused_in(row.check_sha256)
    answer = imports.rows_to_mend(row, cells, known=HEADINGS.known)
    hand_back(current_actor(), row, count=row.rows_refused)
    return answer


@bp.get("/of/<int:person_id>", can=Can.RESULTS_SEE)
def of_person(person_id: int) -> str:
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.RESULTS_SEE)
    return render_template(
        "exams/results/person.html",
        person=person,
        me_id=actor.person_id,
        advice=advice(person.id),
        results=queries.results_of(person.id),
    )


def _sheet(row: ResultImport) -> Sheet:
    return read_sheet(kept(row.file_sha256), row.filename, row.cycle)


def _import(import_id: int) -> ResultImport:
    return fetch(ResultImport, import_id, current_actor(), Can.RESULTS_IMPORT)
