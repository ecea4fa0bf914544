from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core import security_log
from college.core.access import fetch
from college.core.errors import NotFound
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.accounts import signing_in
from college.people.accounts.cookies import current_account, half_signed_in
from college.people.accounts.cookies import let_in as let_account_in
from college.people.accounts.queries import by_person
from college.people.persons.models import Person
from college.people.second_factors import queries
from college.people.second_factors.forms import CodeForm, StartForm
from college.people.second_factors.gate import asks_passkey, is_needed
from college.people.second_factors.operations import end_second_factor, lift_second_factor
from college.people.second_factors.proving import is_proved
from college.people.second_factors.setting_up import (
    codes_renewed,
    is_begun,
    offered,
    recovery_codes_for,
)
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("second_factors", __name__)
HERE = "/me/second-factor"


@bp.get("/sign-in/code", can="anyone")
def ask() -> Response | str:
    if half_signed_in() is None:
        return redirect(url_for("accounts.sign_in"))
    return render_template("people/second_factors/ask.html", form=CodeForm())


@bp.post("/sign-in/code", can="anyone")
def let_in() -> Response | tuple[str, int]:
    account, form = half_signed_in(), CodeForm(request.form)
    if account is None:
        return redirect(url_for("accounts.sign_in"))
    if not is_proved(form, account):
        page = render_template("people/second_factors/ask.html", form=form)
        return page, signing_in.status(form)
    return let_account_in(account)


@bp.get(HERE, can="signed in")
def show() -> str:
    return _page(StartForm())


@bp.post(HERE, can="signed in")
def start() -> Response | tuple[str, int]:
    form = StartForm(request.form)
    if not is_begun(form, current_account()):
        return _page(form), signing_in.status(form)
    return redirect(url_for(".set_up"))


@bp.get(f"{HERE}/set-up", can="signed in")
def set_up() -> Response | str:
    offer = offered(current_account())
    if offer is None:
        return redirect(url_for(".show"))
    return render_template("people/second_factors/set_up.html", offer=offer, form=CodeForm())


@bp.post(f"{HERE}/set-up", can="signed in")
def confirm() -> Response | str | tuple[str, int]:
    form, offer = CodeForm(request.form), offered(current_account())
    if offer is None:
        return redirect(url_for(".show"))
    codes = recovery_codes_for(form, current_account())
    if codes is None:
        page = render_template("people/second_factors/set_up.html", offer=offer, form=form)
        return page, signing_in.status(form)
    return render_template("people/second_factors/codes.html", codes=codes)


@bp.post(f"{HERE}/codes", can="signed in")
def renew() -> str | tuple[str, int]:
    form = CodeForm(request.form)
    codes = codes_renewed(form, current_account())
    if codes is None:
        return _page(StartForm(), form), signing_in.status(form)
    return render_template("people/second_factors/codes.html", codes=codes)


@bp.post(f"{HERE}/end", can="signed in")
def end() -> Response | tuple[str, int]:
    form, account = CodeForm(request.form), current_account()

    def ended(code: str) -> object:
        return end_second_factor(current_actor(), account, code=code, is_needed=is_needed())

    if form.submit(ended) is None:
        return _page(StartForm(), form), status_of_form(form)
    security_log.note(SecurityKind.SECOND_FACTOR_CHANGED)
    flash(gettext("From now on your password alone signs you in."), "done")
    return redirect(url_for(".show"))


@bp.post("/people/second-factors/<int:person_id>/lift", can=Can.ACCOUNTS_OPEN)
def lift(person_id: int) -> Response:
    """For somebody whose phone is lost, by whoever could invite them."""
    person = fetch(Person, person_id, current_actor(), Can.ACCOUNTS_OPEN)
    account = by_person(person.id)
    if account is None:
        raise NotFound
    lift_second_factor(current_actor(), account)
    security_log.note(SecurityKind.SECOND_FACTOR_CHANGED)
    flash(gettext("%(name)s signs in with the password alone now.", name=person.full_name), "done")
    return redirect(url_for("invitations.index", who="everybody", q=person.full_name))


def _page(start: StartForm, code: CodeForm | None = None) -> str:
    account = current_account()
    return render_template(
        "people/second_factors/show.html",
        account=account,
        left=queries.recovery_codes_left(account),
        start=start,
        form=code or CodeForm(),
        is_needed=is_needed(),
        asks_passkey=asks_passkey(account),
    )
