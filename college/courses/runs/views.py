from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.courses.catalogue.models import Category
from college.courses.enrolments import offers
from college.courses.enrolments.queries import mine as my_enrolments
from college.courses.runs.calendar import timetable
from college.courses.runs.models import CourseRun
from college.courses.runs.operations import open_run
from college.courses.runs.queries import with_timetable
from college.people.timelines.queries import of_row
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.jinja import own
from college.web.pages import Pages, current_actor
from college.web.paging import paged
from college.web.timeline import asked

TILES = 24  # fills whole rows of one, two, three and four

bp = Pages("runs", __name__, url_prefix="/courses")


@bp.get("", can=Can.COURSES_SEE)
def index() -> str:
    wanted = offers.Wanted.read(request.args)
    actor = current_actor()
    page = paged(offers.on_offer(actor, wanted), offers.asked(actor), per_page=TILES)
    return render_template("courses/runs/index.html", page=page, wanted=wanted, categories=Category)


@bp.get("/runs/<int:run_id>", can=Can.COURSES_SEE)
def show(run_id: int) -> str:
    page = offers.run_page(current_actor(), run_id)
    return render_template("courses/runs/show.html", page=page, form=Form())


@bp.get("/runs/<int:run_id>/timetable.ics", can=Can.COURSES_SEE)
def calendar(run_id: int) -> Response:
    run = with_timetable(current_actor(), run_id)
    content = timetable(run, current_app.config["PUBLIC_URL"])
    return download(content, f"{own(run, 'title')}.ics")


@bp.post("/runs/<int:run_id>/open", can=Can.COURSES_PLAN)
def publish(run_id: int) -> Response | tuple[str, int]:
    actor = current_actor()
    run = fetch(CourseRun, run_id, actor, Can.COURSES_PLAN)
    form = Form(request.form)
    if form.submit(open_run, actor, run) is None:
        page = offers.run_page(actor, run_id)
        return render_template("courses/runs/show.html", page=page, form=form), status_of_form(form)
    flash(gettext("The class is published. Everybody can see it now."), "done")
    return redirect(url_for("runs.show", run_id=run_id))


@bp.get("/runs/mine", can="signed in")
def mine() -> str:
    return render_template("courses/runs/mine.html", enrolments=my_enrolments(current_actor()))


@bp.get("/runs/teaching", can=Can.RUNS_TEACH)
def teaching() -> str:
    actor = current_actor()
    page = paged(offers.taught(actor), offers.asked(actor))
    return render_template("courses/runs/teaching.html", page=page)


@bp.get("/runs/<int:run_id>/history", can=Can.RUNS_TEACH)
def history(run_id: int) -> str:
    actor = current_actor()
    run = fetch(CourseRun, run_id, actor, Can.RUNS_TEACH)
    shown = of_row(actor, run, asked())
    return render_template("courses/runs/history.html", run=run, shown=shown)
