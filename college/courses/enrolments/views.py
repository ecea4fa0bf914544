from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.courses.enrolments import answers, offers
from college.courses.enrolments.models import Enrolment
from college.courses.enrolments.operations import enrol, withdraw
from college.courses.enrolments.queries import could_enrol
from college.courses.runs.models import CourseRun
from college.people.persons.models import Person
from college.people.persons.queries import me
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("enrolments", __name__, url_prefix="/courses/runs/<int:run_id>/enrolments")


@bp.post("/new", can=Can.ENROLMENTS_ENROL)
def create(run_id: int) -> Response | tuple[str, int]:
    actor = current_actor()
    run = fetch(CourseRun, run_id, actor, Can.COURSES_SEE)
    welcome = answers.welcome(run)  # before the lock, which holds everybody else up
    form = Form(request.form)
    enrolment = form.submit(enrol, actor, run, me(actor))
    if enrolment is None:
        page = offers.run_page(actor, run_id)
        return render_template("courses/runs/show.html", page=page, form=form), status_of_form(form)
    flash(*answers.to_the_enrolled(enrolment, welcome))
    return redirect(url_for("runs.show", run_id=run_id))


@bp.get("/new", can=Can.ENROLMENTS_ENROL)
def new(run_id: int) -> str:
    return choosing(run_id, Form())


@bp.post("/new/<int:person_id>", can=Can.ENROLMENTS_ENROL)
def put_forward(run_id: int, person_id: int) -> Response | tuple[str, int]:
    actor = current_actor()
    run = fetch(CourseRun, run_id, actor, Can.COURSES_SEE)
    person = fetch(Person, person_id, actor, Can.ENROLMENTS_ENROL)
    form = Form(request.form)
    enrolment = form.submit(enrol, actor, run, person)
    if enrolment is None:
        return choosing(run_id, form), status_of_form(form)
    flash(*answers.to_who_enrolled(person, enrolment))
    return redirect(url_for(".new", run_id=run_id))


@bp.post("/<int:enrolment_id>/withdraw", can=Can.ENROLMENTS_ENROL)
def leave(run_id: int, enrolment_id: int) -> Response | tuple[str, int]:
    actor = current_actor()
    enrolment = fetch(Enrolment, enrolment_id, actor, Can.ENROLMENTS_ENROL)
    form = Form(request.form)
    if form.submit(withdraw, actor, enrolment) is None:
        page = offers.run_page(actor, run_id)
        return render_template("courses/runs/show.html", page=page, form=form), status_of_form(form)
    person = fetch(Person, enrolment.person_id, actor, Can.ENROLMENTS_ENROL)
    flash(answers.to_the_withdrawn(actor, person), "done")
    return redirect(url_for("runs.show", run_id=enrolment.run_id))


def choosing(run_id: int, form: Form) -> str:
    """The page on which people of one's own unit are enrolled."""
    actor, words = current_actor(), request.args.get("q", "")[:80]
    page = offers.run_page(actor, run_id)
    people = paged(could_enrol(actor, page.run, words))
    return render_template(
        "courses/enrolments/new.html", page=page, people=people, words=words, form=form
    )
