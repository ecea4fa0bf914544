from functools import partial

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.stations.indicators import queries
from college.stations.indicators.forms import (
    CorrectionForm,
    IndicatorForm,
    correct_chosen,
    record_chosen,
)
from college.stations.indicators.models import IndicatorValue
from college.stations.units.models import Unit
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("indicators", __name__, url_prefix="/stations/indicators")


@bp.get("/new/<int:unit_id>", can=Can.INDICATORS_RECORD)
def new(unit_id: int) -> str:
    return _page(_unit(unit_id), IndicatorForm())


@bp.post("/new/<int:unit_id>", can=Can.INDICATORS_RECORD)
def record(unit_id: int) -> Response | tuple[str, int]:
    unit, form = _unit(unit_id), IndicatorForm(request.form)
    if form.submit(record_chosen, current_actor(), unit) is None:
        return _page(unit, form), status_of_form(form)
    flash(gettext("The figure is on record."), "done")
    return redirect(url_for("units.show", unit_id=unit_id))


@bp.get("/<int:value_id>/correct", can=Can.INDICATORS_RECORD)
def correct(value_id: int) -> str:
    held = _held(value_id)
    return _page(_unit(held.unit_id), CorrectionForm.of(held), held)


@bp.post("/<int:value_id>/correct", can=Can.INDICATORS_RECORD)
def amend(value_id: int) -> Response | tuple[str, int]:
    held, form = _held(value_id), CorrectionForm(request.form)
    unit = _unit(held.unit_id)
    if form.submit(partial(correct_chosen, unit=unit), current_actor(), held) is None:
        return _page(unit, form, held), status_of_form(form)
    flash(gettext("The correction is on record. What stood there stays in older reports."), "done")
    return redirect(url_for("units.show", unit_id=unit.id))


def _held(value_id: int) -> IndicatorValue:
    return fetch(IndicatorValue, value_id, current_actor(), Can.INDICATORS_RECORD)


def _unit(unit_id: int) -> Unit:
    return fetch(Unit, unit_id, current_actor(), Can.INDICATORS_RECORD)


def _page(unit: Unit, form: IndicatorForm, held: IndicatorValue | None = None) -> str:
    labels, template = queries.labels(current_actor()), "stations/indicators/new.html"
    return render_template(template, unit=unit, form=form, labels=labels, held=held)
