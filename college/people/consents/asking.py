"""Who has to be asked comes past the page that asks, once after signing in.

The sign-in looks into the database and leaves a note in its cookie; pages look at the note alone.
What is sent is never held back: only a page that is opened leads there, and it leads on afterwards.
"""

from typing import Any

from flask import Flask, current_app, redirect, request, session, url_for
from flask_login import user_logged_in
from werkzeug.wrappers import Response

from college.people.accounts.models import Account
from college.people.consents.queries import due_for
from college.web.errors import wants_page

NOTE = "asks_consent"
# where the note does not lead away from: the texts, the way out, one's own data and its deletion
OPEN = ("consents", "second_factors")
OWN_DATA = "/me/data"


def install(app: Flask) -> None:
    user_logged_in.connect(look, app)
    app.before_request(lead_there)


def look(_: Flask, user: Account, **__: Any) -> None:
    """At the moment of signing in: note it where something is due."""
    if due_for(user.person):
        session[NOTE] = True


def lead_there() -> Response | None:
    if _is_open() or not is_noted() or request.method != "GET" or not wants_page():
        return None
    return redirect(url_for("consents.ask", next=request.full_path.rstrip("?")))


def is_noted() -> bool:
    return bool(session.get(NOTE))


def let_go() -> None:
    """They were asked: what they answered, or that they will answer later, is theirs."""
    session.pop(NOTE, None)


def _is_open() -> bool:
    """Asked first: a page for anyone may do without the cookie, and so be the same for all."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_public = getattr(view, "can", "anyone") == "anyone"
    return is_public or request.blueprint in OPEN or request.path.startswith(OWN_DATA)
