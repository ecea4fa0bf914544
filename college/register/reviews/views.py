from flask import redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import allowed, fetch
from college.core.db import db
from college.core.roles import Can
from college.people.persons.models import Person
from college.register.reviews import queries
from college.register.reviews.forms import (
    ApplyForm,
    FilterForm,
    MoveForm,
    NoticeForm,
    apply_typed,
    correct_typed,
    move_typed,
)
from college.register.reviews.models import Review, ReviewStep
from college.register.steps import StepForm, back_to
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("reviews", __name__, url_prefix="/register/reviews")

Answer = Response | tuple[str, int]


@bp.get("", can=Can.REVIEWS_SEE)
def index() -> str | Response:
    actor, form = current_actor(), FilterForm(request.args)
    if not queries.sees_others(actor):
        return redirect(url_for(".show", person_id=actor.person_id))
    form.validate()
    wanted = form.wanted()
    page = paged(queries.listed(actor, wanted))
    shown = {
        "form": form,
        "page": page,
        "rows": queries.ways(page.rows, wanted.day, known_at=wanted.known_at),
        "counts": queries.counted(actor, wanted),
        "day": wanted.day,
    }
    return render_template("register/reviews/index.html", **shown)


@bp.get("/of/<int:person_id>", can=Can.REVIEWS_SEE)
def show(person_id: int) -> str:
    actor, form = current_actor(), FilterForm(request.args)
    person = fetch(Person, person_id, actor, Can.REVIEWS_SEE)
    form.validate()
    shown = {
        "form": form,
        "day": form.day(),
        "way": queries.way_of(person, form.day(), known_at=form.known_at()),
        "may_record": allowed(actor, Can.REVIEWS_RECORD, person),
        "is_me": person.id == actor.person_id,
    }
    return render_template("register/reviews/show.html", person=person, **shown)


@bp.get("/of/<int:person_id>/apply", can=Can.REVIEWS_RECORD)
def new(person_id: int) -> str:
    return _application(_person(person_id), ApplyForm(on=clock.today()))


@bp.post("/of/<int:person_id>/apply", can=Can.REVIEWS_RECORD)
def create(person_id: int) -> Answer:
    person, form = _person(person_id), ApplyForm(request.form)
    if form.submit(apply_typed, current_actor(), person) is None:
        return _application(person, form), status_of_form(form)
    return back_to(person_id, gettext("The application for review is on record."))


@bp.get("/<int:review_id>/step", can=Can.REVIEWS_RECORD)
def step(review_id: int) -> str:
    row = _review(review_id)
    return _step_page(row, MoveForm(review=row, on=clock.today()))


@bp.post("/<int:review_id>/step", can=Can.REVIEWS_RECORD)
def take(review_id: int) -> Answer:
    row = _review(review_id)
    form = MoveForm(request.form, review=row)
    if form.submit(move_typed, current_actor(), row) is None:
        return _step_page(row, form), status_of_form(form)
    return back_to(row.person_id, gettext("The step is on record."))


@bp.get("/steps/<int:review_step_id>/correct", can=Can.REVIEWS_RECORD)
def correct(review_step_id: int) -> str:
    old = fetch(ReviewStep, review_step_id, current_actor(), Can.REVIEWS_RECORD)
    return _correction(old, _form_of(old)(obj=old))


@bp.post("/steps/<int:review_step_id>/correct", can=Can.REVIEWS_RECORD)
def amend(review_step_id: int) -> Answer:
    old = fetch(ReviewStep, review_step_id, current_actor(), Can.REVIEWS_RECORD)
    form = _form_of(old)(request.form)
    if form.submit(correct_typed, current_actor(), old) is None:
        return _correction(old, form), status_of_form(form)
    row = db.session.get_one(Review, old.review_id)
    return back_to(row.person_id, gettext("The correction is on record."))


def _form_of(old: ReviewStep) -> type[StepForm]:
    return NoticeForm if old.to_on else StepForm


def _person(person_id: int) -> Person:
    return fetch(Person, person_id, current_actor(), Can.REVIEWS_RECORD)


def _review(review_id: int) -> Review:
    return fetch(Review, review_id, current_actor(), Can.REVIEWS_RECORD)


def _application(person: Person, form: ApplyForm) -> str:
    way = queries.way_of(person, clock.today())
    return render_template("register/reviews/apply.html", person=person, form=form, way=way)


def _step_page(row: Review, form: MoveForm) -> str:
    person = db.session.get_one(Person, row.person_id)
    return render_template("register/reviews/step.html", row=row, person=person, form=form)


def _correction(old: ReviewStep, form: StepForm) -> str:
    row = db.session.get_one(Review, old.review_id)
    person = db.session.get_one(Person, row.person_id)
    return render_template("register/reviews/correct.html", old=old, person=person, form=form)
