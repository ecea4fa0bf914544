from flask import Response as Plain
from flask import (
    after_this_request,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.people.consents.models import Consent
from college.people.consents.queries import in_force
from college.reports.personal_data import operations, queries, withdrawing
from college.reports.personal_data.deletion import clear_up
from college.reports.personal_data.forms import (
    AnswerForm,
    AskForm,
    DeleteForm,
    PasswordAgainForm,
)
from college.reports.personal_data.models import DataRequest, RequestKind
from college.reports.personal_data.taking_out import taken_out
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("personal_data", __name__)
ADMIN = "/admin/personal-data"
Answer = Response | tuple[str, int]


@bp.get("/me/data", can="signed in")
def mine() -> str:
    return _mine(PasswordAgainForm())


@bp.post("/me/data/download", can="signed in")
def take_out() -> Answer:
    form = PasswordAgainForm(request.form)
    archive = taken_out(form, current_user)
    if archive is None:
        return _mine(form), status_of_form(form)
    return download(archive, f"{gettext('My data')}.zip")


@bp.get("/me/data/requests", can="signed in")
def asked() -> str:
    return _asked(AskForm())


@bp.post("/me/data/requests", can="signed in")
def ask() -> Answer:
    form = AskForm(request.form)
    if form.submit(operations.ask, current_actor()) is None:
        return _asked(form), status_of_form(form)
    flash(gettext("The academic office has your request. The answer comes here."), "done")
    return redirect(url_for(".asked"))


@bp.post("/me/data/requests/<int:request_id>/withdraw", can="signed in")
def withdraw(request_id: int) -> Response:
    actor = current_actor()
    operations.withdraw_request(actor, fetch(DataRequest, request_id, actor, Can.OWN_DATA_SEE))
    flash(gettext("You took your request back."), "done")
    return redirect(url_for(".asked"))


@bp.post("/me/data/consents/<int:consent_id>/withdraw", can="signed in")
def withdraw_consent(consent_id: int) -> Answer:
    actor, form = current_actor(), Form(request.form)
    row = fetch(Consent, consent_id, actor, Can.CONSENTS_GIVE)
    if form.submit(withdrawing.withdraw_consent, actor, row) is None:
        return _mine(PasswordAgainForm(), refused=form), status_of_form(form)
    flash(gettext("You took it back. What was kept by it is off your record."), "done")
    return redirect(url_for(".mine"))


@bp.get(ADMIN, can=Can.DATA_DECIDE)
def index() -> str:
    is_over = request.args.get("state") == "decided"
    page = paged(queries.requests(current_actor(), is_over=is_over))
    due = queries.waiting_proposals(current_actor())
    template = "reports/personal_data/index.html"
    return render_template(template, page=page, is_over=is_over, due=due)


@bp.get(f"{ADMIN}/<int:request_id>", can=Can.DATA_DECIDE)
def show(request_id: int) -> str:
    return _page(request_id, DeleteForm(), AnswerForm())


@bp.post(f"{ADMIN}/<int:request_id>/grant", can=Can.DATA_DECIDE)
def grant(request_id: int) -> Answer:
    row = _fetched(request_id)
    is_deletion = row.kind is RequestKind.DELETION
    form = (DeleteForm if is_deletion else AnswerForm)(request.form)
    grant_it = operations.grant_deletion if is_deletion else operations.grant_correction
    done: object = form.submit(grant_it, current_actor(), row)
    if done is None:
        return _page(request_id, form, AnswerForm()), status_of_form(form)
    _clear_up_after_commit(getattr(done, "files", ()))
    flash(gettext("Done. The person's request is answered."), "done")
    return redirect(url_for(".index"))


@bp.post(f"{ADMIN}/<int:request_id>/refuse", can=Can.DATA_DECIDE)
def refuse(request_id: int) -> Answer:
    form, row = AnswerForm(request.form), _fetched(request_id)
    if form.submit(operations.refuse, current_actor(), row) is None:
        return _page(request_id, DeleteForm(), form), status_of_form(form)
    flash(gettext("The person reads your answer under “My data”."), "done")
    return redirect(url_for(".index"))


def _clear_up_after_commit(files: tuple[str, ...]) -> None:
    @after_this_request
    def clear(response: Plain) -> Plain:
        if response.status_code < 400:
            clear_up(files)
        return response


def _fetched(request_id: int) -> DataRequest:
    return fetch(DataRequest, request_id, current_actor(), Can.DATA_DECIDE)


def _mine(form: Form, refused: Form | None = None) -> str:
    actor = current_actor()
    found: dict[str, object] = {"page": queries.own_page(actor), "me": actor.person_id}
    found |= {"texts": in_force().values(), "form": form, "refused": refused}
    return render_template("reports/personal_data/mine.html", **found)


def _asked(form: Form) -> str:
    rows = queries.own_requests(current_actor())
    return render_template("reports/personal_data/asked.html", rows=rows, form=form)


def _page(request_id: int, granting: Form, refusing: Form) -> str:
    row = _fetched(request_id)
    plan = queries.plan(row.person_id) if row.kind is RequestKind.DELETION and row.is_open else []
    return render_template(
        "reports/personal_data/show.html",
        row=row,
        plan=plan,
        granting=granting,
        refusing=refusing,
    )
