from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from college.core.access import fetch
from college.core.roles import Can
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import cycles_held
from college.exams.pass_rules.models import PassLine
from college.exams.rejudgings import queries
from college.exams.rejudgings.forms import LineForm, foresee_chosen, publish_chosen
from college.exams.rejudgings.models import Rejudging
from college.exams.rejudgings.operations import (
    go_on_rejudging,
    order_rejudging,
    take_back_line,
)
from college.exams.rejudgings.queries import Outcome
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("rejudgings", __name__, url_prefix="/exams/rejudgings")
SHOWN = 500  # of each kind on a page


@bp.get("", can=Can.RESULTS_IMPORT)
def index() -> str:
    page = paged(queries.rounds())
    return render_template("exams/rejudgings/index.html", page=page, cycles=cycles_held())


@bp.get("/line", can=Can.RESULTS_IMPORT)
def line() -> str:
    """The form; once it is filled in, what the line would change: nothing is written."""
    form = LineForm(request.args)
    return _line_page(form, form.submit(foresee_chosen) if request.args else None)


@bp.post("/line", can=Can.RESULTS_IMPORT)
def publish() -> Answer | tuple[str, int]:
    form = LineForm(request.form)
    made = form.submit(publish_chosen, current_actor())
    if made is None:
        return _line_page(form, is_published=True), status_of_form(form)
    if len(made) == 1:
        return redirect(url_for(".show", rejudging_id=made[0].id))
    return redirect(url_for(".index"))


@bp.post("/lines/<int:line_id>/take-back", can=Can.RESULTS_IMPORT)
def take_back(line_id: int) -> Answer:
    actor = current_actor()
    made = take_back_line(actor, fetch(PassLine, line_id, actor, Can.RESULTS_IMPORT))
    flash(
        gettext("The line is taken back. The results of its region are judged without it."), "done"
    )
    return redirect(url_for(".show", rejudging_id=made[0].id) if made else url_for(".index"))


@bp.get("/cycles/<int:cycle_id>", can=Can.RESULTS_IMPORT)
def foresee(cycle_id: int) -> str:
    """What judging a whole year anew would change: nothing is written."""
    cycle = fetch(ExamCycle, cycle_id, current_actor(), Can.RESULTS_IMPORT)
    outcome = queries.foreseen_anew(cycle)
    template = "exams/rejudgings/year.html"
    return render_template(template, cycle=cycle, outcome=outcome, limit=SHOWN)


@bp.post("/cycles/<int:cycle_id>", can=Can.RESULTS_IMPORT)
def order(cycle_id: int) -> Answer:
    actor = current_actor()
    row = order_rejudging(actor, fetch(ExamCycle, cycle_id, actor, Can.RESULTS_IMPORT))
    return redirect(url_for(".show", rejudging_id=row.id))


@bp.get("/<int:rejudging_id>", can=Can.RESULTS_IMPORT)
def show(rejudging_id: int) -> str:
    row = fetch(Rejudging, rejudging_id, current_actor(), Can.RESULTS_IMPORT)
    return render_template(
        "exams/rejudgings/show.html",
        row=row,
        round=queries.round_of(row),
        outcome=queries.outcome_of(row, most=SHOWN),
        unearned=queries.unearned_by(row),
        limit=SHOWN,
    )


@bp.get("/<int:rejudging_id>/progress", can=Can.RESULTS_IMPORT)
def progress(rejudging_id: int) -> Response:
    """The part of the page that moves; once the round is over the whole page is loaded anew."""
    row = fetch(Rejudging, rejudging_id, current_actor(), Can.RESULTS_IMPORT)
    now = queries.round_of(row)
    response = Response(render_template("exams/rejudgings/progress.html", row=row, round=now))
    if not now.is_going:
        response.headers["HX-Refresh"] = "true"
    return response


@bp.post("/<int:rejudging_id>/go-on", can=Can.RESULTS_IMPORT)
def go_on(rejudging_id: int) -> Answer:
    actor = current_actor()
    go_on_rejudging(actor, fetch(Rejudging, rejudging_id, actor, Can.RESULTS_IMPORT))
    return redirect(url_for(".show", rejudging_id=rejudging_id))


def _line_page(
    form: LineForm, outcome: Outcome | None = None, *, is_published: bool = False
) -> str:
    return render_template(
        "exams/rejudgings/line.html",
        form=form,
        outcome=outcome,
        asks_notice=outcome is not None or is_published,
        limit=SHOWN,
    )
