from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.errors import RuleBroken
from college.core.roles import Can
from college.people.persons.models import Person
from college.reports.twins import queries
from college.reports.twins.forms import MergeForm, merge_chosen
from college.reports.twins.models import PersonMerge
from college.reports.twins.operations import tell_apart, undo_merge
from college.web.errors import status_of_form
from college.web.forms import sentence
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("twins", __name__, url_prefix="/admin/people/twins")

Answer = Response | tuple[str, int]


@bp.get("", can=Can.PERSONS_MERGE)
def index() -> str:
    page = paged(queries.pairs())
    pairs = queries.pairs_of(page.rows)
    return render_template("reports/twins/index.html", page=page, pairs=pairs)


@bp.get("/merged", can=Can.PERSONS_MERGE)
def merged() -> str:
    return render_template("reports/twins/merged.html", page=paged(queries.merges()))


@bp.get("/<int:person_id>/<int:other_id>", can=Can.PERSONS_MERGE)
def show(person_id: int, other_id: int) -> str:
    twins = queries.compare(current_actor(), person_id, other_id)
    return render_template("reports/twins/show.html", twins=twins, form=MergeForm(twins=twins))


@bp.post("/<int:person_id>/<int:other_id>", can=Can.PERSONS_MERGE)
def merge(person_id: int, other_id: int) -> Answer:
    actor = current_actor()
    twins = queries.compare(actor, person_id, other_id)
    form = MergeForm(request.form, twins=twins)
    made = form.submit(merge_chosen, actor, twins.first, twins.second)
    if made is None:
        page = render_template("reports/twins/show.html", twins=twins, form=form)
        return page, status_of_form(form)
    flash(gettext("The two records are one. You can part them again under “Merged”."), "done")
    return redirect(url_for("persons.show", person_id=made.kept_id))


@bp.post("/<int:person_id>/<int:other_id>/apart", can=Can.PERSONS_MERGE)
def apart(person_id: int, other_id: int) -> Response:
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.PERSONS_MERGE)
    tell_apart(actor, person, fetch(Person, other_id, actor, Can.PERSONS_MERGE))
    flash(gettext("Noted: they are two people. They are not offered again."), "done")
    return redirect(url_for(".index"))


@bp.post("/merged/<int:merge_id>/undo", can=Can.PERSONS_MERGE)
def undo(merge_id: int) -> Response:
    actor = current_actor()
    try:
        undo_merge(actor, fetch(PersonMerge, merge_id, actor, Can.PERSONS_MERGE))
    except RuleBroken as refusal:
        flash(sentence(refusal))
    else:
        flash(gettext("The two records are two again, each with what it had."), "done")
    return redirect(url_for(".merged"))
