"""Who may do what is grave has a second factor before they reach anything else."""

from flask import Flask, current_app, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from college.core.errors import NotAllowed, RuleBroken
from college.core.text import say
from college.people.accounts.models import Account
from college.people.passkeys.queries import has_any
from college.web.errors import wants_page

# what such a reader still reaches, beside the pages for anyone: the way to set it up, and out
BLUEPRINTS, WAY_OUT = {"second_factors", "passkeys"}, "accounts.sign_out"


class SecondFactorNeeded(NotAllowed):
    code = "second_factor_needed"
    message = say("Set up your second factor first: your roles need one.")


def install(app: Flask) -> None:
    if app.config["REQUIRE_TOTP"] or app.config["TESTING"]:  # tests turn it on for themselves
        app.before_request(ask)


def ask() -> Response | None:
    if not current_app.config["REQUIRE_TOTP"] or _is_open() or not lacks_second_factor():
        return None
    if request.method == "GET" and wants_page():
        return redirect(url_for("second_factors.show"))
    raise SecondFactorNeeded


def lacks_second_factor() -> bool:
    reader = current_user
    if not reader.is_authenticated or reader.is_proved_twice:
        return False
    return bool(reader.actor.bears_grave_rights)


def is_needed() -> bool:
    """Whether the reader may not be without one."""
    return bool(current_app.config["REQUIRE_TOTP"] and current_user.actor.bears_grave_rights)


class PasskeyNeeded(RuleBroken):
    code = "passkey_needed"
    message = say(
        "Your account has a passkey. Sign out and sign in with it; the password alone changes "
        "nothing here. If your devices are lost, ask the academic office."
    )


def refuse_password_alone(account: Account) -> None:
    """Whoever learned the password could else give themselves the second factor that is asked for.

    Raises PasskeyNeeded.
    """
    if asks_passkey(account):
        raise PasskeyNeeded


def asks_passkey(account: Account) -> bool:
    """Whether the reader came by the password alone, while a passkey is what the college asks."""
    return is_needed() and not account.is_proved_twice and has_any(account.person_id)


def _is_open() -> bool:
    """Asked first: a page for anyone may do without the database, and so without its reader."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = getattr(view, "can", "anyone") == "anyone"
    return is_public or request.blueprint in BLUEPRINTS or request.endpoint == WAY_OUT
