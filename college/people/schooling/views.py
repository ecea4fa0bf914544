from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.people.persons.models import Person
from college.people.schooling import forms
from college.people.schooling.models import EarlierPractice, Schooling
from college.people.schooling.operations import withdraw_practice, withdraw_schooling
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("schooling", __name__, url_prefix="/people/schooling")

Answer = Response | tuple[str, int]


@bp.get("/new/<int:person_id>", can=Can.SCHOOLING_RECORD)
def new(person_id: int) -> str:
    return _page(_person(person_id), forms.SchoolingForm())


@bp.post("/new/<int:person_id>", can=Can.SCHOOLING_RECORD)
def create(person_id: int) -> Answer:
    person, form = _person(person_id), forms.SchoolingForm(request.form)
    if form.submit(forms.record_typed, current_actor(), person) is None:
        return _page(person, form), status_of_form(form)
    return _done(person_id, gettext("The diploma is on record."))


@bp.get("/<int:schooling_id>/correct", can=Can.SCHOOLING_RECORD)
def correct(schooling_id: int) -> str:
    held = _held(schooling_id)
    return _page(_person(held.person_id), forms.SchoolingForm(obj=held), held)


@bp.post("/<int:schooling_id>/correct", can=Can.SCHOOLING_RECORD)
def amend(schooling_id: int) -> Answer:
    held, form = _held(schooling_id), forms.SchoolingForm(request.form)
    if form.submit(forms.correct_typed, current_actor(), held) is None:
        return _page(_person(held.person_id), form, held), status_of_form(form)
    return _done(held.person_id, gettext("The correction is on record."))


@bp.post("/<int:schooling_id>/withdraw", can=Can.SCHOOLING_RECORD)
def withdraw(schooling_id: int) -> Response:
    held = _held(schooling_id)
    withdraw_schooling(current_actor(), held)
    return _done(held.person_id, gettext("The diploma is withdrawn: it counts nowhere any more."))


@bp.get("/practice/<int:person_id>", can=Can.SCHOOLING_RECORD)
def new_practice(person_id: int) -> str:
    return _practice_page(_person(person_id), forms.PracticeForm())


@bp.post("/practice/<int:person_id>", can=Can.SCHOOLING_RECORD)
def add_practice(person_id: int) -> Answer:
    person, form = _person(person_id), forms.PracticeForm(request.form)
    if form.submit(forms.state_typed, current_actor(), person) is None:
        return _practice_page(person, form), status_of_form(form)
    return _done(person_id, gettext("The earlier practice is on record."))


@bp.post("/practice/<int:practice_id>/withdraw", can=Can.SCHOOLING_RECORD)
def take_back(practice_id: int) -> Response:
    actor = current_actor()
    held = fetch(EarlierPractice, practice_id, actor, Can.SCHOOLING_RECORD)
    withdraw_practice(actor, held)
    said = gettext("The earlier practice is withdrawn: it counts nowhere any more.")
    return _done(held.person_id, said)


def _held(schooling_id: int) -> Schooling:
    return fetch(Schooling, schooling_id, current_actor(), Can.SCHOOLING_RECORD)


def _person(person_id: int) -> Person:
    return fetch(Person, person_id, current_actor(), Can.SCHOOLING_RECORD)


def _page(person: Person, form: forms.SchoolingForm, held: Schooling | None = None) -> str:
    template = "people/schooling/edit.html"
    return render_template(template, person=person, form=form, held=held)


def _practice_page(person: Person, form: forms.PracticeForm) -> str:
    return render_template("people/schooling/practice.html", person=person, form=form)


def _done(person_id: int, said: str) -> Response:
    flash(said, "done")
    return redirect(url_for("eligibility.show", person_id=person_id))
