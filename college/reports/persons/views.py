from flask import render_template

from college.core.roles import Can
from college.people.timelines.queries import of_person
from college.reports.persons import queries
from college.web.pages import Pages, current_actor
from college.web.timeline import asked

bp = Pages("persons", __name__, url_prefix="/people/persons")


@bp.get("/<int:person_id>", can=Can.PERSONS_SEE)
def show(person_id: int) -> str:
    actor = current_actor()
    page = queries.page(actor, person_id)
    shown = of_person(actor, page.person, asked())
    return render_template("reports/persons/show.html", page=page, shown=shown)
