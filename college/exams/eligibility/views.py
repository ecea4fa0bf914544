from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import allowed, fetch
from college.core.roles import Can
from college.core.text import Remark
from college.exams.cycles.queries import provinces
from college.exams.eligibility import queries
from college.exams.eligibility.forms import ListForm
from college.exams.eligibility.operations import adopt_conditions
from college.people.persons.models import Person
from college.people.persons.queries import me
from college.people.schooling.queries import practice_of, schooling_of
from college.stations.units.models import Unit
from college.web.forms import sentence
from college.web.jinja import day
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("eligibility", __name__, url_prefix="/exams/eligibility")


@bp.get("", can=Can.ELIGIBILITY_SEE)
def index() -> str | Response:
    actor = current_actor()
    if not allowed(actor, Can.PERSONS_LIST):  # a trainee, who sees one person's verdicts
        return redirect(url_for(".show", person_id=me(actor).id))
    form = _asked()
    number = form.wanted_unit
    unit = fetch(Unit, number, actor, Can.UNITS_SEE) if number else None
    page = paged(queries.people_of(actor, unit))
    ids = [person.id for person in page.rows]
    found = queries.verdicts_of(ids, form.wanted_year, form.wanted_province)
    template = "exams/eligibility/index.html"
    return render_template(template, form=form, page=page, found=found)


@bp.get("/rules", can=Can.CYCLES_PLAN)
def rules() -> str:
    template = "exams/eligibility/rules.html"
    return render_template(template, rules=queries.all_rules(), counting=queries.all_counting())


@bp.post("/rules/adopt", can=Can.CYCLES_PLAN)
def adopt() -> Response:
    adopt_conditions(current_actor())
    flash(gettext("The conditions are adopted. Compare them with this year's notice."), "done")
    return redirect(url_for(".rules"))


@bp.get("/<int:person_id>", can=Can.ELIGIBILITY_SEE)
def show(person_id: int) -> str:
    actor, form = current_actor(), _asked()
    person = fetch(Person, person_id, actor, Can.ELIGIBILITY_SEE)
    found = queries.verdicts_of([person.id], form.wanted_year, form.wanted_province)
    return render_template(
        "exams/eligibility/show.html",
        person=person,
        form=form,
        verdicts=found[person.id],
        schooling=schooling_of([person.id]).get(person.id, ()),
        practice=practice_of([person.id]).get(person.id, ()),
        told=told,
        may_enter=allowed(actor, Can.CANDIDACIES_ENTER, person),
        may_record=allowed(actor, Can.SCHOOLING_RECORD, person),
    )


def _asked() -> ListForm:
    places = provinces()
    return ListForm(request.args, actor=current_actor(), years=queries.years(), provinces=places)


def told(remark: Remark) -> str:
    """A condition in words; its days without their weekday."""
    facts = {k: day(v) if isinstance(v, date) else v for k, v in remark.facts.items()}
    return sentence(Remark(remark.message, facts))
