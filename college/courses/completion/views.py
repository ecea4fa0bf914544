from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.courses.completion.forms import CloseForm
from college.courses.completion.models import periods
from college.courses.completion.operations import close_run
from college.courses.completion.queries import outlook
from college.courses.runs.models import CourseRun
from college.web.errors import status_of_form
from college.web.forms import sentence
from college.web.pages import Pages, current_actor

bp = Pages("completion", __name__, url_prefix="/courses/runs/<int:run_id>/completion")
bp.add_app_template_filter(sentence, "told")  # {{ reason.remark | told }}
bp.add_app_template_global(periods)
PAGE = "courses/completion/show.html"


@bp.get("", can=Can.RUNS_CLOSE)
def show(run_id: int) -> str:
    run = fetch(CourseRun, run_id, current_actor(), Can.RUNS_CLOSE)
    return render_template(PAGE, run=run, outlook=outlook(run), form=CloseForm())


@bp.post("", can=Can.RUNS_CLOSE)
def close(run_id: int) -> Response | tuple[str, int]:
    actor = current_actor()
    run = fetch(CourseRun, run_id, actor, Can.RUNS_CLOSE)
    form = CloseForm(request.form)
    if form.submit(close_run, actor, run) is None:
        page = render_template(PAGE, run=run, outlook=outlook(run), form=form)
        return page, status_of_form(form)
    return redirect(url_for(".show", run_id=run_id))
