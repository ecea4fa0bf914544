from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import fetch
from college.core.roles import Can, Role
from college.people.employment.finding import found
from college.people.persons.models import Person
from college.people.roles import queries, words
from college.people.roles.forms import GrantForm, grant_chosen
from college.people.roles.handing_on import GIVEN
from college.people.roles.models import RoleGrant
from college.people.roles.operations import end_grant
from college.web.errors import status_of_form
from college.web.jinja import said
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("roles", __name__, url_prefix="/people/roles")


@bp.get("", can=Can.ROLES_GRANT)
def index() -> str:
    role, name = request.args.get("role", None, Role), request.args.get("q", "")
    page = paged(queries.holders(current_actor(), role, name))
    endable = queries.endable(current_actor(), page.rows)
    return render_template(
        "people/roles/index.html", page=page, endable=endable, role=role, roles=GIVEN, words=name
    )


@bp.get("/table", can=Can.ROLES_GRANT)
def table() -> str:
    return render_template("people/roles/table.html", table=queries.table(), words=words)


@bp.get("/new", can=Can.ROLES_GRANT)
def choose() -> str:
    name = request.args.get("q", "")
    people = found(current_actor(), name)
    return render_template("people/roles/choose.html", people=people, words=name)


@bp.get("/new/<int:person_id>", can=Can.ROLES_GRANT)
def new(person_id: int) -> str:
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.PERSONS_SEE)
    form = GrantForm(actor=actor, from_on=clock.today())
    return render_template("people/roles/new.html", person=person, form=form)


@bp.post("/new/<int:person_id>", can=Can.ROLES_GRANT)
def create(person_id: int) -> Response | tuple[str, int]:
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.PERSONS_SEE)
    form = GrantForm(request.form, actor=actor)
    grant = form.submit(grant_chosen, actor, person)
    if grant is None:
        page = render_template("people/roles/new.html", person=person, form=form)
        return page, status_of_form(form)
    told = {"name": person.full_name, "role": said(grant.role)}
    flash(gettext("%(name)s now has the role “%(role)s”.", **told), "done")
    return redirect(url_for(".index", q=person.full_name))


@bp.post("/<int:grant_id>/end", can=Can.ROLES_GRANT)
def end(grant_id: int) -> Response:
    actor = current_actor()
    end_grant(actor, fetch(RoleGrant, grant_id, actor, Can.ROLES_GRANT))
    flash(gettext("The role has ended."), "done")
    return redirect(url_for(".index"))
