from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext

from college.certs.certificates.codes import LENGTH, as_address, cleaned, is_code
from college.certs.verification.limits import is_within_limit
from college.certs.verification.queries import finding
from college.core.operation import DatabaseAway
from college.core.roles import Can
from college.web.away import later, put_off
from college.web.errors import answer, wants_page
from college.web.pages import Pages

bp = Pages("verification", __name__, url_prefix="/verify")
KEPT_OUT = {"X-Robots-Tag": "noindex, nofollow", "Cache-Control": "no-store"}


@bp.get("", can=Can.CERTS_VERIFY)
def look_up() -> Any:
    typed = request.args.get("code", "").strip()
    if typed:
        return redirect(url_for(".show", code=as_address(typed)))
    return render_template("certs/verification/index.html")


@bp.get("/<path:code>", can=Can.CERTS_VERIFY)
def show(code: str) -> Any:
    if not is_within_limit():
        return answer(
            429, "too_many_look_ups", gettext("Wait a minute, then look up the next one.")
        )
    found = finding(code)
    if found is None:
        page = render_template("certs/verification/unknown.html", typed=code[:80], hint=hint(code))
        return page, 404, KEPT_OUT
    return render_template("certs/verification/show.html", found=found), 200, KEPT_OUT


@bp.errorhandler(DatabaseAway)
def away(error: DatabaseAway) -> Any:
    """Nobody may take a register that does not answer for one that says no."""
    if not wants_page():
        return put_off(error)
    page = render_template("certs/verification/away.html")
    return later((page, 503, KEPT_OUT), error.retry_seconds)


def hint(typed: str) -> str:
    """What is probably wrong with what was typed."""
    code = cleaned(typed)
    if is_code(code):
        return ""
    if code.startswith("T1SW") or (len(code) > LENGTH and any(c.isdigit() for c in code)):
        said = gettext("This looks like the number. The code is another line at the foot.")
    elif len(code) != LENGTH:
        said = gettext("A code has 13 characters; this has %(n)s.", n=len(code))
    else:
        said = gettext("One character is wrong, or two changed places: read it again.")
    return str(said)
