from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from college.core.access import fetch
from college.core.jobs import Job
from college.core.roles import Can
from college.reports.jobs import operations, queries
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("jobs", __name__, url_prefix="/admin/jobs")


@bp.get("", can=Can.JOBS_SEE)
def index() -> str:
    return jobs_page(Form())


@bp.get("/progress", can=Can.JOBS_SEE)
def progress() -> Response:
    """The part of the page that moves; once nothing does the whole page is loaded anew."""
    page, now = paged(queries.listed()), queries.workshop()
    part = render_template(
        "reports/jobs/progress.html", page=page, lines=queries.lines(page.rows), now=now
    )
    return Response(part, headers={} if now.is_moving else {"HX-Refresh": "true"})


@bp.post("/<int:job_id>/again", can=Can.JOBS_RETRY)
def again(job_id: int) -> Answer | tuple[str, int]:
    job, form = fetch(Job, job_id, current_actor(), Can.JOBS_RETRY), Form()
    if form.submit(operations.try_again, current_actor(), job) is None:
        return jobs_page(form), status_of_form(form)
    return redirect(url_for(".index"))


def jobs_page(form: Form) -> str:
    page = paged(queries.listed())
    return render_template(
        "reports/jobs/index.html",
        page=page,
        lines=queries.lines(page.rows),
        aside=queries.set_aside(),
        now=queries.workshop(),
        form=form,
    )
