from functools import partial

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.reports.retention import operations, queries
from college.reports.retention.forms import ClearForm, PeopleForm
from college.reports.retention.models import Clearing, DueKind
from college.reports.retention.queries import Periods
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("retention", __name__, url_prefix="/admin/retention")
KIND = "<any(sign_ups,rosters,results,letters,invitations,looks):kind>"
SHOWN = 100  # people at a time
Answer = Response | tuple[str, int]


@bp.get("", can=Can.DATA_DECIDE)
def index() -> str:
    return _page(ClearForm(), "")


@bp.get("/progress", can=Can.DATA_DECIDE)
def progress() -> str:
    orders = queries.orders(current_actor())
    return render_template("reports/retention/orders.html", orders=orders)


@bp.post(f"/{KIND}", can=Can.DATA_DECIDE)
def clear(kind: str) -> Answer:
    form, of = ClearForm(request.form), DueKind(kind)
    order = partial(operations.order_clearing, before=_periods().before(of))
    if form.submit(order, current_actor(), of) is None:
        return _page(form, kind), status_of_form(form)
    flash(gettext("It is being deleted. Below you see how far it is."), "done")
    return redirect(url_for(".index"))


@bp.get("/<int:clearing_id>", can=Can.DATA_DECIDE)
def order(clearing_id: int) -> Response:
    """Where the list of jobs leads: the orders stand on one page."""
    row = fetch(Clearing, clearing_id, current_actor(), Can.DATA_DECIDE)
    return redirect(url_for(".index", _anchor=f"order-{row.id}"))


@bp.post("/<int:clearing_id>/again", can=Can.DATA_DECIDE)
def go_on(clearing_id: int) -> Response:
    row = fetch(Clearing, clearing_id, current_actor(), Can.DATA_DECIDE)
    operations.go_on_clearing(current_actor(), row)
    return redirect(url_for(".index"))


@bp.get("/people", can=Can.DATA_DECIDE)
def people() -> str:
    return _people_page(PeopleForm())


@bp.post("/people", can=Can.DATA_DECIDE)
def clear_people() -> Answer:
    form, before = PeopleForm(request.form), _periods().before(DueKind.PEOPLE)
    form.offer(list(queries.idle_people(current_actor(), before, SHOWN)))
    order = partial(operations.order_clearing, before=before)
    if form.submit(order, current_actor(), DueKind.PEOPLE) is None:
        return _people_page(form), status_of_form(form)
    flash(gettext("They are being deleted. Who has a mail address gets a last letter."), "done")
    return redirect(url_for(".index"))


def _periods() -> Periods:
    return Periods.of(current_app.config)


def _page(form: ClearForm, refused: str) -> str:
    actor = current_actor()
    found: dict[str, object] = {
        "due": queries.due(actor, _periods()),
        "orders": queries.orders(actor),
    }
    by_itself = {
        "log": current_app.config["SECURITY_LOG_DAYS"],
        "notices": current_app.config["NOTICE_DAYS"],
    }
    found |= {"by_itself": by_itself, "form": form, "refused": refused}
    return render_template("reports/retention/index.html", **found)


def _people_page(form: PeopleForm) -> str:
    actor, periods = current_actor(), _periods()
    rows = list(queries.idle_people(actor, periods.before(DueKind.PEOPLE), SHOWN))
    form.offer(rows)
    years = current_app.config["KEEP_IDLE_PEOPLE_YEARS"]
    return render_template("reports/retention/people.html", rows=rows, years=years, form=form)
