from flask import render_template, request

from college.core.roles import Can
from college.people.units import queries
from college.people.units.forms import AsOfForm
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("units", __name__, url_prefix="/people/units")


@bp.get("", can=Can.UNITS_SEE)
def index() -> str:
    form = AsOfForm(request.args)
    words = request.args.get("q", "")[:60]
    shown = queries.tree(current_actor(), form.chosen(), known_at=form.known_at(), words=words)
    return render_template("people/units/index.html", form=form, shown=shown)


@bp.get("/<int:unit_id>", can=Can.UNITS_SEE)
def show(unit_id: int) -> str:
    actor = current_actor()
    page = queries.page(actor, unit_id)
    staff = paged(queries.staff_today(actor, page.unit)) if page.shows_persons else None
    return render_template("people/units/show.html", page=page, staff=staff)
