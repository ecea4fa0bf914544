"""When something the college needs is gone: 503, what is so, and when to come back.

The page asks neither the database nor who reads it. A form that could not be taken waits on it with
its one-time key: sent again, it counts once, whatever had become of it the first time.
"""

import logging
from typing import Any

import sqlalchemy as sa
from flask import Flask, Response, g, make_response, request
from flask_babel import gettext
from flask_babel import lazy_gettext as _
from werkzeug.exceptions import InternalServerError

from college.core.errors import Unavailable
from college.core.operation import DatabaseAway, is_away, is_busy
from college.web.errors import ASK, Words, answer, page, wants_page, within
from college.web.expired import SECRET, Kept, sent
from college.web.forms import sentence
from college.web.proofs import own_key
from college.web.transaction import SAFE, undo

BUSY_SECONDS = 5  # somebody else is writing
WORDS: Words = (
    _("This is not possible right now"),
    "",
    [_("Wait half a minute and try again."), ASK],
)
log = logging.getLogger(__name__)


def install(app: Flask) -> None:
    @app.errorhandler(Unavailable)
    def unavailable(error: Unavailable) -> Response:
        return put_off(error)

    @app.errorhandler(sa.exc.SQLAlchemyError)
    def busy_or_away(error: sa.exc.SQLAlchemyError) -> Any:
        undo()
        if is_away(error):
            log.warning("database away: %s", type(error).__name__)
            return app.handle_user_exception(DatabaseAway())  # a page may have words of its own
        if not isinstance(error, sa.exc.DBAPIError) or not is_busy(error):
            raise error
        return later(answer(503, "busy", ""), BUSY_SECONDS)

    @app.errorhandler(InternalServerError)
    def unforeseen(error: InternalServerError) -> Any:
        cause = error.original_exception
        if isinstance(cause, sa.exc.SQLAlchemyError) and is_away(cause):
            # it went away while another error was answered; a page may have words of its own
            return app.handle_user_exception(DatabaseAway())
        return answer(500, "internal_server_error", "")


def put_off(error: Unavailable) -> Response:
    if not wants_page():
        return later(answer(503, error.code, told(error)), error.retry_seconds)
    inside = None if isinstance(error, DatabaseAway) else within(error)
    shown = page(503, told(error), words=WORDS, within=inside, kept=waiting())
    return later(shown, error.retry_seconds)


def later(given: Any, seconds: int) -> Response:
    response = make_response(given)
    response.headers["Retry-After"] = str(seconds)
    return response


def told(error: Unavailable) -> str:
    """What is so, also of what was sent: nobody should wonder whether it was recorded."""
    if g.get("is_committing"):
        return str(
            gettext(
                "The connection broke while your last step was being recorded: whether it was, "
                "we cannot see yet. Send it again, it counts once."
            )
        )
    if request.method in SAFE:
        return sentence(error)
    return f"{sentence(error)} {gettext('What you sent was not recorded.')}"


def waiting() -> Kept | None:
    """The form of this request, to be sent again; none with a password is ever kept.

    It is the reader's own: that was asked before anything else (CSRFProtect).
    """
    is_secret = any(SECRET in name.lower() for name in request.form)
    if request.method in SAFE or is_secret or not own_key():
        return None
    g.sent_again = own_key()
    return sent()
