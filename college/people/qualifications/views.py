from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.people.persons.models import Person
from college.people.qualifications.forms import QualificationForm, correct_chosen, record_chosen
from college.people.qualifications.models import Qualification
from college.people.qualifications.operations import check_qualification, withdraw_qualification
from college.people.qualifications.queries import to_check
from college.web.errors import status_of_form
from college.web.forms import Form
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


@bp.get("/<int:qualification_id>/check", can=Can.QUALIFICATIONS_CHECK)
def look_through(qualification_id: int) -> str:
    return _checking(qualification_id, Form())


@bp.post("/<int:qualification_id>/check", can=Can.QUALIFICATIONS_CHECK)
def check(qualification_id: int) -> Answer:
    held, form = _held(qualification_id, Can.QUALIFICATIONS_CHECK), Form(request.form)
    if form.submit(check_qualification, current_actor(), held) is None:
        return _checking(qualification_id, form), status_of_form(form)
    return _done(held.person_id, gettext("Checked. It now counts as seen by two people."))


@bp.post("/<int:qualification_id>/withdraw", can=Can.QUALIFICATIONS_RECORD)
def withdraw(qualification_id: int) -> Response:
    held = _held(qualification_id)
    withdraw_qualification(current_actor(), held)
    said = gettext("The qualification is withdrawn: it counts nowhere, whatever results say.")
    return _done(held.person_id, said)


def _held(qualification_id: int, can: Can = Can.QUALIFICATIONS_RECORD) -> Qualification:
    return fetch(Qualification, qualification_id, current_actor(), can)


def _person(person_id: int) -> Person:
    return fetch(Person, person_id, current_actor(), Can.PERSONS_SEE)


def _page(person: Person, form: QualificationForm, held: Qualification | None = None) -> str:
    template = "people/qualifications/edit.html"
    return render_template(template, person=person, form=form, held=held)


def _checking(qualification_id: int, form: Form) -> str:
    held = to_check(current_actor(), qualification_id)
    return render_template("people/qualifications/check.html", held=held, form=form)


def _done(person_id: int, said: str) -> Response:
    flash(said, "done")
    return redirect(url_for("persons.show", person_id=person_id))
