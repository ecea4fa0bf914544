from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.exams.pass_rules.forms import ExtensionForm, extend_chosen
from college.exams.pass_rules.models import Extension
from college.exams.pass_rules.operations import adopt_rules, take_back_extension
from college.exams.pass_rules.queries import all_extensions, all_rules, line_spans
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("pass_rules", __name__, url_prefix="/exams/pass-rules")


@bp.get("", can=Can.CYCLES_PLAN)
def index() -> str:
    return render_template(
        "exams/pass_rules/index.html",
        rules=all_rules(),
        spans=line_spans(),
        extensions=all_extensions(),
    )


@bp.post("/adopt", can=Can.CYCLES_PLAN)
def adopt() -> Response:
    adopt_rules(current_actor())
    flash(gettext("The rules and lines are adopted. Results can be imported now."), "done")
    return redirect(url_for(".index"))


@bp.get("/extensions/new", can=Can.CYCLES_PLAN)
def new_extension() -> str:
    return render_template("exams/pass_rules/extension.html", form=ExtensionForm())


@bp.post("/extensions/new", can=Can.CYCLES_PLAN)
def extend() -> Response | tuple[str, int]:
    form = ExtensionForm(request.form)
    if form.submit(extend_chosen, current_actor()) is None:
        return render_template("exams/pass_rules/extension.html", form=form), status_of_form(form)
    flash(gettext("The notice is entered. Passed papers count by it from now on."), "done")
    return redirect(url_for(".index"))


@bp.post("/extensions/<int:extension_id>/take-back", can=Can.CYCLES_PLAN)
def take_back(extension_id: int) -> Response:
    actor = current_actor()
    take_back_extension(actor, fetch(Extension, extension_id, actor, Can.CYCLES_PLAN))
    flash(gettext("The notice is taken back. Papers lapse as the rule says."), "done")
    return redirect(url_for(".index"))
