"""Domain errors become HTTP here, and nowhere else."""

from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from college.core import clock
from college.core.db import db
from college.core.errors import (
    Conflict,
    DomainError,
    NotAllowed,
    NotFound,
    RuleBroken,
    Stale,
    Unavailable,
)
from college.core.roles import Can, roles_with
from college.core.security_log import SecurityKind
from college.core.storage import FileLost
from college.web import expired
from college.web.expired import Kept
from college.web.forms import Form, sentence
from college.web.origin import ForeignOrigin
from college.web.pages import SignInNeeded, current_actor
from college.web.security import note_refusal

STATUS: dict[type[DomainError], int] = {
    SignInNeeded: 401,
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    RuleBroken: 422,
    Unavailable: 503,
    FileLost: 500,  # the reader can only quote the reference
}
CLASH = {"theirs": "stored", "their_name": "who", "version": "version"}
AGAIN = _("Go back, look at what you entered and try once more.")
ASK = _("If it stays so, call the academic office and quote the reference.")
Words = tuple[Any, Any, list[Any]]  # a title, what happened, and what the reader can do
WORDS: dict[int, Words] = {
    400: (
        _("This form has expired"),
        _("It stood open for too long, or another tab signed you out. Nothing was saved."),
        [_("Go back and reload the page."), _("Enter it again and send it.")],
    ),
    403: (
        _("This page is kept for other roles"),
        _("Your account may not open it. Nothing was changed."),
        [
            _("Check that you are signed in with the right account."),
            _(
                "If you need this page for your work, ask the administrator: the office below "
                "reaches them, and they can give you the role."
            ),
        ],
    ),
    404: (
        _("We did not find this page"),
        _("It may have moved, or the address has a slip in it."),
        [_("Check the address."), _("Or start again from the first page.")],
    ),
    405: (
        _("This page cannot be opened that way"),
        _("The address only takes what a form sends."),
        [_("Go back and use the button there.")],
    ),
    409: (_("Somebody was faster"), "", [_("Reload the page to see the present state."), AGAIN]),
    413: (
        _("This file is too large"),
        _("Nothing was stored."),
        [_("A file may have at most 10 MB."), _("Split the sheet into parts and upload each.")],
    ),
    422: (_("This does not fit yet"), "", [AGAIN]),
    429: (
        _("Too many tries"),
        _("To protect accounts we wait for a while before the next try."),
        [_("Wait ten minutes and try again.")],
    ),
    500: (
        _("This page did not open"),
        _("The fault is ours, not yours. What you entered was not saved, nor half saved."),
        [_("Wait a minute and try again."), ASK],
    ),
    503: (
        _("The college is busy"),
        _("Nothing was lost: your last step was not begun."),
        [_("Wait a few seconds and try again.")],
    ),
}


def status_of(error: DomainError) -> int:
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)


def install(app: Flask) -> None:
    @app.errorhandler(DomainError)
    def domain_error(error: DomainError) -> Any:
        if isinstance(error, SignInNeeded) and wants_page() and request.method == "GET":
            return redirect(url_for("accounts.sign_in", next=request.full_path.rstrip("?")))
        note(error)
        return answer(status_of(error), error.code, sentence(error), within=within(error))

    @app.errorhandler(CSRFError)
    def expired_form(error: CSRFError) -> Any:
        kept = expired.kept() if wants_page() else None
        if kept is not None:
            return render_template("errors/expired.html", kept=kept), 400
        note_refusal(SecurityKind.FORM_REFUSED)
        return answer(400, "form_expired", "")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if error.code is not None and error.code < 400:
            return error
        return answer(error.code or 500, error.name.lower().replace(" ", "_"), "")

    @app.errorhandler(sa.exc.DataError)
    def unstorable(error: sa.exc.DataError) -> Any:
        """What no column holds, such as a NUL byte in a search on PostgreSQL."""
        db.session.rollback()
        return answer(422, "unstorable", "")


def note(error: DomainError) -> None:
    if isinstance(error, ForeignOrigin):
        note_refusal(SecurityKind.FORM_REFUSED)
    elif isinstance(error, NotAllowed):
        note_refusal(SecurityKind.DOOR_SHUT)
    elif isinstance(error, FileLost):
        note_refusal(SecurityKind.FILE_DAMAGED)


def refused(form: Form) -> Any:
    """Answer a script whose form said no: 422 for its shape, else what the refusal says."""
    if form.refusal is None:
        first = next((str(e) for errors in form.errors.values() for e in errors), "")
        return answer(422, "invalid", first or gettext("Some entries need mending."), form.errors)
    refusal = form.refusal
    return answer(
        status_of(refusal), refusal.code, sentence(refusal), form.errors, both_values(refusal)
    )


def both_values(refusal: DomainError) -> dict[str, Any]:
    """What a page needs to offer the choice between two values: js/saving.js reads it."""
    if not isinstance(refusal, Stale):
        return {}
    facts = refusal.facts
    return {k: facts.get(f) for k, f in CLASH.items()}


def status_of_form(form: Form) -> int:
    return 422 if form.refusal is None else status_of(form.refusal)


def wants_page() -> bool:
    """A browser's page load, rather than a script's call."""
    is_api = request.path.startswith("/api/")
    return not is_api and request.headers.get("X-Requested-With") != "fetch"


def within(error: DomainError) -> dict[str, Any] | None:
    """What a page inside the shell needs; None for strangers, who have none.

    A domain error comes from behind the door, so who asks is known without the database.
    """
    actor, can = current_actor(), error.facts.get("can")
    if actor.person_id is None:
        return None
    if isinstance(can, Can) and not actor.reach(can):
        return {"roles": roles_with(can)}
    return {"roles": []}


def answer(
    status: int,
    code: str,
    message: str,
    errors: Any = None,
    more: dict[str, Any] | None = None,
    within: dict[str, Any] | None = None,
) -> Any:
    if wants_page():
        return page(status, message, within=within)
    title, usual, _steps = WORDS.get(status, WORDS[500])
    text = message or str(usual) or str(title)
    body = {"type": f"urn:college:{code}", "status": status, "title": text, "message": text}
    return body | ({"errors": errors} if errors else {}) | (more or {}), status


def page(
    status: int,
    message: str,
    *,
    words: Words | None = None,
    within: dict[str, Any] | None = None,
    kept: Kept | None = None,
) -> Response:
    title, usual, steps = words or WORDS.get(status, WORDS[500])
    text = render_template(
        "errors/error.html" if within is None else "errors/inside.html",
        status=status,
        title=title,
        message=message or usual,
        steps=steps,
        reference=getattr(g, "reference", None) if status >= 500 else None,
        at=clock.now(),
        back_url=request.path if status >= 500 else None,
        kept=kept,
        **(within or {}),
    )
    return Response(text, status)
