from datetime import datetime

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.roles import Can
from college.people.persons.queries import me
from college.supervision.sessions import queries
from college.supervision.sessions.forms import ConfirmForm, DeclineForm, MonthForm, SessionForm
from college.supervision.sessions.operations import amend_session, confirm, decline, log_session
from college.web.errors import status_of_form
from college.web.jinja import short_day
from college.web.pages import Pages, current_actor

bp = Pages("supervision_sessions", __name__, url_prefix="/supervision/sessions")

Answer = Response | tuple[str, int]


@bp.get("", can=Can.SUPERVISION_SEE)
def index() -> str:
    listed = queries.listed(current_actor(), MonthForm(request.args).chosen())
    return render_template("supervision/sessions/index.html", listed=listed)


@bp.get("/new", can=Can.SUPERVISION_LOG)
def new() -> str:
    form = SessionForm.empty(queries.choices(current_actor()))
    return render_template("supervision/sessions/new.html", form=form)


@bp.post("/new", can=Can.SUPERVISION_LOG)
def create() -> Answer:
    actor = current_actor()
    form = SessionForm(request.form, choices=queries.choices(actor))
    logged = form.submit(log_session, actor, me(actor))
    if logged is None:
        return render_template("supervision/sessions/new.html", form=form), status_of_form(form)
    flash(gettext("Logged. Its minutes count once every supervisee has confirmed."), "done")
    return redirect(url_for(".show", session_id=logged.id))


@bp.get("/<int:session_id>", can=Can.SUPERVISION_SEE)
def show(session_id: int) -> str:
    return _page(session_id)


@bp.get("/<int:session_id>/edit", can=Can.SUPERVISION_LOG)
def edit(session_id: int) -> str:
    actor = current_actor()
    row = queries.amendable(actor, session_id)
    form = SessionForm.of(row.supervision_session, queries.choices(actor, also=row.people))
    return render_template("supervision/sessions/edit.html", form=form, row=row)


@bp.post("/<int:session_id>/edit", can=Can.SUPERVISION_LOG)
def amend(session_id: int) -> Answer:
    actor = current_actor()
    row = queries.amendable(actor, session_id)
    form = SessionForm(request.form, choices=queries.choices(actor, also=row.people))
    if form.submit(amend_session, actor, row.supervision_session) is None:
        row = queries.one(actor, session_id)
        page = render_template("supervision/sessions/edit.html", form=form, row=row)
        return page, status_of_form(form)
    flash(gettext("Amended. Every supervisee looks at it and confirms."), "done")
    return redirect(url_for(".show", session_id=session_id))


@bp.post("/<int:session_id>/confirm", can=Can.SUPERVISION_CONFIRM)
def confirm_minutes(session_id: int) -> Answer:
    actor, form = current_actor(), ConfirmForm(request.form)
    mine = queries.mine_in(actor, session_id)
    before = mine.confirmed_at
    if form.submit(confirm, actor, mine) is None:
        return _page(session_id, refused=form), status_of_form(form)
    if before is not None:
        flash(_confirmed_before(queries.one(actor, session_id), before))
        return redirect(url_for(".show", session_id=session_id))
    flash(gettext("Confirmed. The minutes count once everybody has confirmed."), "done")
    return redirect(url_for(".index"))


@bp.post("/<int:session_id>/decline", can=Can.SUPERVISION_CONFIRM)
def decline_minutes(session_id: int) -> Answer:
    actor, form = current_actor(), DeclineForm(request.form)
    if form.submit(decline, actor, queries.mine_in(actor, session_id)) is None:
        return _page(session_id, declining=form), status_of_form(form)
    flash(gettext("Said. Your supervisor looks at it and amends the record."), "done")
    return redirect(url_for(".show", session_id=session_id))


def _confirmed_before(row: queries.SessionRow, at: datetime) -> str:
    """What is so, and what can be done, for who confirms a second time."""
    if row.is_locked:
        said = gettext(
            "You confirmed this on %(day)s already, and the record is locked. "
            "If something in it is wrong, call the academic office.",
            day=short_day(at),
        )
    else:
        said = gettext(
            "You confirmed this on %(day)s already. If something is not right, say so below.",
            day=short_day(at),
        )
    return str(said)


def _page(
    session_id: int, *, refused: ConfirmForm | None = None, declining: DeclineForm | None = None
) -> str:
    return render_template(
        "supervision/sessions/show.html",
        row=queries.one(current_actor(), session_id),
        refused=refused,
        declining=declining or DeclineForm(),
    )
