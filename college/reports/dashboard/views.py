from flask import render_template, request
from flask_babel import gettext

from college.certs.certificates.queries import held
from college.core import clock
from college.core.roles import Can
from college.exams.results.advice import own_advice
from college.people.persons.queries import me as myself
from college.reports.dashboard.queries import Step, Way, day_of, house
from college.reports.dashboard.station import Who, station_of
from college.reports.dashboard.todos import todos
from college.reports.figures.queries import holding_in_all
from college.web.jinja import said
from college.web.pages import Pages, current_actor

bp = Pages("dashboard", __name__)


@bp.get("/me", can="signed in")
def me() -> str:
    actor = current_actor()
    day = day_of(actor)
    return render_template(
        "reports/dashboard/me.html",
        person=myself(actor),
        day=day,
        todos=todos(actor),
        station=station_of(actor, Who.read(request.args.get("who"))),
        advice=own_advice(actor),
        certificates=held(actor.person_id),
        steps=drawn_path(day.way) if day.way else [],
        hour=clock.local(clock.now()).hour,
    )


@bp.get("/admin", can=Can.ADMIN_SEE)
def admin() -> str:
    actor = current_actor()
    holding = holding_in_all(actor, clock.today())
    return render_template(
        "reports/dashboard/admin.html", house=house(), todos=todos(actor), holding=holding
    )


def drawn_path(way: Way) -> list[tuple[str, str, str, None]]:
    """Each step as the macro `path` wants it: text, detail, state, no percentage."""
    steps = []
    for step in Step:
        is_current = step is way.current
        state = "done" if step in way.done else "now" if is_current else "next"
        detail = gettext("your next step") if is_current else ""
        steps.append((said(step), detail, state, None))
    return steps
