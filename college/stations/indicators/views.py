from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.stations.indicators import queries
from college.stations.indicators.forms import IndicatorForm, record_chosen
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


def _unit(unit_id: int) -> Unit:
    return fetch(Unit, unit_id, current_actor(), Can.INDICATORS_RECORD)


def _page(unit: Unit, form: IndicatorForm) -> str:
    labels = queries.labels(current_actor())
    return render_template("stations/indicators/new.html", unit=unit, form=form, labels=labels)
