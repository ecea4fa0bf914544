from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core import security_log
from college.core.access import fetch
from college.core.errors import DomainError, Unavailable
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.accounts import signing_in
from college.people.accounts.cookies import current_account
from college.people.oidc import coming_in, linking, operations, pending, queries
from college.people.oidc.forms import LinkForm, UnlinkForm
from college.people.oidc.models import ExternalIdentity
from college.people.oidc.pending import Asked
from college.people.oidc.provider import AnswerOld, AnswerRefused, ProviderTrouble
from college.people.oidc.taken import LinkedAlready, LinkedToAnother
from college.people.persons.models import Person
from college.web.away import later
from college.web.errors import status_of, status_of_form
from college.web.forms import sentence
from college.web.language import own_path
from college.web.pages import Pages, current_actor
from college.web.security import note_refusal

bp = Pages("oidc", __name__)


@bp.errorhandler(ProviderTrouble)
@bp.errorhandler(LinkedToAnother)
@bp.errorhandler(LinkedAlready)
@bp.errorhandler(signing_in.TooManyTries)
@bp.errorhandler(signing_in.DemoAwayFromHome)
@bp.errorhandler(signing_in.MergedAway)
def not_in(trouble: DomainError) -> Response:
    """A plain sentence, and the other way in."""
    if isinstance(trouble, AnswerRefused | AnswerOld):
        note_refusal(SecurityKind.REFUSED)
    elif isinstance(trouble, signing_in.TooManyTries):
        note_refusal(SecurityKind.LIMITED)
    is_reader = current_actor().person_id is not None
    page = render_template(
        "people/oidc/not_in.html", message=sentence(trouble), is_reader=is_reader
    )
    is_limited = isinstance(trouble, signing_in.TooManyTries)
    response = Response(page, 429 if is_limited else status_of(trouble), mimetype="text/html")
    return later(response, trouble.retry_seconds) if isinstance(trouble, Unavailable) else response


@bp.get("/sign-in/provider", can="anyone")
def begin() -> Response:
    return coming_in.sent_off(Asked(own_path(request.args.get("next", url_for("dashboard.me")))))


@bp.get("/me/provider/begin", can="signed in")
def begin_linking() -> Response:
    return coming_in.sent_off(Asked(url_for(".show"), current_actor().person_id or 0))


@bp.get("/sign-in/provider/back", can="anyone")
def come_back() -> Response:
    found = coming_in.found_there()
    response = redirect(url_for(".show" if found.person_id else ".ask"))
    pending.keep(response, found)
    return response


@bp.get("/sign-in/provider/go-on", can="anyone")
def ask() -> str:
    found = coming_in.found_before()
    is_linked = coming_in.account_of(found) is not None
    page = "people/oidc/go_on.html" if is_linked else "people/oidc/not_linked.html"
    return render_template(page, found=found)


@bp.post("/sign-in/provider/go-on", can="anyone")
def let_in() -> Response:
    return coming_in.signed_in(coming_in.found_before())


@bp.get("/me/provider", can="signed in")
def show() -> str:
    account = current_account()
    found = linking.waiting(account)
    return _page(linking.form_for(found, account) if found else None)


@bp.post("/me/provider/link", can="signed in")
def link() -> Response | tuple[str, int]:
    account, found = current_account(), coming_in.found_before()
    form = linking.form_for(found, account, request.form)
    if not linking.is_linked(form, account):
        return _page(form), signing_in.status(form)
    flash(gettext("Linked. From now on you can sign in that way too."), "done")
    response = redirect(url_for(".show"))
    pending.drop(response)
    return response


@bp.post("/me/provider/<int:identity_id>/unlink", can="signed in")
def unlink(identity_id: int) -> Response:
    actor = current_actor()
    operations.unlink_identity(actor, fetch(ExternalIdentity, identity_id, actor, Can.SIGN_INS_END))
    security_log.note(SecurityKind.IDENTITY_CHANGED)
    flash(gettext("Unlinked. It signs nobody in any more; your password does."), "done")
    return redirect(url_for(".show"))


@bp.get("/people/provider/<int:identity_id>", can=Can.IDENTITIES_UNLINK)
def of_person(identity_id: int) -> str:
    return _unlink_page(_identity(identity_id), UnlinkForm())


@bp.post("/people/provider/<int:identity_id>", can=Can.IDENTITIES_UNLINK)
def unlink_of_person(identity_id: int) -> Response | tuple[str, int]:
    identity, form = _identity(identity_id), UnlinkForm(request.form)
    person_id = identity.person_id
    if form.submit(operations.unlink_of_person, current_actor(), identity) is None:
        return _unlink_page(identity, form), status_of_form(form)
    security_log.note(SecurityKind.IDENTITY_CHANGED)
    flash(gettext("Unlinked. The person is told, with your reason."), "done")
    return redirect(url_for("persons.show", person_id=person_id))


def _identity(identity_id: int) -> ExternalIdentity:
    return fetch(ExternalIdentity, identity_id, current_actor(), Can.IDENTITIES_UNLINK)


def _unlink_page(identity: ExternalIdentity, form: UnlinkForm) -> str:
    person = fetch(Person, identity.person_id, current_actor(), Can.IDENTITIES_UNLINK)
    return render_template(
        "people/oidc/of_person.html", identity=identity, person=person, form=form
    )


def _page(form: LinkForm | None) -> str:
    account = current_account()
    return render_template(
        "people/oidc/show.html",
        identities=queries.identities(account.person_id),
        found=linking.waiting(account),
        form=form,
    )
