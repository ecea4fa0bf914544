from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core import security_log
from college.core.access import fetch
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.accounts import cookies, signing_in
from college.people.accounts.cookies import current_account
from college.people.accounts.forms import ProofForm, SignInForm
from college.people.passkeys import adding, challenges, queries
from college.people.passkeys.entering import entered
from college.people.passkeys.forms import AddForm, AnswerForm, NameForm
from college.people.passkeys.models import Passkey
from college.people.passkeys.operations import remove_passkey, rename_passkey
from college.people.passkeys.options import to_show
from college.people.passkeys.party import party
from college.people.second_factors.gate import is_needed
from college.people.second_factors.proving import is_proved_anew
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor

bp = Pages("passkeys", __name__)
HERE = "/me/passkeys"


@bp.post("/sign-in/passkey/challenge", can="anyone")
def challenge() -> Mapping[str, Any]:
    """For the script of the sign-in page, at the moment the button is pressed."""
    return to_show(party(), challenges.ask(challenges.ENTERING))


@bp.get("/sign-in/passkey", can="anyone")
def again() -> Response:
    """Whoever comes back to a refusal, as by the link to the other language, begins anew."""
    return redirect(url_for("accounts.sign_in", next=request.args.get("next")))


@bp.post("/sign-in/passkey", can="anyone")
def let_in() -> Response | tuple[str, int]:
    form = AnswerForm(request.form)
    found = entered(form)
    if found is None:
        page = render_template("people/accounts/sign_in.html", form=SignInForm(), passkey=form)
        return page, signing_in.status(form)
    account, passkey = found
    return cookies.let_in(account, passkey_id=passkey.id)


@bp.get(HERE, can="signed in")
def index() -> str:
    return _list(AddForm())


@bp.post(HERE, can="signed in")
def start() -> Response | tuple[str, int]:
    form, account = AddForm(request.form), current_account()
    if not (is_proved_anew(form, account) and adding.begin(form, account)):
        return _list(form), signing_in.status(form)
    return redirect(url_for(".new"))


@bp.get(f"{HERE}/new", can="signed in")
def new() -> Response | str:
    wanted = adding.wanted(current_account())
    if wanted is None:
        return redirect(url_for(".index"))
    return render_template("people/passkeys/new.html", wanted=wanted)


@bp.post(f"{HERE}/new", can="signed in")
def add() -> Response | tuple[str, int]:
    form = AnswerForm(request.form)
    if not adding.is_added(form, current_account()):
        return _list(AddForm(), form), status_of_form(form)
    flash(gettext("Your passkey is added. From now on it signs you in."), "done")
    return redirect(url_for(".index"))


@bp.get(f"{HERE}/<int:passkey_id>", can="signed in")
def show(passkey_id: int) -> str:
    return _page(_mine(passkey_id))


@bp.post(f"{HERE}/<int:passkey_id>", can="signed in")
def rename(passkey_id: int) -> Response | tuple[str, int]:
    form, passkey = NameForm(request.form), _mine(passkey_id)
    if form.submit(rename_passkey, current_actor(), passkey) is None:
        return _page(passkey, name=form), status_of_form(form)
    flash(gettext("The passkey has its new name."), "done")
    return redirect(url_for(".index"))


@bp.post(f"{HERE}/<int:passkey_id>/remove", can="signed in")
def remove(passkey_id: int) -> Response | tuple[str, int]:
    form, passkey, account = ProofForm(request.form), _mine(passkey_id), current_account()
    if not is_proved_anew(form, account) or not _is_removed(form, passkey):
        return _page(passkey, proof=form), signing_in.status(form)
    security_log.note(SecurityKind.PASSKEY_CHANGED)
    flash(gettext("The passkey is removed. It opens nothing any more."), "done")
    return redirect(url_for(".index"))


def _is_removed(form: ProofForm, passkey: Passkey) -> bool:
    account = current_account()

    def removed(**_: object) -> Passkey:
        return remove_passkey(
            account.actor, passkey, account, is_needed=is_needed(), sign_in_id=account.sign_in_id
        )

    return form.submit(removed) is not None


def _mine(passkey_id: int) -> Passkey:
    return fetch(Passkey, passkey_id, current_actor(), Can.SIGN_INS_END)


def _list(form: AddForm, refused: Form | None = None) -> str:
    account = current_account()
    return render_template(
        "people/passkeys/index.html",
        passkeys=queries.passkeys_of(account.person_id),
        form=form,
        refused=refused,
        account=account,
    )


def _page(passkey: Passkey, *, name: NameForm | None = None, proof: ProofForm | None = None) -> str:
    return render_template(
        "people/passkeys/show.html",
        passkey=passkey,
        name=name or NameForm(obj=passkey),
        proof=proof or ProofForm(),
        account=current_account(),
    )
