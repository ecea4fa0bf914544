from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.roles import Can
from college.register.targets.forms import TargetForm, set_chosen
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("targets", __name__, url_prefix="/register/targets")


@bp.get("/new", can=Can.TARGETS_SET)
def new() -> str:
    return render_template("register/targets/new.html", form=TargetForm(actor=current_actor()))


@bp.post("/new", can=Can.TARGETS_SET)
def create() -> Response | tuple[str, int]:
    form = TargetForm(request.form, actor=current_actor())
    if form.submit(set_chosen, current_actor()) is None:
        return render_template("register/targets/new.html", form=form), status_of_form(form)
    flash(gettext("The target is on record."), "done")
    return redirect(url_for("holder_figures.index", _anchor="targets"))
