from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.courses.attendance import queries
from college.courses.attendance.forms import AttendanceForm, submit_roll
from college.courses.attendance.models import AttendanceStatus
from college.courses.attendance.operations import mark_all_present, mark_attendance
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun, Lesson
from college.web.errors import refused
from college.web.pages import Pages, current_actor

bp = Pages("attendance", __name__, url_prefix="/courses/runs/<int:run_id>/attendance")
PAGE = "courses/attendance/lesson.html"


@bp.get("", can=Can.ATTENDANCE_MARK)
def index(run_id: int) -> str:
    run = fetch(CourseRun, run_id, current_actor(), Can.ATTENDANCE_MARK)
    diary = queries.diary(run)
    return render_template("courses/attendance/index.html", run=run, diary=diary)


@bp.get("/<int:lesson_id>", can=Can.ATTENDANCE_MARK)
def lesson(run_id: int, lesson_id: int) -> str:
    run = fetch(CourseRun, run_id, current_actor(), Can.ATTENDANCE_MARK)
    roll = queries.roll(run, lesson_id)
    return render_template(PAGE, run=run, roll=roll, refused={}, statuses=AttendanceStatus)


@bp.post("/<int:lesson_id>", can=Can.ATTENDANCE_MARK)
def save(run_id: int, lesson_id: int) -> Response | str:
    actor = current_actor()
    run = fetch(CourseRun, run_id, actor, Can.ATTENDANCE_MARK)
    done = submit_roll(actor, queries.roll(run, lesson_id), request.form)
    if done.refused:
        facts = {"refused": done.refused, "stored": done.stored, "statuses": AttendanceStatus}
        return render_template(PAGE, run=run, roll=queries.roll(run, lesson_id), **facts)
    flash(gettext("%(n)s entries saved.", n=done.stored), "done")
    return redirect(url_for(".lesson", run_id=run_id, lesson_id=lesson_id))


@bp.post("/<int:lesson_id>/all-present", can=Can.ATTENDANCE_MARK)
def all_present(run_id: int, lesson_id: int) -> Response:
    actor = current_actor()
    records = mark_all_present(actor, fetch(Lesson, lesson_id, actor, Can.ATTENDANCE_MARK))
    flash(gettext("%(n)s people marked present.", n=len(records)), "done")
    return redirect(url_for(".lesson", run_id=run_id, lesson_id=lesson_id))


@bp.post("/<int:lesson_id>/<int:enrolment_id>", can=Can.ATTENDANCE_MARK)
def mark(run_id: int, lesson_id: int, enrolment_id: int) -> Any:
    """Store one choice for the script of the page."""
    actor = current_actor()
    lesson = fetch(Lesson, lesson_id, actor, Can.ATTENDANCE_MARK)
    enrolment = fetch(Enrolment, enrolment_id, actor, Can.ENROLMENTS_SEE)
    form = AttendanceForm(request.form)
    record = form.submit(mark_attendance, actor, lesson, enrolment)
    return refused(form) if record is None else {"version": record.version, "value": record.text}
