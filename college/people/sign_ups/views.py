from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.roles import Can
from college.people.employment.models import Capacity
from college.people.sign_ups import operations, queries
from college.people.sign_ups.consents import named
from college.people.sign_ups.forms import AcceptForm, ClaimForm, DeclineForm, SignUpForm
from college.people.sign_ups.models import SignUp
from college.people.sign_ups.signing_up import registered
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("sign_ups", __name__)
ADMIN = "/people/sign-ups"


@bp.get("/register", can="anyone")
def new() -> str:
    return _form_page(SignUpForm())


@bp.post("/register", can="anyone")
def create() -> Response | tuple[str, int]:
    form = SignUpForm(request.form)
    if registered(form) is None:
        return _form_page(form), status_of_form(form)
    return redirect(url_for(".done"))


@bp.get("/register/done", can="anyone")
def done() -> str:
    return render_template("people/sign_ups/done.html")


@bp.get(ADMIN, can=Can.SIGN_UPS_DECIDE)
def index() -> str:
    is_over = request.args.get("state") == "decided"
    choose = queries.decided if is_over else queries.waiting
    page = paged(choose(current_actor()))
    return render_template("people/sign_ups/index.html", page=page, is_over=is_over)


@bp.get(f"{ADMIN}/<int:sign_up_id>", can=Can.SIGN_UPS_DECIDE)
def show(sign_up_id: int) -> str:
    return _page(sign_up_id, AcceptForm(), DeclineForm())


@bp.post(f"{ADMIN}/<int:sign_up_id>/accept", can=Can.SIGN_UPS_DECIDE)
def accept(sign_up_id: int) -> Response | tuple[str, int]:
    row = _fetched(sign_up_id)
    form = (ClaimForm if row.person_id else AcceptForm)(request.form)
    if form.submit(_accepted, row) is None:
        return _page(sign_up_id, form, DeclineForm()), status_of_form(form)
    told = gettext("%(name)s has an account now.", name=row.full_name)
    flash(told, "done")
    return redirect(url_for(".index"))


@bp.post(f"{ADMIN}/<int:sign_up_id>/decline", can=Can.SIGN_UPS_DECIDE)
def decline(sign_up_id: int) -> Response | tuple[str, int]:
    form, row = DeclineForm(request.form), _fetched(sign_up_id)
    if form.submit(operations.decline, current_actor(), row) is None:
        return _page(sign_up_id, AcceptForm(), form), status_of_form(form)
    flash(gettext("The registration is declined."), "done")
    return redirect(url_for(".index"))


@bp.post(f"{ADMIN}/<int:sign_up_id>/pass-on", can=Can.SIGN_UPS_DECIDE)
def pass_on(sign_up_id: int) -> Response:
    operations.pass_on(current_actor(), _fetched(sign_up_id))
    flash(gettext("The academic office looks at it now."), "done")
    return redirect(url_for(".index"))


@bp.post(f"{ADMIN}/<int:sign_up_id>/match", can=Can.SIGN_UPS_DECIDE)
def match(sign_up_id: int) -> Response:
    operations.match_anew(current_actor(), _fetched(sign_up_id))
    return redirect(url_for(".show", sign_up_id=sign_up_id))


def _accepted(row: SignUp, capacity: Capacity = Capacity.OTHER) -> SignUp:
    return operations.accept(current_actor(), row, capacity=capacity)


def _fetched(sign_up_id: int) -> SignUp:
    return fetch(SignUp, sign_up_id, current_actor(), Can.SIGN_UPS_DECIDE)


def _form_page(form: SignUpForm) -> str:
    return render_template("people/sign_ups/new.html", form=form, named=named)


def _page(sign_up_id: int, accepting: Form, declining: Form) -> str:
    page = queries.page(current_actor(), sign_up_id)
    return render_template(
        "people/sign_ups/show.html", page=page, accepting=accepting, declining=declining
    )
