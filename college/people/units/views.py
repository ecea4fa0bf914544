from collections.abc import Callable
from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import fetch
from college.core.roles import Can
from college.people.units import forms, queries
from college.people.units.operations import close_unit, correct_unit_opening
from college.stations.units.models import Unit, UnitKind
from college.stations.units.operations import change_unit, reopen_unit
from college.stations.units.queries import open_below
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("units", __name__, url_prefix="/people/units")

Answer = Response | tuple[str, int]
# what each page is called, what it says, the words of its button, and what is said once it is done
WORDS = {
    "open_new": (
        _("Open a unit"),
        _("A station, a room, a district or an agency, below the unit that it belongs to."),
        _("Open the unit"),
        _("The unit is on record."),
    ),
    "amend": (
        _("Change the particulars"),
        _("Codes, address, contact and domains: what has no date of its own."),
        _("Save the particulars"),
        _("The particulars are saved."),
    ),
    "change": (
        _("Rename or change the kind"),
        _("It holds from its day on. What was before stays in the history and in old figures."),
        _("Record the change"),
        _("The change is on record."),
    ),
    "move": (
        _("Move the unit"),
        _("All units below go along. Figures of earlier days stay where they were counted."),
        _("Record the move"),
        _("The move is on record."),
    ),
    "close": (
        _("Close the unit"),
        _("For a unit at which nobody works any more and below which none is open."),
        _("Close the unit"),
        _("The unit is closed. Its figures of earlier days stay."),
    ),
    "merge": (
        _("Merge into another unit"),
        _("Posts and units below go on there from that day; what was before stays here."),
        _("Merge the units"),
        _("The unit is closed and goes on as part of the other."),
    ),
    "opening": (
        _("Correct the opening"),
        _("For a day that was recorded wrongly. Old reports can still be printed as they were."),
        _("Save the correction"),
        _("The correction is on record."),
    ),
}


@bp.get("", can=Can.UNITS_SEE)
def index() -> str:
    form = forms.AsOfForm(request.args)
    words = request.args.get("q", "")[:60]
    shown = queries.tree(current_actor(), form.chosen(), known_at=form.known_at(), words=words)
    return render_template("people/units/index.html", form=form, shown=shown)


@bp.get("/<int:unit_id>", can=Can.UNITS_SEE)
def show(unit_id: int) -> str:
    actor, form = current_actor(), forms.AsOfForm(request.args)
    day, known_at = form.chosen(), form.known_at()
    page = queries.page(actor, unit_id, day, known_at=known_at)
    posts = queries.staff_on(actor, page.unit, day, known_at)
    staff = paged(posts) if page.shows_persons else None
    return render_template("people/units/show.html", page=page, staff=staff, form=form)


@bp.get("/new", can=Can.UNITS_RECORD)
def new() -> str:
    below = request.args.get("below", forms.AT_THE_TOP, int)
    form = forms.OpenForm(actor=current_actor(), parent_id=below, kind=UnitKind.STATION)
    return _page("open_new", form)


@bp.post("/new", can=Can.UNITS_RECORD)
def open_new() -> Answer:
    actor = current_actor()
    return _submitted("open_new", forms.OpenForm(request.form, actor=actor), forms.open_chosen)


@bp.get("/<int:unit_id>/amend", can=Can.UNITS_RECORD)
def particulars(unit_id: int) -> str:
    unit = _unit(unit_id)
    return _page("amend", forms.DetailsForm(obj=unit), unit)


@bp.post("/<int:unit_id>/amend", can=Can.UNITS_RECORD)
def amend(unit_id: int) -> Answer:
    return _submitted("amend", forms.DetailsForm(request.form), forms.amend_chosen, _unit(unit_id))


@bp.get("/<int:unit_id>/change", can=Can.UNITS_RECORD)
def another_name(unit_id: int) -> str:
    unit = _unit(unit_id)
    return _page("change", forms.ChangeForm(obj=unit, on=_last_day(unit)), unit)


@bp.post("/<int:unit_id>/change", can=Can.UNITS_RECORD)
def change(unit_id: int) -> Answer:
    return _submitted("change", forms.ChangeForm(request.form), change_unit, _unit(unit_id))


@bp.get("/<int:unit_id>/move", can=Can.UNITS_RECORD)
def another_place(unit_id: int) -> str:
    unit = _unit(unit_id)
    here = {"parent_id": unit.parent_id or forms.AT_THE_TOP, "on": _last_day(unit)}
    return _page("move", forms.MoveForm(actor=current_actor(), without=unit, **here), unit)


@bp.post("/<int:unit_id>/move", can=Can.UNITS_RECORD)
def move(unit_id: int) -> Answer:
    form = forms.MoveForm(request.form, actor=current_actor())
    return _submitted("move", form, forms.move_chosen, _unit(unit_id))


@bp.get("/<int:unit_id>/close", can=Can.UNITS_RECORD)
def last_day(unit_id: int) -> str:
    return _page("close", forms.CloseForm(on=clock.today()), _unit(unit_id))


@bp.post("/<int:unit_id>/close", can=Can.UNITS_RECORD)
def close(unit_id: int) -> Answer:
    return _submitted("close", forms.CloseForm(request.form), close_unit, _unit(unit_id))


@bp.get("/<int:unit_id>/merge", can=Can.UNITS_RECORD)
def another_unit(unit_id: int) -> str:
    unit = _unit(unit_id)
    form = forms.MergeForm(actor=current_actor(), without=unit, on=clock.today())
    return _page("merge", form, unit)


@bp.post("/<int:unit_id>/merge", can=Can.UNITS_RECORD)
def merge(unit_id: int) -> Answer:
    form = forms.MergeForm(request.form, actor=current_actor())
    return _submitted("merge", form, forms.merge_chosen, _unit(unit_id))


@bp.get("/<int:unit_id>/opening", can=Can.UNITS_RECORD)
def first_day(unit_id: int) -> str:
    unit = _unit(unit_id)
    return _page("opening", forms.OpeningForm(obj=unit), unit)


@bp.post("/<int:unit_id>/opening", can=Can.UNITS_RECORD)
def opening(unit_id: int) -> Answer:
    return _submitted(
        "opening", forms.OpeningForm(request.form), correct_unit_opening, _unit(unit_id)
    )


@bp.post("/<int:unit_id>/reopen", can=Can.UNITS_RECORD)
def reopen(unit_id: int) -> Response:
    unit = _unit(unit_id)
    reopen_unit(current_actor(), unit)
    return _done(
        unit, gettext("The unit is open again. Posts that ended or moved stay as they are.")
    )


def _unit(unit_id: int) -> Unit:
    return fetch(Unit, unit_id, current_actor(), Can.UNITS_RECORD)


def _last_day(unit: Unit) -> date:
    """Today, or the last day of a unit that is shut: what a form of a change begins with."""
    return unit.closed_on - forms.ONE_DAY if unit.closed_on else clock.today()


def _submitted(
    deed: str, form: Form, operation: Callable[..., Unit], unit: Unit | None = None
) -> Answer:
    """Do it: to the page of the unit, or the same form again with what is wrong."""
    done = form.submit(operation, current_actor(), *([unit] if unit else []))
    if done is None:
        return _page(deed, form, unit), status_of_form(form)
    return _done(unit or done, str(WORDS[deed][3]))


def _page(deed: str, form: Form, unit: Unit | None = None) -> str:
    title, lead, button = WORDS[deed][:3]
    return render_template(
        "people/units/edit.html",
        unit=unit,
        form=form,
        title=title,
        lead=lead,
        button=button,
        action=url_for(f".{deed}", unit_id=unit.id) if unit else url_for(f".{deed}"),
        rows=open_below(unit, date.min) if unit and deed == "merge" else (),
    )


def _done(unit: Unit, told: str) -> Response:
    flash(told, "done")
    return redirect(url_for(".show", unit_id=unit.id))
