from flask import render_template, request

from college.core.roles import Can
from college.reports.holder_figures.behind import behind
from college.reports.holder_figures.forms import BehindForm, HoldersForm
from college.reports.holder_figures.groups import PLANNED
from college.reports.holder_figures.overview import (
    holder_figures,
    levels,
    lines,
    pictures,
    registrations,
    seniors,
)
from college.reports.persons.listing import with_posts
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("holder_figures", __name__, url_prefix="/reports/holders")


@bp.get("", can=Can.FIGURES_SEE)
def index() -> str:
    return _page("reports/holder_figures/index.html")


@bp.get("/charts", can=Can.FIGURES_SEE)
def charts() -> str:
    return _page("reports/holder_figures/_charts.html")


@bp.get("/persons", can=Can.PERSONS_LIST)
def persons() -> str:
    """Who is behind a number."""
    actor = current_actor()
    form = BehindForm(request.args, actor)
    when = form.chosen_year, form.chosen()
    chosen, asked = behind(actor, form.chosen_group, *when, form.of, form.narrowed)
    page = paged(chosen, asked)
    rows = with_posts(actor, page.rows)
    return render_template("reports/holder_figures/persons.html", form=form, page=page, rows=rows)


def _page(template: str) -> str:
    actor = current_actor()
    form = HoldersForm(request.args, actor)
    shown = holder_figures(actor, form.chosen(), form.of)
    return render_template(
        template,
        form=form,
        shown=shown,
        pictures=pictures(shown),
        levels=levels(shown),
        lines=lines(shown),
        registrations=registrations(shown),
        seniors=seniors(shown),
        planned=PLANNED,
        sets=bool(actor.reach(Can.TARGETS_SET)),
        lists=bool(actor.reach(Can.PERSONS_LIST)),
    )
