from flask import flash, redirect, render_template, request, url_for
from flask import session as cookie
from flask_babel import gettext
from flask_login import current_user, logout_user
from werkzeug.wrappers import Response

from college.core import security_log
from college.core.security_log import SecurityKind
from college.people.accounts import operations, signing_in
from college.people.accounts.changing_password import is_changed
from college.people.accounts.cookies import current_account, end_current, go_on, goodbye
from college.people.accounts.forms import PasswordForm, SignInForm
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
    return go_on(account)


@bp.post("/sign-out", can="signed in")
def sign_out() -> Response:
    end_current()
    logout_user()
    cookie.clear()
    flash(goodbye(), "done")
    return redirect(url_for("home.public"))


@bp.get("/me/password", can="signed in")
def password() -> str:
    return render_template("people/accounts/password.html", form=PasswordForm())


@bp.post("/me/password", can="signed in")
def change_password() -> Response | tuple[str, int]:
    form = PasswordForm(request.form)
    if not is_changed(form, current_account()):
        page = render_template("people/accounts/password.html", form=form)
        return page, signing_in.status(form)
    flash(gettext("Your password is changed. All other devices are signed out."), "done")
    return redirect(url_for("sign_ins.index"))


@bp.post("/me/devices/end-others", can="signed in")
def end_others() -> Response:
    operations.end_others(current_actor(), current_account(), mine=current_user.sign_in_id)
    security_log.note(SecurityKind.ENDED)
    flash(gettext("All other devices are signed out."), "done")
    return redirect(url_for("sign_ins.index"))
