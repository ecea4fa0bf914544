"""The pages of the rules: what a period asks for, what a category counts, what a unit is worth."""

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import fetch
from college.core.roles import Can
from college.register.continuing_education import queries
from college.register.continuing_education.forms import (
    ConversionForm,
    EndForm,
    RequirementForm,
    convert_typed,
    require_typed,
)
from college.register.continuing_education.models import ConversionRule, HoursRule
from college.register.continuing_education.ruling import (
    adopt_hours_rules,
    end_conversion,
    end_requirement,
)
from college.register.continuing_education.views import bp
from college.web.errors import status_of_form
from college.web.pages import current_actor

__all__ = ["bp"]  # the noun's own, with the pages of `views` on it already

Answer = Response | tuple[str, int]
HERE = "continuing_education.rules"


@bp.get("/rules", can=Can.REGISTER_RULE)
def rules() -> str:
    shown = {"rules": queries.all_rules(), "conversions": queries.all_conversions()}
    return render_template("register/continuing_education/rules.html", today=clock.today(), **shown)


@bp.post("/rules/adopt", can=Can.REGISTER_RULE)
def adopt() -> Response:
    adopt_hours_rules(current_actor())
    return _done(gettext("The rules of continuing education are adopted."))


@bp.get("/rules/requirements/new", can=Can.REGISTER_RULE)
def new_requirement() -> str:
    return _requirement(RequirementForm())


@bp.post("/rules/requirements/new", can=Can.REGISTER_RULE)
def require_() -> Answer:
    form = RequirementForm(request.form)
    if form.submit(require_typed, current_actor()) is None:
        return _requirement(form), status_of_form(form)
    return _done(gettext("The requirement is on record."))


@bp.get("/rules/conversions/new", can=Can.REGISTER_RULE)
def new_conversion() -> str:
    return _conversion(ConversionForm())


@bp.post("/rules/conversions/new", can=Can.REGISTER_RULE)
def convert() -> Answer:
    form = ConversionForm(request.form)
    if form.submit(convert_typed, current_actor()) is None:
        return _conversion(form), status_of_form(form)
    return _done(gettext("The conversion is on record."))


@bp.get("/rules/requirements/<int:requirement_id>/end", can=Can.REGISTER_RULE)
def ask_requirement_end(requirement_id: int) -> str:
    return _ending(_rule(requirement_id), EndForm())


@bp.post("/rules/requirements/<int:requirement_id>/end", can=Can.REGISTER_RULE)
def end_of_requirement(requirement_id: int) -> Answer:
    rule, form = _rule(requirement_id), EndForm(request.form)
    if form.submit(end_requirement, current_actor(), rule) is None:
        return _ending(rule, form), status_of_form(form)
    return _done(gettext("The last day is on record."))


@bp.get("/rules/conversions/<int:conversion_id>/end", can=Can.REGISTER_RULE)
def ask_conversion_end(conversion_id: int) -> str:
    return _ending(_conversion_of(conversion_id), EndForm())


@bp.post("/rules/conversions/<int:conversion_id>/end", can=Can.REGISTER_RULE)
def end_of_conversion(conversion_id: int) -> Answer:
    rule, form = _conversion_of(conversion_id), EndForm(request.form)
    if form.submit(end_conversion, current_actor(), rule) is None:
        return _ending(rule, form), status_of_form(form)
    return _done(gettext("The last day is on record."))


def _rule(requirement_id: int) -> HoursRule:
    return fetch(HoursRule, requirement_id, current_actor(), Can.REGISTER_RULE)


def _conversion_of(conversion_id: int) -> ConversionRule:
    return fetch(ConversionRule, conversion_id, current_actor(), Can.REGISTER_RULE)


def _requirement(form: RequirementForm) -> str:
    return render_template("register/continuing_education/requirement.html", form=form)


def _conversion(form: ConversionForm) -> str:
    return render_template("register/continuing_education/conversion.html", form=form)


def _ending(rule: HoursRule | ConversionRule, form: EndForm) -> str:
    page = "register/continuing_education/end.html"
    return render_template(page, rule=rule, form=form, is_conversion=hasattr(rule, "unit"))


def _done(said: str) -> Response:
    flash(said, "done")
    return redirect(url_for(HERE))
