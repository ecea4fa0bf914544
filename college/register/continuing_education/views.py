from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import allowed, fetch
from college.core.db import db
from college.core.roles import Can
from college.people.employment.queries import units_of
from college.people.persons.models import Person
from college.register.continuing_education import queries
from college.register.continuing_education.forms import (
    HoursForm,
    RefuseForm,
    correct_typed,
    enter_typed,
)
from college.register.continuing_education.models import HourEntry
from college.register.continuing_education.operations import (
    confirm_hours,
    refuse_hours,
    withdraw_hours,
)
from college.register.registrations import listing
from college.register.registrations.forms import FilterForm
from college.register.registrations.queries import judged, levels_of
from college.register.steps import back_to
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("continuing_education", __name__, url_prefix="/register/continuing-education")

Answer = Response | tuple[str, int]


@bp.get("", can=Can.CE_SEE)
def index() -> str | Response:
    actor, form = current_actor(), FilterForm(request.args)
    if not queries.sees_others(actor):
        return redirect(url_for(".show", person_id=actor.person_id))
    form.validate()
    wanted = form.wanted()
    page = paged(listing.listed(actor, wanted))
    held = judged(page.rows, wanted.as_of, known_at=wanted.known_at)
    rows = queries.kept(held, wanted.as_of, known_at=wanted.known_at)
    units = units_of([row.person_id for row in page.rows], wanted.as_of)
    shown = {"form": form, "page": page, "rows": rows, "units": units}
    count = queries.count_waiting(actor)
    return render_template("register/continuing_education/index.html", waiting=count, **shown)


@bp.get("/of/<int:person_id>", can=Can.CE_SEE)
def show(person_id: int) -> str:
    actor, form = current_actor(), FilterForm(request.args)
    person = fetch(Person, person_id, actor, Can.CE_SEE)
    form.validate()
    day, known_at = form.day(), form.known_at()
    held = judged(levels_of(actor, person, day, known_at=known_at), day, known_at=known_at)
    shown = {
        "rows": queries.kept(held, day, known_at=known_at),
        "ledger": queries.ledger_of(person, day, known_at=known_at),
        "may_enter": allowed(actor, Can.CE_ENTER, person),
        "is_me": person.id == actor.person_id,
    }
    page = "register/continuing_education/show.html"
    return render_template(page, person=person, form=form, day=day, **shown)


@bp.get("/of/<int:person_id>/enter", can=Can.CE_ENTER)
def new(person_id: int) -> str:
    person = fetch(Person, person_id, current_actor(), Can.CE_ENTER)
    return _page(person, HoursForm())


@bp.post("/of/<int:person_id>/enter", can=Can.CE_ENTER)
def create(person_id: int) -> Answer:
    person, form = fetch(Person, person_id, current_actor(), Can.CE_ENTER), HoursForm(request.form)
    if form.submit(enter_typed, current_actor(), person) is None:
        return _page(person, form), status_of_form(form)
    said = gettext("The hours are entered. They count once a second person confirms them.")
    return back_to(person_id, said)


@bp.get("/<int:entry_id>/correct", can=Can.CE_ENTER)
def correct(entry_id: int) -> str:
    old = fetch(HourEntry, entry_id, current_actor(), Can.CE_ENTER)
    return _page(db.session.get_one(Person, old.person_id), HoursForm(obj=old), old)


@bp.post("/<int:entry_id>/correct", can=Can.CE_ENTER)
def amend(entry_id: int) -> Answer:
    old = fetch(HourEntry, entry_id, current_actor(), Can.CE_ENTER)
    form = HoursForm(request.form)
    if form.submit(correct_typed, current_actor(), old) is None:
        page = _page(db.session.get_one(Person, old.person_id), form, old)
        return page, status_of_form(form)
    return back_to(old.person_id, gettext("The correction waits to be confirmed."))


@bp.post("/<int:entry_id>/withdraw", can=Can.CE_ENTER)
def withdraw(entry_id: int) -> Response:
    old = fetch(HourEntry, entry_id, current_actor(), Can.CE_ENTER)
    withdraw_hours(current_actor(), old)
    return back_to(old.person_id, gettext("The entry is withdrawn: it counts nowhere any more."))


@bp.get("/waiting", can=Can.CE_CONFIRM)
def waiting() -> str:
    page = paged(queries.waiting(current_actor()))
    return render_template(
        "register/continuing_education/waiting.html", page=page, form=RefuseForm(), at=None
    )


@bp.post("/<int:entry_id>/confirm", can=Can.CE_CONFIRM)
def confirm(entry_id: int) -> Response:
    entry = fetch(HourEntry, entry_id, current_actor(), Can.CE_CONFIRM)
    confirm_hours(current_actor(), entry)
    flash(gettext("Confirmed: the hours count."), "done")
    return redirect(url_for(".waiting"))


@bp.post("/<int:entry_id>/refuse", can=Can.CE_CONFIRM)
def refuse(entry_id: int) -> Answer:
    entry, form = _waiting(entry_id), RefuseForm(request.form)
    if form.submit(refuse_hours, current_actor(), entry) is None:
        page = paged(queries.waiting(current_actor()))
        shown = {"page": page, "form": form, "at": entry_id}
        said = render_template("register/continuing_education/waiting.html", **shown)
        return said, status_of_form(form)
    flash(gettext("Not confirmed. They can read why, and correct it."), "done")
    return redirect(url_for(".waiting"))


def _waiting(entry_id: int) -> HourEntry:
    return fetch(HourEntry, entry_id, current_actor(), Can.CE_CONFIRM)


def _page(person: Person, form: HoursForm, old: HourEntry | None = None) -> str:
    page = "register/continuing_education/enter.html"
    return render_template(page, person=person, form=form, old=old)
