from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import allowed, fetch
from college.core.db import db
from college.core.roles import Can
from college.people.employment.queries import units_of
from college.people.persons.models import Person
from college.people.qualifications.models import Level
from college.register.continuing_education.queries import with_hours
from college.register.registrations import listing, queries
from college.register.registrations.forms import (
    ApplyForm,
    FilterForm,
    MoveForm,
    PeriodForm,
    RecordForm,
    apply_typed,
    correct_typed,
    move_typed,
    record_typed,
)
from college.register.registrations.models import Registration, RegistrationStep
from college.register.registrations.operations import adopt_registration_rules
from college.register.steps import StepForm, back_to
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("registrations", __name__, url_prefix="/register/registrations")

Answer = Response | tuple[str, int]


@bp.get("", can=Can.REGISTRATIONS_SEE)
def index() -> str | Response:
    actor, form = current_actor(), FilterForm(request.args)
    if not queries.sees_others(actor):
        return redirect(url_for(".show", person_id=actor.person_id))
    form.validate()
    wanted = form.wanted()
    page = paged(listing.listed(actor, wanted))
    rows = queries.judged(page.rows, wanted.as_of, known_at=wanted.known_at)
    units = units_of([row.person_id for row in page.rows], wanted.as_of)
    shown = {"form": form, "page": page, "rows": rows, "units": units, "day": wanted.as_of}
    return render_template(
        "register/registrations/index.html", rule=queries.rule_on(wanted.as_of), **shown
    )


@bp.get("/of/<int:person_id>", can=Can.REGISTRATIONS_SEE)
def show(person_id: int) -> str:
    actor, form = current_actor(), FilterForm(request.args)
    person = fetch(Person, person_id, actor, Can.REGISTRATIONS_SEE)
    form.validate()
    levels = queries.levels_of(actor, person, form.day(), known_at=form.known_at())
    judged = queries.judged(levels, form.day(), known_at=form.known_at())
    held = with_hours(judged, form.day(), known_at=form.known_at())
    may_record = allowed(actor, Can.REGISTRATIONS_RECORD, person)
    shown = {"person": person, "held": held, "form": form, "day": form.day()}
    is_me = person.id == actor.person_id
    return render_template(
        "register/registrations/show.html", may_record=may_record, is_me=is_me, **shown
    )


@bp.get("/of/<int:person_id>/apply", can=Can.REGISTRATIONS_RECORD)
def new(person_id: int) -> str:
    person = _person(person_id)
    form = ApplyForm(levels=_levels(person), on=clock.today())
    return render_template("register/registrations/apply.html", person=person, form=form)


@bp.post("/of/<int:person_id>/apply", can=Can.REGISTRATIONS_RECORD)
def create(person_id: int) -> Answer:
    person = _person(person_id)
    form = ApplyForm(request.form, levels=_levels(person))
    if form.submit(apply_typed, current_actor(), person) is None:
        page = render_template("register/registrations/apply.html", person=person, form=form)
        return page, status_of_form(form)
    return back_to(person_id, gettext("The application is on record."))


@bp.get("/of/<int:person_id>/record", can=Can.REGISTRATIONS_RECORD)
def take_over(person_id: int) -> str:
    person = _person(person_id)
    form = RecordForm(levels=_levels(person))
    return render_template("register/registrations/record.html", person=person, form=form)


@bp.post("/of/<int:person_id>/record", can=Can.REGISTRATIONS_RECORD)
def record(person_id: int) -> Answer:
    person = _person(person_id)
    form = RecordForm(request.form, levels=_levels(person))
    if form.submit(record_typed, current_actor(), person) is None:
        page = render_template("register/registrations/record.html", person=person, form=form)
        return page, status_of_form(form)
    return back_to(person_id, gettext("The registration is on record."))


@bp.get("/<int:registration_id>/step", can=Can.REGISTRATIONS_RECORD)
def step(registration_id: int) -> str:
    row = _registration(registration_id)
    return _step_page(row, MoveForm(registration=row, on=clock.today()))


@bp.post("/<int:registration_id>/step", can=Can.REGISTRATIONS_RECORD)
def take(registration_id: int) -> Answer:
    row = _registration(registration_id)
    form = MoveForm(request.form, registration=row)
    if form.submit(move_typed, current_actor(), row) is None:
        return _step_page(row, form), status_of_form(form)
    return back_to(row.person_id, gettext("The step is on record."))


@bp.get("/steps/<int:step_id>/correct", can=Can.REGISTRATIONS_RECORD)
def correct(step_id: int) -> str:
    old = fetch(RegistrationStep, step_id, current_actor(), Can.REGISTRATIONS_RECORD)
    return _correction(old, _form_of(old)(obj=old))


@bp.post("/steps/<int:step_id>/correct", can=Can.REGISTRATIONS_RECORD)
def amend(step_id: int) -> Answer:
    old = fetch(RegistrationStep, step_id, current_actor(), Can.REGISTRATIONS_RECORD)
    form = _form_of(old)(request.form)
    if form.submit(correct_typed, current_actor(), old) is None:
        return _correction(old, form), status_of_form(form)
    row = db.session.get_one(Registration, old.registration_id)
    return back_to(row.person_id, gettext("The correction is on record."))


@bp.get("/rules", can=Can.REGISTER_RULE)
def rules() -> str:
    return render_template("register/registrations/rules.html", rules=queries.all_rules())


@bp.post("/rules/adopt", can=Can.REGISTER_RULE)
def adopt() -> Response:
    adopt_registration_rules(current_actor())
    flash(gettext("The rules of registration are adopted."), "done")
    return redirect(url_for(".rules"))


def _form_of(old: RegistrationStep) -> type[StepForm]:
    return PeriodForm if old.from_on else StepForm


def _levels(person: Person) -> list[Level]:
    rows = queries.levels_of(current_actor(), person, clock.today())
    return [row.level for row in rows]


def _person(person_id: int) -> Person:
    return fetch(Person, person_id, current_actor(), Can.REGISTRATIONS_RECORD)


def _registration(registration_id: int) -> Registration:
    return fetch(Registration, registration_id, current_actor(), Can.REGISTRATIONS_RECORD)


def _step_page(row: Registration, form: MoveForm) -> str:
    person = db.session.get_one(Person, row.person_id)
    return render_template("register/registrations/step.html", row=row, person=person, form=form)


def _correction(old: RegistrationStep, form: StepForm) -> str:
    row = db.session.get_one(Registration, old.registration_id)
    person = db.session.get_one(Person, row.person_id)
    return render_template("register/registrations/correct.html", old=old, person=person, form=form)
