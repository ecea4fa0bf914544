from flask import render_template, request

from college.certs.certificates import queries as certificates
from college.core.roles import Can
from college.people.employment.finding import found
from college.reports.dashboard.queries import runs_found
from college.web.pages import Pages, current_actor

bp = Pages("search", __name__, url_prefix="/search")


@bp.get("", can="signed in")
def find() -> str:
    actor, words = current_actor(), request.args.get("q", "").strip()[:100]
    return render_template(
        "reports/search/find.html",
        words=words,
        runs=runs_found(actor, words),
        people=found(actor, words),
        certificates=certificates.found(actor, words) if actor.reach(Can.CERTS_SEE) else [],
    )
