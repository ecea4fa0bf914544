from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.errors import RuleBroken
from college.core.roles import Can
from college.people.invitations import queries
from college.people.invitations.asking import is_noted
from college.people.invitations.entering import entered, form_for, opened_by
from college.people.invitations.forms import CodeForm, ForgottenForm
from college.people.invitations.mailing import mailed
from college.people.invitations.models import Invitation
from college.people.invitations.operations import Spent, withdraw_invitation
from college.people.invitations.slips import address, printed
from college.people.persons.models import Person
from college.web.errors import status_of_form
from college.web.forms import sentence
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("invitations", __name__)


@bp.errorhandler(Spent)
def spent(refusal: Spent) -> tuple[str, int]:
    """Whatever the code was, the same answer; and the place where another one can be typed."""
    form = CodeForm()
    form.refuse(refusal)
    return render_template("people/invitations/code.html", form=form, address=address()), 404


@bp.get("/people/invitations", can=Can.ACCOUNTS_OPEN)
def index() -> str:
    words, is_everybody = request.args.get("q", ""), request.args.get("who") == "everybody"
    page = paged(queries.people(current_actor(), words=words, is_everybody=is_everybody))
    return render_template(
        "people/invitations/index.html",
        page=page,
        lines=queries.lines(current_actor(), page.rows),
        words=words,
        who="everybody" if is_everybody else None,
    )


@bp.post("/people/invitations/slip/<int:person_id>", can=Can.ACCOUNTS_OPEN)
def slip(person_id: int) -> str:
    """A page for the printer. It is not kept: asked for again, it has another code."""
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.ACCOUNTS_OPEN)
    return render_template("people/invitations/slips.html", slips=[printed(actor, person)])


@bp.post("/people/invitations/mail/<int:person_id>", can=Can.ACCOUNTS_OPEN)
def mail(person_id: int) -> Response:
    actor = current_actor()
    person = fetch(Person, person_id, actor, Can.ACCOUNTS_OPEN)
    try:
        mailed(actor, person)
    except RuleBroken as refusal:
        flash(sentence(refusal))
    else:
        flash(gettext("The mail to %(name)s is on its way.", name=person.full_name), "done")
    return redirect(url_for(".index", q=person.full_name))


@bp.post("/people/invitations/slips", can=Can.ACCOUNTS_OPEN)
def slips() -> Response | str:
    """One for each of those without an account whom the page showed."""
    actor = current_actor()
    shown = request.form.getlist("person_id", int)
    chosen = queries.people(actor).where(Person.id.in_(shown))
    lines = queries.lines(actor, paged(chosen).rows)
    people = [line.person for line in lines if line.is_in_reach]
    if not people:
        flash(gettext("Nobody on that page is left to invite."))
        return redirect(url_for(".index"))
    made = [printed(actor, person) for person in people]
    return render_template("people/invitations/slips.html", slips=made)


@bp.post("/people/invitations/<int:invitation_id>/withdraw", can=Can.ACCOUNTS_OPEN)
def withdraw(invitation_id: int) -> Response:
    actor = current_actor()
    withdraw_invitation(actor, fetch(Invitation, invitation_id, actor, Can.ACCOUNTS_OPEN))
    flash(gettext("The invitation is withdrawn. Its code opens nothing any more."), "done")
    return redirect(url_for(".index"))


@bp.get("/password/forgotten", can="anyone")
def forgotten() -> str:
    return render_template("people/invitations/forgotten.html", form=ForgottenForm())


@bp.post("/password/forgotten", can="anyone")
def ask_for_link() -> Response | tuple[str, int]:
    form = ForgottenForm(request.form)
    if not is_noted(form):
        page = render_template("people/invitations/forgotten.html", form=form)
        return page, status_of_form(form)
    return redirect(url_for(".link_sent"))


@bp.get("/password/forgotten/sent", can="anyone")
def link_sent() -> str:
    """The same for everybody: whether there is such an account is nobody's business."""
    minutes = current_app.config["LINK_MINUTES"]
    return render_template("people/invitations/link_sent.html", minutes=minutes)


@bp.get("/enter", can="anyone")
def type_code() -> Response | str:
    """For whoever types the code from a slip; a link or a QR code leads past here."""
    if "code" not in request.args:
        return render_template("people/invitations/code.html", form=CodeForm(), address=address())
    form = CodeForm(request.args)
    if not form.validate():
        return render_template("people/invitations/code.html", form=form, address=address())
    return redirect(url_for(".enter", code=form.code.data))


@bp.get("/enter/<code>", can="anyone")
def enter(code: str) -> str:
    """Shows the form and changes nothing: scanners of mail open every link."""
    person = opened_by(code).person
    form = form_for(person)
    return render_template("people/invitations/enter.html", person=person, form=form, code=code)


@bp.post("/enter/<code>", can="anyone")
def accept(code: str) -> Response | tuple[str, int]:
    invitation = opened_by(code)
    person = invitation.person
    form = form_for(person, request.form)
    account = entered(form, invitation)
    if account is None:
        page = render_template("people/invitations/enter.html", person=person, form=form, code=code)
        return page, status_of_form(form)
    told = gettext("Your password is set. Sign in as %(login)s.", login=account.login)
    flash(told, "done")
    return redirect(url_for("accounts.sign_in"))
