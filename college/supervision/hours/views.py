from flask import render_template, request

from college.core import clock
from college.core.roles import Can
from college.people.persons.queries import me
from college.supervision.hours import queries
from college.web.pages import Pages, current_actor

bp = Pages("supervision_hours", __name__, url_prefix="/supervision/hours")


@bp.get("", can=Can.SUPERVISION_SEE)
def index() -> str:
    actor = current_actor()
    years = queries.years(actor)
    asked = request.args.get("year", clock.today().year, int)
    year = asked if asked in years else years[0]
    hours = queries.of_year(actor, me(actor), year)
    return render_template("supervision/hours/index.html", hours=hours, year=year, years=years)
