from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import CombinedMultiDict
from werkzeug.wrappers import Response

from college.core import imports, security_log
from college.core.access import allowed, fetch
from college.core.db import db
from college.core.roles import Can
from college.core.security_log import SecurityKind
from college.people.evidence.examining import has_anchors
from college.people.evidence.forms import EvidenceForm
from college.people.evidence.models import EvidenceFile
from college.people.evidence.operations import open_evidence, withdraw_evidence
from college.people.evidence.queries import evidence_of
from college.people.evidence.uploading import look_again, take_in
from college.people.persons.models import Person
from college.people.qualifications.models import Qualification
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor

bp = Pages("evidence", __name__, url_prefix="/people/evidence")

Answer = Response | tuple[str, int]


@bp.get("/of/<int:qualification_id>", can=Can.EVIDENCE_SEE)
def index(qualification_id: int) -> str:
    return _page(_held(qualification_id, Can.EVIDENCE_SEE), EvidenceForm())


@bp.post("/of/<int:qualification_id>", can=Can.EVIDENCE_KEEP)
def upload(qualification_id: int) -> Answer:
    held = _held(qualification_id, Can.EVIDENCE_KEEP)
    form = EvidenceForm(CombinedMultiDict([request.files, request.form]))
    row = form.submit(take_in, current_actor(), held)
    if row is None:
        return _page(held, form), status_of_form(form)
    flash(gettext("The e-certificate is on record."), "done")
    return redirect(url_for(".index", qualification_id=qualification_id))


@bp.post("/of/<int:qualification_id>/<int:evidence_id>/open", can=Can.EVIDENCE_SEE)
def open_(qualification_id: int, evidence_id: int) -> Response:
    """The file, as an attachment; that it was opened is on record before it goes out."""
    row = _file(qualification_id, evidence_id, Can.EVIDENCE_SEE)
    content = imports.kept(row.file_sha256)
    open_evidence(current_actor(), row)
    security_log.note(SecurityKind.PERSONAL_DATA)
    return download(content, f"{gettext('E-certificate')}-{evidence_id}.pdf")


@bp.post("/of/<int:qualification_id>/<int:evidence_id>/again", can=Can.EVIDENCE_KEEP)
def again(qualification_id: int, evidence_id: int) -> Response:
    look_again(current_actor(), _file(qualification_id, evidence_id, Can.EVIDENCE_KEEP))
    flash(gettext("The signature was looked at anew."), "done")
    return redirect(url_for(".index", qualification_id=qualification_id))


@bp.post("/of/<int:qualification_id>/<int:evidence_id>/withdraw", can=Can.EVIDENCE_KEEP)
def withdraw(qualification_id: int, evidence_id: int) -> Response:
    withdraw_evidence(current_actor(), _file(qualification_id, evidence_id, Can.EVIDENCE_KEEP))
    flash(gettext("The e-certificate is off the record."), "done")
    return redirect(url_for(".index", qualification_id=qualification_id))


def _held(qualification_id: int, can: Can) -> Qualification:
    return fetch(Qualification, qualification_id, current_actor(), can)


def _file(qualification_id: int, evidence_id: int, can: Can) -> EvidenceFile:
    held, row = _held(qualification_id, can), fetch(EvidenceFile, evidence_id, current_actor(), can)
    return row.of(held)


def _page(held: Qualification, form: EvidenceForm) -> str:
    actor = current_actor()
    shown = {
        "held": held,
        "person": db.session.get_one(Person, held.person_id),
        "rows": evidence_of(actor, held),
        "may_keep": allowed(actor, Can.EVIDENCE_KEEP, held),
        "may_check": allowed(actor, Can.QUALIFICATIONS_CHECK, held),
        "has_anchors": has_anchors(),
    }
    return render_template("people/evidence/index.html", form=form, **shown)
