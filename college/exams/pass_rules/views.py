from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.roles import Can
from college.exams.pass_rules.operations import adopt_rules
from college.exams.pass_rules.queries import all_rules, line_spans
from college.web.pages import Pages, current_actor

bp = Pages("pass_rules", __name__, url_prefix="/exams/pass-rules")


@bp.get("", can=Can.CYCLES_PLAN)
def index() -> str:
    return render_template("exams/pass_rules/index.html", rules=all_rules(), spans=line_spans())


@bp.post("/adopt", can=Can.CYCLES_PLAN)
def adopt() -> Response:
    adopt_rules(current_actor())
    flash(gettext("The rules and lines are adopted. Results can be imported now."), "done")
    return redirect(url_for(".index"))
