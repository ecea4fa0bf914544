from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import allowed, fetch
from college.core.roles import Can
from college.exams.candidacies.views import told
from college.exams.cohorts import boards, dates, progress, queries
from college.exams.cohorts.forms import (
    ChangeForm,
    CohortForm,
    MilestoneForm,
    StageForm,
    TickForm,
    checked_off,
    form_chosen,
)
from college.exams.cohorts.models import CohortMilestone, ExamCohort, MilestoneTick
from college.exams.cohorts.operations import add_enrolled
from college.exams.cohorts.planning import (
    change_milestone,
    remove_milestone,
    take_back,
    take_dates,
)
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("cohorts", __name__, url_prefix="/exams/cohorts")

Answer = Response | tuple[str, int]


@bp.get("", can=Can.COHORTS_SEE)
def index() -> str:
    actor = current_actor()
    page = paged(queries.seen_by(actor))
    followed, today = queries.followed(actor, page.rows), clock.today()
    ahead = [cohort for cohort in page.rows if not cohort.is_over(today)]
    shown = [cohort for cohort in ahead if not followed or cohort.id in followed]
    return render_template(
        "exams/cohorts/index.html",
        page=page,
        funnels=progress.funnels([cohort.id for cohort in page.rows]),
        boards=boards.boards(shown, person_id=None if followed else actor.person_id),
        follows=bool(followed),
    )


@bp.get("/new", can=Can.COHORTS_MANAGE)
def new() -> str:
    return render_template("exams/cohorts/new.html", form=CohortForm(is_planned=True))


@bp.post("/new", can=Can.COHORTS_MANAGE)
def create() -> Answer:
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
    form = StageForm(request.args)
    stage, board = form.chosen(), boards.board(cohort)
    return render_template(
        "exams/cohorts/show.html",
        cohort=cohort,
        funnel=progress.funnel(cohort),
        stage=stage,
        stages=progress.stages_in(cohort.level, cohort.cycle.year),
        members=queries.progress_of(cohort, stage=stage),
        board=board,
        lines=board.behind if form.behind.data else board.lines,
        only_behind=form.behind.data,
        compared=dates.compare(cohort, board.plan),
        may_plan=allowed(actor, Can.COHORTS_PLAN, cohort),
        told=told,
        today=clock.today(),
    )


@bp.post("/<int:cohort_id>/members", can=Can.COHORTS_MANAGE)
def take_in(cohort_id: int) -> Response:
    actor = current_actor()
    added = add_enrolled(actor, fetch(ExamCohort, cohort_id, actor, Can.COHORTS_MANAGE))
    text = ngettext("%(num)s member taken in.", "%(num)s members taken in.", len(added))
    flash(text, "done")
    return redirect(url_for(".show", cohort_id=cohort_id))


@bp.get("/<int:cohort_id>/plan", can=Can.COHORTS_PLAN)
def plan(cohort_id: int) -> str:
    cohort = _planned(cohort_id)
    return _plan_page(cohort, MilestoneForm(cohort=cohort))


@bp.post("/<int:cohort_id>/plan", can=Can.COHORTS_PLAN)
def add(cohort_id: int) -> Answer:
    cohort = _planned(cohort_id)
    form = MilestoneForm(request.form, cohort=cohort)
    if form.submit(form.added, current_actor(), cohort) is None:
        return _plan_page(cohort, form), status_of_form(form)
    flash(gettext("The milestone is in the plan."), "done")
    return redirect(url_for(".plan", cohort_id=cohort_id))


@bp.post("/<int:cohort_id>/plan/dates", can=Can.COHORTS_PLAN)
def take(cohort_id: int) -> Response:
    taken = len(take_dates(current_actor(), _planned(cohort_id)))
    text = ngettext(
        "%(num)s milestone taken from the dates.", "%(num)s milestones taken from the dates.", taken
    )
    flash(text, "done")
    return redirect(url_for(".plan", cohort_id=cohort_id))


@bp.get("/milestones/<int:milestone_id>", can=Can.COHORTS_FOLLOW)
def milestone(milestone_id: int) -> str:
    found = queries.milestone(current_actor(), milestone_id, Can.COHORTS_FOLLOW)
    return _milestone_page(found, TickForm(on=clock.today()))


@bp.get("/milestones/<int:milestone_id>/change", can=Can.COHORTS_PLAN)
def edit(milestone_id: int) -> str:
    found, form = _milestone(milestone_id), ChangeForm()
    form.fill(found)
    return _change_page(found, form)


@bp.post("/milestones/<int:milestone_id>/change", can=Can.COHORTS_PLAN)
def change(milestone_id: int) -> Answer:
    found, form = _milestone(milestone_id), ChangeForm(request.form)
    if form.submit(change_milestone, current_actor(), found) is None:
        return _change_page(found, form), status_of_form(form)
    flash(gettext("The milestone is changed."), "done")
    return redirect(url_for(".plan", cohort_id=found.cohort_id))


@bp.post("/milestones/<int:milestone_id>/remove", can=Can.COHORTS_PLAN)
def remove(milestone_id: int) -> Response:
    gone = remove_milestone(current_actor(), _milestone(milestone_id))
    flash(gettext("The milestone is out of the plan."), "done")
    return redirect(url_for(".plan", cohort_id=gone.cohort_id))


@bp.post("/milestones/<int:milestone_id>/ticks", can=Can.COHORTS_PLAN)
def tick(milestone_id: int) -> Answer:
    found, form = _milestone(milestone_id), TickForm(request.form)
    ticks = form.submit(checked_off, current_actor(), found)
    if ticks is None:
        return _milestone_page(found, form), status_of_form(form)
    text = ngettext("%(num)s member checked off.", "%(num)s members checked off.", len(ticks))
    flash(text, "done")
    return redirect(url_for(".milestone", milestone_id=milestone_id))


@bp.post("/ticks/<int:tick_id>/take-back", can=Can.COHORTS_PLAN)
def untick(tick_id: int) -> Response:
    actor = current_actor()
    gone = take_back(actor, fetch(MilestoneTick, tick_id, actor, Can.COHORTS_PLAN))
    flash(gettext("Taken back."), "done")
    return redirect(url_for(".milestone", milestone_id=gone.milestone_id))


def _planned(cohort_id: int) -> ExamCohort:
    return fetch(ExamCohort, cohort_id, current_actor(), Can.COHORTS_PLAN)


def _milestone(milestone_id: int) -> CohortMilestone:
    return queries.milestone(current_actor(), milestone_id, Can.COHORTS_PLAN)


def _plan_page(cohort: ExamCohort, form: MilestoneForm) -> str:
    board = boards.board(cohort)
    return render_template(
        "exams/cohorts/plan.html",
        cohort=cohort,
        board=board,
        compared=dates.compare(cohort, board.plan),
        form=form,
        told=told,
        today=clock.today(),
    )


def _milestone_page(found: CohortMilestone, form: TickForm) -> str:
    actor = current_actor()
    cohort = fetch(ExamCohort, found.cohort_id, actor, Can.COHORTS_FOLLOW)
    return render_template(
        "exams/cohorts/milestone.html",
        cohort=cohort,
        milestone=found,
        board=boards.board(cohort),
        ticks=queries.ticks_of(found),
        form=form,
        may_plan=allowed(actor, Can.COHORTS_PLAN, cohort),
        told=told,
        today=clock.today(),
    )


def _change_page(found: CohortMilestone, form: ChangeForm) -> str:
    cohort = _planned(found.cohort_id)
    return render_template(
        "exams/cohorts/change.html",
        cohort=cohort,
        milestone=found,
        announced_on=dates.announced_for(cohort).get(found.what),
        form=form,
        told=told,
    )


def _my_page(cohort: ExamCohort) -> str:
    """What a member sees: the classes, one's own plan and one's own steps, nobody else's."""
    me = current_actor().person_id
    board = boards.board(cohort, person_id=me)
    return render_template(
        "exams/cohorts/mine.html",
        cohort=cohort,
        funnel=progress.funnel(cohort),
        stages=progress.stages_in(cohort.level, cohort.cycle.year),
        members=queries.progress_of(cohort, person_id=me),
        board=board,
        mine=board.lines[0].standing if board.lines else None,
        told=told,
        today=clock.today(),
    )
