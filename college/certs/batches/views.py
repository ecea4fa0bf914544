from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from college.certs.batches import operations, queries
from college.certs.batches.entitlement import awaiting, entitled, exam_names
from college.certs.batches.forms import OpenForm
from college.certs.batches.models import IssueBatch
from college.core import storage
from college.core.access import fetch
from college.core.errors import NotFound
from college.core.roles import Can
from college.courses.runs.models import CourseRun
from college.web.downloads import download, picture
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("batches", __name__, url_prefix="/certs/batches")


@bp.get("", can=Can.CERTS_ISSUE)
def index() -> str:
    page = paged(queries.past())
    return render_template(
        "certs/batches/index.html", awaiting=awaiting(), page=page, sizes=queries.sizes(page.rows)
    )


@bp.get("/new", can=Can.CERTS_ISSUE)
def new() -> str:
    return check_page(_asked_run(), OpenForm())


@bp.post("/new", can=Can.CERTS_ISSUE)
def create() -> Answer | tuple[str, int]:
    run, form = _asked_run(), OpenForm(request.form)
    batch = form.submit(operations.open_batch, current_actor(), run)
    if batch is None:
        return check_page(run, form), status_of_form(form)
    return redirect(url_for(".show", batch_id=batch.id))


@bp.get("/<int:batch_id>", can=Can.CERTS_ISSUE)
def show(batch_id: int) -> str:
    return batch_page(_batch(batch_id), Form())


@bp.get("/<int:batch_id>/progress", can=Can.CERTS_ISSUE)
def progress(batch_id: int) -> Response:
    """The part of the page that moves; once its stage is over the whole page is loaded anew."""
    batch, page = _batch(batch_id), paged(queries.entries(_batch(batch_id)))
    standing, lines = queries.standing(batch), queries.lines(page.rows)
    response = Response(
        render_template(
            "certs/batches/progress.html",
            batch=batch,
            page=page,
            standing=standing,
            lines=lines,
            withdrawn=queries.no_longer_valid(batch),
        )
    )
    if not standing.is_going:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.post("/<int:batch_id>/approve", can=Can.CERTS_ISSUE)
def approve(batch_id: int) -> Answer | tuple[str, int]:
    batch, form = _batch(batch_id), Form()
    if form.submit(operations.approve_batch, current_actor(), batch) is None:
        return batch_page(batch, form), status_of_form(form)
    return redirect(url_for(".show", batch_id=batch_id))


@bp.post("/<int:batch_id>/issue", can=Can.CERTS_ISSUE)
def issue(batch_id: int) -> Answer | tuple[str, int]:
    batch, form = _batch(batch_id), Form()
    if form.submit(operations.issue_batch, current_actor(), batch) is None:
        return batch_page(batch, form), status_of_form(form)
    return redirect(url_for(".show", batch_id=batch_id))


@bp.get("/<int:batch_id>/sample.<ending>", can=Can.CERTS_ISSUE)
def sample(batch_id: int, ending: str) -> Response:
    batch = _batch(batch_id)
    key = {"pdf": batch.preview_pdf, "png": batch.preview_png}.get(ending)
    if not key:
        raise NotFound
    content = storage.files().get(key)
    return picture(content, "png") if ending == "png" else download(content, _name(batch, "样张"))


@bp.post("/<int:batch_id>/print", can=Can.CERTS_ISSUE)
def print_anew(batch_id: int) -> Answer:
    operations.renew_print_file(current_actor(), _batch(batch_id))
    return redirect(url_for(".show", batch_id=batch_id))


@bp.post("/<int:batch_id>/draw", can=Can.CERTS_ISSUE)
def draw_again(batch_id: int) -> Answer | tuple[str, int]:
    batch, form = _batch(batch_id), Form()
    if form.submit(operations.draw_again, current_actor(), batch) is None:
        return batch_page(batch, form), status_of_form(form)
    return redirect(url_for(".show", batch_id=batch_id))


@bp.get("/<int:batch_id>/print.pdf", can=Can.CERTS_ISSUE)
def print_file(batch_id: int) -> Response:
    batch = _batch(batch_id)
    if not batch.print_pdf:
        raise NotFound
    if queries.no_longer_valid(batch):
        raise queries.PrintFileOutdated
    return download(storage.files().get(batch.print_pdf), _name(batch, "打印"))


def check_page(run: CourseRun, form: OpenForm) -> str:
    return render_template("certs/batches/new.html", run=run, roster=entitled(run), form=form)


def batch_page(batch: IssueBatch, form: Form) -> str:
    batch, page = queries.whole(batch.id), paged(queries.entries(batch))
    return render_template(
        "certs/batches/show.html",
        batch=batch,
        form=form,
        standing=queries.standing(batch),
        stopped=queries.stopped(batch),
        undrawn=queries.undrawn(batch),
        withdrawn=queries.no_longer_valid(batch),
        papers=len(queries.files_in_force(batch.id)),
        page=page,
        lines=queries.lines(page.rows),
        others=entitled(batch.run, batch.kind).others,
        exam_names=exam_names(batch.run.title),
    )


def _asked_run() -> CourseRun:
    run_id = request.args.get("run", 0, int)
    return fetch(CourseRun, run_id, current_actor(), Can.CERTS_ISSUE)


def _batch(batch_id: int) -> IssueBatch:
    return fetch(IssueBatch, batch_id, current_actor(), Can.CERTS_ISSUE)


def _name(batch: IssueBatch, what: str) -> str:
    return f"{batch.kind.printed}-{batch.run.title}-{what}.pdf"
