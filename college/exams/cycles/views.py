from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.roles import Can
from college.exams.cycles.operations import adopt_cycles
from college.exams.cycles.queries import cycles_seen
from college.web.pages import Pages, current_actor

bp = Pages("cycles", __name__, url_prefix="/exams/cycles")


@bp.get("", can=Can.CYCLES_PLAN)
def index() -> str:
    return render_template("exams/cycles/index.html", cycles=cycles_seen(current_actor()))


@bp.post("/adopt", can=Can.CYCLES_PLAN)
def adopt() -> Response:
    adopt_cycles(current_actor())
    flash(gettext("The calendar is adopted. Compare it with this year's notice."), "done")
    return redirect(url_for(".index"))
