"""The sign-in cookie of this browser: how it is read, begun and ended."""

from flask import Flask, g, request, session
from flask_login import LoginManager, current_user, login_user

from college.core import clock, security_log
from college.core.access import fetch
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
from college.web.network import masked_address


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
    account.sign_in_id, account.key = visit.sign_in_id, key
    if visit.last_seen_at < clock.now() - SEEN_EVERY:
        g.seen_sign_in = visit.sign_in_id
    return account


def begin(account: Account) -> None:
    """Sign the person in on this browser. Nothing that it held before survives."""
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
    )
    account.sign_in_id, account.key = begun.id, key
    session.clear()
    login_user(account)
    session.permanent = True


def end_current() -> None:
    """End the sign-in on the server, so that a copy of the cookie opens nothing either."""
    actor = current_account().actor
    mine = fetch(SignIn, current_user.sign_in_id, actor, Can.SIGN_INS_END)
    end_sign_in(actor, mine)
    g.pop("seen_sign_in", None)
    security_log.note(SecurityKind.SIGNED_OUT, person_id=mine.person_id, sign_in_id=mine.id)


def current_account() -> Account:
    """The account itself, behind what stands for it during a request."""
    account: Account = current_user._get_current_object()
    return account
