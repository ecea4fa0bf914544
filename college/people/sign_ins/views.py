from flask import flash, redirect, render_template, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.wrappers import Response

from college.core import security_log
from college.core.access import fetch
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.sign_ins import queries
from college.people.sign_ins.models import SignIn
from college.people.sign_ins.operations import end_sign_in
from college.people.sign_ins.visits import lasting
from college.web.pages import Pages, current_actor

bp = Pages("sign_ins", __name__, url_prefix="/me/devices")


@bp.get("", can="signed in")
def index() -> str:
    devices = queries.devices(current_actor().person_id, current_user.epoch, lasting())
    return render_template(
        "people/sign_ins/index.html", devices=devices, here=current_user.sign_in_id
    )


@bp.post("/<int:sign_in_id>/end", can="signed in")
def end(sign_in_id: int) -> Response:
    actor = current_actor()
    ended = end_sign_in(actor, fetch(SignIn, sign_in_id, actor, Can.SIGN_INS_END))
    security_log.note(SecurityKind.ENDED, sign_in_id=ended.id)
    flash(gettext("That device is signed out."), "done")
    return redirect(url_for(".index"))
