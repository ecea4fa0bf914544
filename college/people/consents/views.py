from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response

from college.core import clock, security_log
from college.core.access import allowed, fetch
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.consents import asking, operations, queries, scans
from college.people.consents.differing import differences
from college.people.consents.forms import AgreeForm, PaperForm, TextForm, record_typed
from college.people.consents.models import Consent, ConsentKind, ConsentText, ConsentWay
from college.people.consents.on_paper import texts_signed
from college.people.consents.queries import Due
from college.people.persons.models import Person
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.forms import Form
from college.web.jinja import own
from college.web.language import own_path
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("consents", __name__)
ADMIN = "/admin/consents"
KIND = "<any(privacy,id_number,photo):kind>"
Answer = Response | tuple[str, int] | str


@bp.get("/register/privacy", can="anyone")
def in_force() -> str:
    return render_template("people/consents/in_force.html", texts=queries.in_force().values())


@bp.get("/privacy/<int:text_id>", can="anyone")
def read(text_id: int) -> str:
    return _text_page(queries.one(text_id), AgreeForm())


@bp.get("/me/consents", can="signed in")
def ask() -> Answer:
    due = queries.due_for(current_user.person)
    if not due:
        asking.let_go()
        return redirect(_onward())
    return _asking_page(due, AgreeForm())


@bp.post("/me/consents", can="signed in")
def agree() -> Answer:
    form = AgreeForm(request.form)
    way = ConsentWay.ASKED if asking.is_noted() else ConsentWay.OWN_PAGE
    if form.submit(_agreed, way) is None:
        return _asking_page(queries.due_for(current_user.person), form), status_of_form(form)
    asking.let_go()
    flash(gettext("Noted. Under “My data” you can read it again and take a consent back."), "done")
    return redirect(_onward())


@bp.post("/me/consents/later", can="signed in")
def later() -> Answer:
    due = queries.due_for(current_user.person)
    if any(each.is_needed for each in due):
        return redirect(url_for(".ask", next=_onward()))
    asking.let_go()
    return redirect(_onward())


@bp.get(ADMIN, can=Can.CONSENTS_SEE)
def index() -> str:
    pages = queries.kind_pages(current_actor())
    return render_template("people/consents/index.html", pages=pages)


@bp.get(f"{ADMIN}/<int:text_id>", can=Can.CONSENTS_SEE)
def show(text_id: int) -> str:
    text, actor = queries.one(text_id), current_actor()
    page, before = paged(queries.agreements(actor, text)), queries.one_before(text)
    changes = differences(before.text, text.text) if before else []
    found = {"text": text, "before": before, "counts": queries.counts_of(text), "page": page}
    return render_template("people/consents/show.html", changes=changes, **found)


@bp.get(f"{ADMIN}/new/{KIND}", can=Can.CONSENTS_PUBLISH)
def new(kind: str) -> str:
    last = queries.newest(ConsentKind(kind))
    return _writing_page(ConsentKind(kind), TextForm.after(last, clock.today()))


@bp.post(f"{ADMIN}/new/{KIND}", can=Can.CONSENTS_PUBLISH)
def publish(kind: str) -> Answer:
    """First a preview; what was looked at is then published."""
    form, of = TextForm(request.form), ConsentKind(kind)
    if "back" in request.form:
        return _writing_page(of, form)
    if "publish" not in request.form:
        is_good = form.validate()
        return _writing_page(of, form, is_preview=is_good), 200 if is_good else 422
    made = form.submit(_published, of)
    if made is None:
        return _writing_page(of, form), status_of_form(form)
    flash(gettext("Version %(n)s is published.", n=made.edition), "done")
    return redirect(url_for(".show", text_id=made.id))


@bp.get(f"{ADMIN}/paper/<int:person_id>", can=Can.CONSENTS_RECORD)
def paper(person_id: int) -> str:
    return _paper_page(_person(person_id), PaperForm(texts=texts_signed()))


@bp.post(f"{ADMIN}/paper/<int:person_id>", can=Can.CONSENTS_RECORD)
def record(person_id: int) -> Answer:
    person = _person(person_id)
    form = PaperForm(CombinedMultiDict([request.files, request.form]), texts=texts_signed())
    if form.submit(record_typed, current_actor(), person) is None:
        return _paper_page(person, form), status_of_form(form)
    flash(gettext("It is on record. The person finds it under “My data”."), "done")
    return redirect(url_for(".paper", person_id=person_id))


@bp.get(f"{ADMIN}/scan/<int:consent_id>", can=Can.CONSENTS_RECORD)
def scan(consent_id: int) -> Response:
    security_log.note(SecurityKind.PERSONAL_DATA)
    return _scan(consent_id, Can.CONSENTS_RECORD)


@bp.get("/me/consents/<int:consent_id>/scan", can="signed in")
def own_scan(consent_id: int) -> Response:
    return _scan(consent_id, Can.CONSENTS_GIVE)


def _scan(consent_id: int, can: Can) -> Response:
    row = fetch(Consent, consent_id, current_actor(), can)
    content = scans.kept(row.scan_sha256)
    return download(content, f"{own(row.text, 'title')}.{scans.ending_of(content)}")


def _person(person_id: int) -> Person:
    return fetch(Person, person_id, current_actor(), Can.CONSENTS_RECORD)


def _paper_page(person: Person, form: PaperForm) -> str:
    said = queries.given_by(person.id)
    return render_template("people/consents/paper.html", person=person, form=form, said=said)


def _published(kind: ConsentKind, **words: Any) -> ConsentText:
    return operations.publish_text(current_actor(), operations.NewText(kind=kind, **words))


def _agreed(way: ConsentWay, *, texts: list[int]) -> object:
    """What they ticked; without what is needed it is not enough to go on."""
    now = [text for text in queries.in_force().values() if text.id in texts]
    needed = [each.text.id for each in queries.due_for(current_user.person) if each.is_needed]
    if not set(needed) <= set(texts) or not texts:
        raise operations.NothingTicked
    return operations.agree(current_actor(), now, way=way)


def _onward() -> str:
    """Where the reader wanted to go, on this site alone."""
    return own_path(request.values.get("next") or url_for("personal_data.mine"))


def _asking_page(due: Sequence[Due], form: Form) -> str:
    is_needed = any(each.is_needed for each in due)
    found = {"due": due, "form": form, "is_needed": is_needed, "onward": _onward()}
    return render_template("people/consents/ask.html", **found)


def _text_page(text: ConsentText, form: Form) -> str:
    actor = current_actor()
    may = actor.person_id is not None and allowed(actor, Can.CONSENTS_GIVE)
    said = queries.given_by(actor.person_id) if actor.person_id is not None else ()
    is_now = queries.in_force().get(text.kind) == text
    mine = next((each for each in said if each.text_id == text.id and each.is_given), None)
    found = {"text": text, "is_now": is_now, "mine": mine, "may_agree": may and is_now}
    return render_template("people/consents/text.html", form=form, **found)


def _writing_page(kind: ConsentKind, form: TextForm, *, is_preview: bool = False) -> str:
    last = queries.newest(kind)
    changes = {
        name: differences(getattr(last, name) if last else "", getattr(form, name).data or "")
        for name in ("title", "title_en", "text", "text_en")
    }
    found = {"kind": kind, "last": last, "form": form, "is_preview": is_preview}
    return render_template("people/consents/new.html", changes=changes, **found)
