from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from flask_login import current_user, login_user, logout_user
from werkzeug.wrappers import Response

from college.people.accounts import signing_in
from college.people.accounts.forms import SignInForm
from college.people.accounts.operations import note_sign_in
from college.web.language import own_path
from college.web.pages import Pages, current_actor

bp = Pages("accounts", __name__)


@bp.get("/sign-in", can="anyone")
def sign_in() -> str | Response:
    if current_user.is_authenticated:
        return redirect(own_path(request.args.get("next", url_for("dashboard.me"))))
    return render_template("people/accounts/sign_in.html", form=SignInForm())


@bp.post("/sign-in", can="anyone")
def let_in() -> Response | tuple[str, int]:
    form = SignInForm(request.form)
    account = signing_in.checked(form)
    if account is None:
        page = render_template("people/accounts/sign_in.html", form=form)
        return page, signing_in.status(form)
    cookie.clear()  # nothing that a stranger may have planted survives
    login_user(account)
    cookie.permanent = True
    note_sign_in(account.actor, account)
    return redirect(own_path(request.args.get("next", url_for("dashboard.me"))))


@bp.post("/sign-out", can="signed in")
def sign_out() -> Response:
    language_stays = current_actor().person_id
    logout_user()
    cookie.clear()
    if language_stays is not None:
        flash(gettext("You are signed out."), "done")
    return redirect(url_for("home.public"))
