from flask import flash, redirect, render_template, url_for
from flask import request as asked
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import fetch
from college.core.roles import Can
from college.people.employment import forms, queries
from college.people.employment.models import Employment
from college.people.employment.operations import withdraw_post
from college.people.persons.models import Person
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor

bp = Pages("employment", __name__, url_prefix="/people/employment")

Answer = Response | tuple[str, int]
# what each page is called, what it says, and the words of its button
WORDS = {
    "hire": (
        _("New post"),
        _("Posts at several units at once are right; the same one twice is not."),
        _("Record the post"),
    ),
    "move": (
        _("Transfer"),
        _("The post ends the day before and goes on elsewhere. Figures of the past stay."),
        _("Record the transfer"),
    ),
    "end": (_("End the post"), _("The post counts up to its last day."), _("Record the end")),
    "amend": (
        _("Correct the post"),
        _("For what was wrong all along. What was reported before can still be printed as it was."),
        _("Save the correction"),
    ),
}


@bp.get("/new/<int:person_id>", can=Can.EMPLOYMENT_RECORD)
def new(person_id: int) -> str:
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.PERSONS_SEE)
    return _page("hire", person, forms.PostForm(actor=actor, from_on=clock.today()))


@bp.post("/new/<int:person_id>", can=Can.EMPLOYMENT_RECORD)
def hire(person_id: int) -> Answer:
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.PERSONS_SEE)
    form = forms.PostForm(asked.form, actor=actor)
    if form.submit(forms.hire_chosen, actor, person) is None:
        return _page("hire", person, form), status_of_form(form)
    return _done(person_id, gettext("The post is on record."))


@bp.get("/<int:post_id>/transfer", can=Can.EMPLOYMENT_RECORD)
def transfer(post_id: int) -> str:
    actor, post = current_actor(), _post(post_id)
    return _page("move", post.person, forms.TransferForm(actor=actor, on=clock.today()), post)


@bp.post("/<int:post_id>/transfer", can=Can.EMPLOYMENT_RECORD)
def move(post_id: int) -> Answer:
    actor, post = current_actor(), _post(post_id)
    form = forms.TransferForm(asked.form, actor=actor)
    if form.submit(forms.transfer_chosen, actor, post) is None:
        return _page("move", post.person, form, post), status_of_form(form)
    return _done(post.person_id, gettext("The transfer is on record."))


@bp.get("/<int:post_id>/leave", can=Can.EMPLOYMENT_RECORD)
def leave(post_id: int) -> str:
    post = _post(post_id)
    return _page("end", post.person, forms.LeaveForm(to_on=clock.today()), post)


@bp.post("/<int:post_id>/leave", can=Can.EMPLOYMENT_RECORD)
def end(post_id: int) -> Answer:
    actor, post, form = current_actor(), _post(post_id), forms.LeaveForm(asked.form)
    if form.submit(forms.leave_on, actor, post) is None:
        return _page("end", post.person, form, post), status_of_form(form)
    return _done(post.person_id, gettext("The end of the post is on record."))


@bp.get("/<int:post_id>/correct", can=Can.EMPLOYMENT_RECORD)
def correct(post_id: int) -> str:
    post = _post(post_id)
    return _page("amend", post.person, forms.PostForm(actor=current_actor(), obj=post), post)


@bp.post("/<int:post_id>/correct", can=Can.EMPLOYMENT_RECORD)
def amend(post_id: int) -> Answer:
    actor, post = current_actor(), _post(post_id)
    form = forms.PostForm(asked.form, actor=actor)
    if form.submit(forms.correct_chosen, actor, post) is None:
        return _page("amend", post.person, form, post), status_of_form(form)
    return _done(post.person_id, gettext("The correction is on record."))


@bp.post("/<int:post_id>/withdraw", can=Can.EMPLOYMENT_RECORD)
def withdraw(post_id: int) -> Response:
    post = _post(post_id)
    withdraw_post(current_actor(), post)
    return _done(post.person_id, gettext("The post is withdrawn: it counts nowhere any more."))


def _post(post_id: int) -> Employment:
    """A row of a post; one that is no longer believed is refused by the operation, by its name."""
    return queries.with_person(fetch(Employment, post_id, current_actor(), Can.EMPLOYMENT_RECORD))


def _page(deed: str, person: Person, form: Form, post: Employment | None = None) -> str:
    title, lead, button = WORDS[deed]
    to = f".{deed}"
    new = url_for(to, person_id=person.id) if post is None else ""
    return render_template(
        "people/employment/edit.html",
        person=person,
        post=post,
        form=form,
        title=title,
        lead=lead,
        button=button,
        action=url_for(to, post_id=post.id) if post else new,
    )


def _done(person_id: int, said: str) -> Response:
    flash(said, "done")
    return redirect(url_for("persons.show", person_id=person_id))
