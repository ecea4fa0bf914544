from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response

from college.core import security_log
from college.core.access import fetch
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.persons import photos
from college.people.persons.forms import (
    EditForm,
    PersonForm,
    PhotoForm,
    RevealForm,
    amend_typed,
    record_typed,
)
from college.people.persons.models import Person
from college.people.persons.operations import remove_photo, reveal
from college.people.timelines.queries import of_person
from college.reports.persons import listing, queries
from college.reports.persons.forms import FilterForm
from college.reports.persons.portraying import portrayed, text_to_agree_to
from college.stations.units.queries import units_to_choose
from college.web.downloads import picture
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged, paged_at_once
from college.web.proofs import answer_once
from college.web.timeline import asked

bp = Pages("persons", __name__, url_prefix="/people/persons")

Answer = Response | tuple[str, int]


@bp.before_request
def lead_on() -> Response | None:
    """An old link to a record that was merged leads to the one that was kept."""
    person_id = (request.view_args or {}).get("person_id")
    kept = queries.kept_instead(current_actor(), person_id) if person_id else None
    return redirect(url_for(".show", person_id=kept)) if kept else None


@bp.get("", can=Can.PERSONS_LIST)
def index() -> str:
    actor = current_actor()
    form = FilterForm(request.args, units=units_to_choose(actor))
    wanted = form.wanted()
    chosen = listing.listed(actor, wanted)
    page = paged_at_once(chosen, most=listing.MOST) if wanted.words.strip() else paged(chosen)
    rows = listing.with_posts(actor, page.rows)
    return render_template("reports/persons/index.html", form=form, page=page, rows=rows)


@bp.get("/new", can=Can.PERSONS_RECORD)
def new() -> str:
    return render_template("reports/persons/new.html", form=PersonForm(), other=None)


@bp.post("/new", can=Can.PERSONS_RECORD)
def create() -> Answer:
    actor, form = current_actor(), PersonForm(request.form)
    person = form.submit(record_typed, actor)
    if person is None:
        other = queries.known_already(actor, form.refusal)
        page = render_template("reports/persons/new.html", form=form, other=other)
        return page, status_of_form(form)
    flash(gettext("%(name)s is on record.", name=person.full_name), "done")
    return redirect(url_for(".show", person_id=person.id))


@bp.get("/<int:person_id>", can=Can.PERSONS_SEE)
def show(person_id: int) -> str:
    return _page(person_id)


@bp.get("/<int:person_id>/edit", can=Can.PERSONS_RECORD)
def edit(person_id: int) -> str:
    person = fetch(Person, person_id, current_actor(), Can.PERSONS_RECORD)
    form = EditForm.of(person)
    return render_template("reports/persons/edit.html", form=form, person=person, other=None)


@bp.post("/<int:person_id>/edit", can=Can.PERSONS_RECORD)
def amend(person_id: int) -> Answer:
    actor, form = current_actor(), EditForm(request.form)
    person = fetch(Person, person_id, actor, Can.PERSONS_RECORD)
    if form.submit(amend_typed, actor, person) is None:
        other = queries.known_already(actor, form.refusal)
        page = render_template("reports/persons/edit.html", form=form, person=person, other=other)
        return page, status_of_form(form)
    flash(gettext("Saved. The journal keeps what stood here before."), "done")
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/<int:person_id>/reveal", can=Can.PERSONS_REVEAL)
def show_in_clear(person_id: int) -> Answer:
    """The number on the answer itself and nowhere else; sent again, the form leads to the page."""
    actor, form = current_actor(), RevealForm(request.form)
    person = fetch(Person, person_id, actor, Can.PERSONS_REVEAL)
    shown = form.submit(reveal, actor, person)
    if shown is None:
        return _page(person_id, reveal_form=form), status_of_form(form)
    answer_once(url_for(".show", person_id=person_id))
    security_log.note(SecurityKind.PERSONAL_DATA)
    return _page(person_id, revealed=(form.secret.data, shown)), 200


@bp.get("/<int:person_id>/photo.jpg", can=Can.PERSONS_SEE)
def photo(person_id: int) -> Response:
    person = fetch(Person, person_id, current_actor(), Can.PERSONS_SEE)
    return picture(photos.photo_of(person), "jpg")


@bp.post("/<int:person_id>/photo", can=Can.PHOTOS_KEEP)
def portray(person_id: int) -> Answer:
    actor, form = current_actor(), PhotoForm(CombinedMultiDict([request.files, request.form]))
    person = fetch(Person, person_id, actor, Can.PHOTOS_KEEP)
    if form.submit(portrayed, actor, person) is None:
        return _page(person_id, photo_form=form), status_of_form(form)
    flash(gettext("The photo is on record."), "done")
    return redirect(url_for(".show", person_id=person_id))


@bp.post("/<int:person_id>/photo/remove", can=Can.PHOTOS_KEEP)
def take_photo_off(person_id: int) -> Response:
    actor = current_actor()
    remove_photo(actor, fetch(Person, person_id, actor, Can.PHOTOS_KEEP))
    flash(gettext("The photo is off the record."), "done")
    return redirect(url_for(".show", person_id=person_id))


def _page(person_id: int, **refused: Any) -> str:
    """The page, with what was revealed or a form that was refused."""
    actor = current_actor()
    page = queries.page(actor, person_id)
    shown = of_person(actor, page.person, asked())
    usual: dict[str, Any] = {
        "reveal_form": RevealForm(),
        "photo_form": PhotoForm(),
        "revealed": None,
    }
    usual["photo_text"] = text_to_agree_to(actor, page.person)
    return render_template("reports/persons/show.html", page=page, shown=shown, **usual | refused)
