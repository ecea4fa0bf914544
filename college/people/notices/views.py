from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from college.core.access import fetch
from college.core.errors import NotFound
from college.core.roles import Can
from college.people.notices import letters, operations, queries
from college.people.notices.channels import CARRIERS, open_channels
from college.people.notices.forms import ChoicesForm
from college.people.notices.models import Channel, Delivery, DeliveryState, Notice
from college.people.persons.queries import me
from college.web.errors import status_of_form
from college.web.forms import Form, one_of, sentence
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("notices", __name__)


@bp.get("/me/notices", can="signed in")
def index() -> str:
    page = paged(queries.own(current_actor()))
    told = queries.in_words(page.rows)
    return render_template("people/notices/index.html", page=page, told=told, sentence=sentence)


@bp.post("/me/notices/read", can="signed in")
def read_all() -> Response:
    n = operations.read_all(current_actor())
    flash(ngettext("%(num)s notice is marked as read.", "%(num)s notices are marked as read.", n))
    return redirect(url_for(".index"))


@bp.post("/me/notices/<int:notice_id>/read", can="signed in")
def read(notice_id: int) -> Response:
    actor = current_actor()
    operations.read_notice(actor, fetch(Notice, notice_id, actor, Can.NOTICES_READ))
    return redirect(url_for(".index"))


@bp.get("/me/notices/choices", can="signed in")
def choices() -> str:
    return choices_page(ChoicesForm())


@bp.post("/me/notices/choices", can="signed in")
def choose() -> Response | tuple[str, int]:
    form = ChoicesForm(request.form)
    if not form.validate():
        return choices_page(form), status_of_form(form)
    operations.choose_notices(current_actor(), form.pairs)
    flash(gettext("Your choice is kept. It holds from the next notice on."), "done")
    return redirect(url_for(".choices"))


@bp.get("/admin/notices", can=Can.NOTICES_SEE)
def outbox() -> str:
    state = one_of(DeliveryState, request.args.get("state"))
    page = paged(queries.outbox(state))
    return render_template(
        "people/notices/outbox.html",
        page=page,
        lines=queries.lines(page.rows),
        counts=queries.counts(),
        state=state,
        is_kept_here=not CARRIERS[Channel.MAIL].leaves_machine,
    )


@bp.get("/admin/notices/<int:delivery_id>", can=Can.NOTICES_SEE)
def show(delivery_id: int) -> str:
    return delivery_page(fetch(Delivery, delivery_id, current_actor(), Can.NOTICES_SEE), Form())


@bp.post("/admin/notices/<int:delivery_id>/again", can=Can.NOTICES_RESEND)
def again(delivery_id: int) -> Response | tuple[str, int]:
    delivery, form = fetch(Delivery, delivery_id, current_actor(), Can.NOTICES_RESEND), Form()
    if form.submit(operations.send_again, current_actor(), delivery) is None:
        return delivery_page(delivery, form), status_of_form(form)
    flash(gettext("It is in the outbox again and goes out within seconds."), "done")
    return redirect(url_for(".show", delivery_id=delivery_id))


def delivery_page(delivery: Delivery, form: Form) -> str:
    found = queries.whole(delivery.id)
    (line,) = queries.lines([found])
    draft = letters.draft(found)
    return render_template("people/notices/show.html", line=line, draft=draft, form=form)


def choices_page(form: ChoicesForm) -> str:
    actor = current_actor()
    if actor.person_id is None:
        raise NotFound
    return render_template(
        "people/notices/choices.html",
        person=me(actor),
        chosen=queries.choices_of(actor.person_id),
        channels=open_channels(),
        form=form,
    )
