from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response
from wtforms import Field

from college.core.access import fetch
from college.core.roles import Can
from college.exams.cycles.data import INNER_MONGOLIA
from college.exams.cycles.forms import (
    AnnouncedForm,
    CycleForm,
    PaperTimesForm,
    announced,
    planned,
    timed,
)
from college.exams.cycles.models import ExamCycle
from college.exams.cycles.naming import naming
from college.exams.cycles.operations import adopt_cycles
from college.exams.cycles.queries import cycles_seen, papers_in, year_to_enter
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("cycles", __name__, url_prefix="/exams/cycles")
bp.add_app_template_global(naming)  # {{ naming().of(cycle) }}


@bp.get("", can=Can.CYCLES_PLAN)
def index() -> str:
    return render_template("exams/cycles/index.html", cycles=cycles_seen(current_actor()))


@bp.post("/adopt", can=Can.CYCLES_PLAN)
def adopt() -> Response:
    adopt_cycles(current_actor())
    flash(gettext("The calendar is adopted. Compare it with this year's notice."), "done")
    return redirect(url_for(".index"))


@bp.get("/new", can=Can.CYCLES_PLAN)
def new() -> str:
    return _page(CycleForm(year=year_to_enter(), province=INNER_MONGOLIA))


@bp.post("/new", can=Can.CYCLES_PLAN)
def create() -> Response | tuple[str, int]:
    form = CycleForm(request.form)
    if form.submit(planned, current_actor()) is None:
        return _page(form), status_of_form(form)
    flash(gettext("The exam year is entered."), "done")
    return redirect(url_for(".index"))


@bp.get("/<int:cycle_id>", can=Can.CYCLES_PLAN)
def edit(cycle_id: int) -> str:
    cycle, form = _cycle(cycle_id), AnnouncedForm()
    form.fill(cycle)
    return _page(form, cycle)


@bp.post("/<int:cycle_id>", can=Can.CYCLES_PLAN)
def amend(cycle_id: int) -> Response | tuple[str, int]:
    cycle, form = _cycle(cycle_id), AnnouncedForm(request.form)
    if form.submit(announced, current_actor(), cycle) is None:
        return _page(form, cycle), status_of_form(form)
    flash(gettext("What the notices say is entered."), "done")
    return redirect(url_for(".index"))


@bp.get("/<int:cycle_id>/papers", can=Can.CYCLES_PLAN)
def papers(cycle_id: int) -> str:
    cycle, form = _cycle(cycle_id), PaperTimesForm()
    form.fill(cycle)
    return _papers_page(form, cycle)


@bp.post("/<int:cycle_id>/papers", can=Can.CYCLES_PLAN)
def set_papers(cycle_id: int) -> Response | tuple[str, int]:
    cycle, form = _cycle(cycle_id), PaperTimesForm(request.form)
    if form.submit(timed, current_actor(), cycle) is None:
        return _papers_page(form, cycle), status_of_form(form)
    flash(gettext("The hours of the papers are entered."), "done")
    return redirect(url_for(".edit", cycle_id=cycle_id))


def _papers_page(form: PaperTimesForm, cycle: ExamCycle) -> str:
    by_paper = {entry.form.paper.data: entry for entry in form.papers}
    levels: dict[Level, dict[Subject, Field | None]] = {}
    for level, subject in papers_in(cycle.year):
        levels.setdefault(level, {})[subject] = by_paper.get(f"{level} {subject}")
    return render_template("exams/cycles/papers.html", form=form, cycle=cycle, levels=levels)


def _cycle(cycle_id: int) -> ExamCycle:
    return fetch(ExamCycle, cycle_id, current_actor(), Can.CYCLES_PLAN)


def _page(form: AnnouncedForm, cycle: ExamCycle | None = None) -> str:
    usual = current_app.config["EXAM_REMINDER_DAYS"]
    return render_template("exams/cycles/edit.html", form=form, cycle=cycle, usual=usual)
