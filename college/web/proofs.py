"""What every form carries: the session's token, a key that counts once, the versions it shows."""

import re
from secrets import token_urlsafe

from flask import Flask, Response, g, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from markupsafe import Markup

from college.core import answers, versions
from college.core.db import Base, db
from college.core.errors import Conflict

KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")
SEEN = re.compile(r"([a-z_]{1,63})\.(\d{1,18})\.(\d{1,18})")
UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}


def install(app: Flask) -> None:
    app.before_request(read)
    app.jinja_env.globals["proofs"] = proofs


def read() -> None:
    """Take in what the form carries; the flush compares versions from here on.

    Raises CSRFError (an expired form) where a signed-in reader's form has no key.
    """
    if request.method not in UNSAFE or not current_user.is_authenticated:
        return
    key = own_key()
    if not key:
        raise CSRFError("The form lacks its one-time key.")
    g.once, g.reader_id = key, current_user.person_id
    carried = [*request.form.getlist("seen"), *request.headers.get("X-Seen", "").split()]
    found = (SEEN.fullmatch(one) for one in carried)
    g.seen = {(m[1], int(m[2])): int(m[3]) for m in found if m}
    versions.declare(g.seen)


def own_key() -> str:
    """The one-time key that came with this request; "" for none."""
    key = request.form.get("once") or request.headers.get("X-Once", "")
    return key if KEY.fullmatch(key) else ""


def proofs(*rows: Base) -> Markup:
    """The hidden inputs of a form that may change `rows`, or what the page fetched.

    On a page that shows a refused form again, a row keeps the version that the reader saw first:
    only a refusal that told of the change itself lets the newer one pass.
    """
    for row in rows:
        versions.show(row)
    once = g.get("sent_again") or token_urlsafe(16)
    inputs = [("csrf_token", generate_csrf()), ("once", once)]
    kept = {} if g.get("was_told") else g.get("seen", {})
    for key, version in versions.shown().items():
        inputs.append(("seen", f"{key[0]}.{key[1]}.{kept.get(key, version)}"))
    field = Markup('<input type="hidden" name="{}" value="{}">')
    return Markup("").join(field.format(name, value) for name, value in inputs)


def first_answer() -> Response | None:
    """What this very form was answered before, if it was."""
    if "once" not in g:
        return None
    given = answers.first(g.reader_id, g.once)
    if given is None:
        return None
    response = Response(given.body, given.status)
    if given.location:
        response.headers["Location"] = given.location
    if given.body:
        response.mimetype = "application/json"
    return response


def answer_once(location: str) -> None:
    """Let this very form, sent again, be answered by leading to `location`.

    For a page that shows what must not be shown twice. Raises Conflict for the second of two that
    came in at the same moment, which is then led there too.
    """
    if not answers.keep(g.reader_id, g.once, status=303, location=location, body=""):
        raise Conflict


def keep_answer(response: Response) -> bool:
    """Keep a redirect or a script's answer beside what it changed; False: it was given before.

    A file or a page is not kept: what makes one may be asked for again.
    """
    if "once" not in g or not db.session.info.get("wrote"):
        return True
    is_script = response.is_json and not response.is_streamed
    body = response.get_data(as_text=True) if is_script else ""
    if not (response.location or is_script) or len(body) > answers.MOST:
        return True
    return answers.keep(
        g.reader_id,
        g.once,
        status=response.status_code,
        location=response.location or "",
        body=body,
    )
