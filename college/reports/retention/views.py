from functools import partial

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.reports.proposals.models import DueKind
from college.reports.retention import operations, proposing, queries
from college.reports.retention.forms import ClearForm, KeepForm, PeopleForm
from college.reports.retention.models import Clearing
from college.reports.retention.queries import Periods
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("retention", __name__, url_prefix="/admin/retention")
KIND = "<any(sign_ups,rosters,results,lists,letters,invitations,looks):kind>"
ANY = "<any(sign_ups,rosters,results,lists,letters,invitations,looks,people):kind>"
SHOWN = 100  # proposals on a page
Answer = Response | tuple[str, int]


@bp.get("", can=Can.DATA_DECIDE)
def index() -> str:
    return _page(ClearForm(), "")


@bp.get("/progress", can=Can.DATA_DECIDE)
def progress() -> str:
    orders = queries.orders(current_actor())
    return render_template("reports/retention/orders.html", orders=orders)


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


@bp.get(f"/{ANY}", can=Can.DATA_DECIDE)
def kind(kind: str) -> str:
    return _kind_page(DueKind(kind), KeepForm(), PeopleForm())


@bp.post(f"/{KIND}", can=Can.DATA_DECIDE)
def clear(kind: str) -> Answer:
    form, of = ClearForm(request.form), DueKind(kind)
    order = partial(operations.order_clearing, before=_periods().before(of))
    if form.submit(order, current_actor(), of) is None:
        return _page(form, kind), status_of_form(form)
    flash(gettext("It is being deleted. Below you see how far it is."), "done")
    return redirect(url_for(".index"))


@bp.post("/people", can=Can.DATA_DECIDE)
def clear_people() -> Answer:
    form, before = PeopleForm(request.form), _periods().before(DueKind.PEOPLE)
    order = partial(operations.order_clearing, before=before)
    if form.submit(order, current_actor(), DueKind.PEOPLE) is None:
        return _kind_page(DueKind.PEOPLE, KeepForm(), form), status_of_form(form)
    flash(gettext("They are being deleted. Who has a mail address gets a last letter."), "done")
    return redirect(url_for(".index"))


@bp.post(f"/{ANY}/keep", can=Can.DATA_DECIDE)
def keep(kind: str) -> Answer:
    form, of = KeepForm(request.form), DueKind(kind)
    kept = form.submit(proposing.keep, current_actor(), of)
    if kept is None:
        return _kind_page(of, form, PeopleForm()), status_of_form(form)
    said = ngettext("%(num)s entry is kept on.", "%(num)s entries are kept on.", len(kept))
    flash(said, "done")
    return redirect(url_for(".kind", kind=kind))


def _periods() -> Periods:
    return Periods.of(current_app.config)


def _page(form: ClearForm, refused: str) -> str:
    actor, config = current_actor(), current_app.config
    found: dict[str, object] = {
        "due": queries.due(actor, _periods()),
        "looked": queries.last_look(),
        "orders": queries.orders(actor),
        "by_itself": {"log": config["SECURITY_LOG_DAYS"], "notices": config["NOTICE_DAYS"]},
    }
    return render_template("reports/retention/index.html", form=form, refused=refused, **found)


def _kind_page(kind: DueKind, form: KeepForm, people: PeopleForm) -> str:
    are_kept = request.args.get("state") == "kept"
    chosen = queries.proposed(current_actor(), kind, are_kept=are_kept)
    page = paged(chosen, per_page=SHOWN)
    found: dict[str, object] = {
        "page": page,
        "rows": queries.with_names(kind, page.rows),
        "days": _periods().days[kind],
        "are_kept": are_kept,
        "ticked": {*(form.rows.data or ()), *(people.rows.data or ())},
        "people": people if kind is DueKind.PEOPLE and not are_kept else None,
    }
    return render_template("reports/retention/kind.html", kind=kind, form=form, **found)
