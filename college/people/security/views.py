from flask import render_template, request

from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.security import queries
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("security", __name__, url_prefix="/admin/security")


@bp.get("", can=Can.SECURITY_SEE)
def index() -> str:
    kind = request.args.get("kind", None, SecurityKind)
    page = paged(queries.events(current_actor(), kind))
    return render_template(
        "people/security/index.html",
        page=page,
        names=queries.names(list(page.rows)),
        kind=kind,
        kinds=list(SecurityKind),
    )
