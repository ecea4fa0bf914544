from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.people.persons.models import Person
from college.people.qualifications.forms import QualificationForm, correct_chosen, record_chosen
from college.people.qualifications.models import Qualification
from college.people.qualifications.operations import withdraw_qualification
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("qualifications", __name__, url_prefix="/people/qualifications")

Answer = Response | tuple[str, int]


@bp.get("/new/<int:person_id>", can=Can.QUALIFICATIONS_RECORD)
def new(person_id: int) -> str:
    return _page(_person(person_id), QualificationForm())


@bp.post("/new/<int:person_id>", can=Can.QUALIFICATIONS_RECORD)
def create(person_id: int) -> Answer:
    person, form = _person(person_id), QualificationForm(request.form)
    if form.submit(record_chosen, current_actor(), person) is None:
        return _page(person, form), status_of_form(form)
    return _done(person_id, gettext("The qualification is on record."))


@bp.get("/<int:qualification_id>/correct", can=Can.QUALIFICATIONS_RECORD)
def correct(qualification_id: int) -> str:
    held = _held(qualification_id)
    return _page(_person(held.person_id), QualificationForm(obj=held), held)


@bp.post("/<int:qualification_id>/correct", can=Can.QUALIFICATIONS_RECORD)
def amend(qualification_id: int) -> Answer:
    held, form = _held(qualification_id), QualificationForm(request.form)
    if form.submit(correct_chosen, current_actor(), held) is None:
        return _page(_person(held.person_id), form, held), status_of_form(form)
    return _done(held.person_id, gettext("The correction is on record."))


@bp.post("/<int:qualification_id>/withdraw", can=Can.QUALIFICATIONS_RECORD)
def withdraw(qualification_id: int) -> Response:
    held = _held(qualification_id)
    withdraw_qualification(current_actor(), held)
    said = gettext("The qualification is withdrawn: it counts nowhere any more.")
    return _done(held.person_id, said)


def _held(qualification_id: int) -> Qualification:
    return fetch(Qualification, qualification_id, current_actor(), Can.QUALIFICATIONS_RECORD)


def _person(person_id: int) -> Person:
    return fetch(Person, person_id, current_actor(), Can.PERSONS_SEE)


def _page(person: Person, form: QualificationForm, held: Qualification | None = None) -> str:
    template = "people/qualifications/edit.html"
    return render_template(template, person=person, form=form, held=held)


def _done(person_id: int, said: str) -> Response:
    flash(said, "done")
    return redirect(url_for("persons.show", person_id=person_id))
