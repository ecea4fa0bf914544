from flask import flash, redirect, render_template, request, url_for
from flask_babel import ngettext
from werkzeug.wrappers import Response

from college.core.access import allowed, fetch
from college.core.roles import Can
from college.exams.cohorts import progress, queries
from college.exams.cohorts.forms import CohortForm, StageForm, form_chosen
from college.exams.cohorts.models import ExamCohort
from college.exams.cohorts.operations import add_enrolled
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("cohorts", __name__, url_prefix="/exams/cohorts")


@bp.get("", can=Can.COHORTS_SEE)
def index() -> str:
    page = paged(queries.seen_by(current_actor()))
    funnels = progress.funnels([cohort.id for cohort in page.rows])
    return render_template("exams/cohorts/index.html", page=page, funnels=funnels)


@bp.get("/new", can=Can.COHORTS_MANAGE)
def new() -> str:
    return render_template("exams/cohorts/new.html", form=CohortForm())


@bp.post("/new", can=Can.COHORTS_MANAGE)
def create() -> Response | tuple[str, int]:
    form = CohortForm(request.form)
    cohort = form.submit(form_chosen, current_actor())
    if cohort is None:
        return render_template("exams/cohorts/new.html", form=form), status_of_form(form)
    return redirect(url_for(".show", cohort_id=cohort.id))


@bp.get("/<int:cohort_id>", can=Can.COHORTS_SEE)
def show(cohort_id: int) -> str:
    actor = current_actor()
    cohort = queries.whole(actor, cohort_id)
    if not allowed(actor, Can.COHORTS_FOLLOW, cohort):
        return _my_page(cohort)
    stage = StageForm(request.args).chosen()
    return render_template(
        "exams/cohorts/show.html",
        cohort=cohort,
        funnel=progress.funnel(cohort),
        stage=stage,
        members=queries.progress_of(cohort, stage=stage),
    )


@bp.post("/<int:cohort_id>/members", can=Can.COHORTS_MANAGE)
def take_in(cohort_id: int) -> Response:
    actor = current_actor()
    added = add_enrolled(actor, fetch(ExamCohort, cohort_id, actor, Can.COHORTS_MANAGE))
    text = ngettext("%(num)s member taken in.", "%(num)s members taken in.", len(added))
    flash(text, "done")
    return redirect(url_for(".show", cohort_id=cohort_id))


def _my_page(cohort: ExamCohort) -> str:
    """What a member sees: the classes and one's own steps, nobody else's."""
    mine = queries.progress_of(cohort, person_id=current_actor().person_id)
    funnel = progress.funnel(cohort)
    return render_template("exams/cohorts/mine.html", cohort=cohort, funnel=funnel, members=mine)
