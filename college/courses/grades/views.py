from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.courses.enrolments.models import Enrolment
from college.courses.grades import queries
from college.courses.grades.forms import MarkForm, submit_grid
from college.courses.grades.models import plain
from college.courses.grades.operations import enter_mark
from college.courses.grades.sheets import workbook
from college.courses.runs.models import Assessment, CourseRun
from college.web.downloads import download
from college.web.errors import refused
from college.web.pages import Pages, current_actor

bp = Pages("grades", __name__, url_prefix="/courses/runs/<int:run_id>/grades")
PAGE = "courses/grades/index.html"


@bp.get("", can=Can.GRADES_MARK)
def index(run_id: int) -> str:
    run = fetch(CourseRun, run_id, current_actor(), Can.GRADES_MARK)
    return render_template(PAGE, run=run, grid=queries.grid(run), refused={})


@bp.post("", can=Can.GRADES_MARK)
def save(run_id: int) -> Response | str:
    actor = current_actor()
    run = fetch(CourseRun, run_id, actor, Can.GRADES_MARK)
    done = submit_grid(actor, queries.grid(run), request.form)
    if done.refused:
        facts = {"refused": done.refused, "stored": done.stored}
        return render_template(PAGE, run=run, grid=queries.grid(run), **facts)
    flash(gettext("%(n)s entries saved.", n=done.stored), "done")
    return redirect(url_for(".index", run_id=run_id))


@bp.post("/<int:assessment_id>/<int:enrolment_id>", can=Can.GRADES_MARK)
def mark(run_id: int, assessment_id: int, enrolment_id: int) -> Any:
    """Store one cell for the script of the page; `note` is the new total of its row."""
    actor = current_actor()
    assessment = fetch(Assessment, assessment_id, actor, Can.GRADES_MARK)
    enrolment = fetch(Enrolment, enrolment_id, actor, Can.ENROLMENTS_SEE)
    form = MarkForm(request.form)
    mark = form.submit(enter_mark, actor, assessment, enrolment)
    if mark is None:
        return refused(form)
    total = plain(queries.total_of(enrolment_id, assessment.run_id)) or gettext("to come")
    return {"version": mark.version, "value": plain(mark.value), "note": total}


@bp.get("/sheet.xlsx", can=Can.GRADES_MARK)
def sheet(run_id: int) -> Response:
    run = fetch(CourseRun, run_id, current_actor(), Can.GRADES_MARK)
    return download(workbook(queries.book(run)), f"{run.code}.xlsx")
