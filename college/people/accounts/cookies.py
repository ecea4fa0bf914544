"""The sign-in cookie of this browser: how it is read, begun and ended."""

from datetime import timedelta

from flask import Flask, current_app, g, redirect, request, session, url_for
from flask_babel import gettext
from flask_login import LoginManager, current_user, login_user
from werkzeug.wrappers import Response

from college.core import clock, security_log
from college.core.access import fetch
from college.core.db import db
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.accounts.models import Account
from college.people.accounts.operations import sign_in
from college.people.accounts.queries import by_cookie
from college.people.sign_ins.devices import device_of
from college.people.sign_ins.keys import new_key
from college.people.sign_ins.models import SignIn
from college.people.sign_ins.operations import end_sign_in
from college.people.sign_ins.visits import SEEN_EVERY, lasting
from college.web.language import is_chinese, own_path
from college.web.network import masked_address

HALF = "half"
HALF_LASTS = timedelta(minutes=10)


def install(app: Flask) -> None:
    # no page asks for its reader unasked: the one that says the database is gone could not
    login = LoginManager(app, add_context_processor=False)
    login.user_loader(read)
    login.session_protection = None  # it signs people out when their phone changes networks


def read(key: str) -> Account | None:
    visit = by_cookie(key, lasting())
    if visit is None:
        return None
    account = visit.account
    account.sign_in_id, account.key, account.unread = visit.sign_in_id, key, visit.unread
    account.passkey_id = visit.passkey_id or 0
    if visit.last_seen_at < clock.now() - SEEN_EVERY:
        g.seen_sign_in = visit.sign_in_id
    return account


def begin(account: Account, *, passkey_id: int | None = None) -> None:
    """Sign the person in on this browser. Nothing that it held before survives.

    `passkey_id`: the passkey that proved them.
    """
    if current_user.is_authenticated:
        end_current()
    epoch, key = account.epoch, new_key()
    begun = sign_in(
        account.actor,
        account,
        epoch=epoch,
        key=key,
        device=device_of(request.user_agent.string),
        address=masked_address(),
        passkey_id=passkey_id,
    )
    account.sign_in_id, account.key = begun.id, key
    session.clear()
    login_user(account)
    session.permanent = True


def go_on(account: Account) -> Response:
    """After the password, or what stands for it: in, or on to the second factor."""
    if not account.has_second_factor:
        return let_in(account)
    keep_half(account)
    return redirect(url_for("second_factors.ask", next=_target()))


def let_in(account: Account, *, passkey_id: int | None = None) -> Response:
    person_id = account.person_id
    begin(account, passkey_id=passkey_id)
    security_log.note(SecurityKind.SIGNED_IN, person_id=person_id, sign_in_id=account.sign_in_id)
    return redirect(_target())


def keep_half(account: Account) -> None:
    """Note whose password was right. Nothing that the browser held before survives.

    The note is signed and good for some minutes. It opens nothing but the page that asks for the
    code (people/second_factors); a password changed meanwhile makes it worthless.
    """
    session.clear()
    session[HALF] = [account.id, account.epoch, (clock.now() + HALF_LASTS).timestamp()]


def half_signed_in() -> Account | None:
    """Whose password was right a few minutes ago in this browser."""
    note = session.get(HALF)
    if note is None:
        return None
    account_id, epoch, until = note
    account = db.session.get(Account, account_id)
    is_good = account is not None and account.epoch == epoch and until > clock.now().timestamp()
    return account if is_good else None


def _target() -> str:
    return own_path(request.args.get("next", url_for("dashboard.me")))


def end_current() -> None:
    """End the sign-in on the server, so that a copy of the cookie opens nothing either."""
    actor = current_account().actor
    mine = fetch(SignIn, current_user.sign_in_id, actor, Can.SIGN_INS_END)
    end_sign_in(actor, mine)
    g.pop("seen_sign_in", None)
    security_log.note(SecurityKind.SIGNED_OUT, person_id=mine.person_id, sign_in_id=mine.id)


def goodbye() -> str:
    """Signing out stays here: whoever came by another service is signed in there still."""
    config = current_app.config
    if not config["OIDC_ISSUER"]:
        return str(gettext("You are signed out."))
    name = config["OIDC_LABEL" if is_chinese() else "OIDC_LABEL_EN"]
    return str(
        gettext(
            "You are signed out here. If you came by “%(provider)s”, sign out there too on a "
            "computer that others use.",
            provider=name,
        )
    )


def current_account() -> Account:
    """The account itself, behind what stands for it during a request."""
    account: Account = current_user._get_current_object()
    return account
