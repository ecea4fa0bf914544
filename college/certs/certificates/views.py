from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response as Answer

from college.certs.certificates import queries
from college.certs.certificates.forms import RevokeForm
from college.certs.certificates.models import Certificate
from college.certs.certificates.operations import revoke_certificate
from college.core.access import allowed, fetch
from college.core.roles import Can
from college.people.timelines.queries import of_row
from college.web.downloads import download
from college.web.errors import status_of_form
from college.web.pages import Pages, current_actor
from college.web.paging import paged
from college.web.timeline import asked

bp = Pages("certificates", __name__, url_prefix="/certs/certificates")


@bp.get("", can=Can.CERTS_SEE)
def index() -> str:
    words = request.args.get("q", "").strip()
    page = paged(queries.register(current_actor(), words))
    return render_template("certs/certificates/index.html", page=page, words=words)


@bp.get("/mine", can=Can.CERTS_DOWNLOAD)
def mine() -> str:
    held = queries.held(current_actor().person_id)
    return render_template("certs/certificates/mine.html", certificates=held)


@bp.get("/<int:certificate_id>", can=Can.CERTS_SEE)
def show(certificate_id: int) -> str:
    return page_of(_certificate(certificate_id), RevokeForm())


@bp.post("/<int:certificate_id>/revoke", can=Can.CERTS_REVOKE)
def revoke(certificate_id: int) -> Answer | tuple[str, int]:
    actor, form = current_actor(), RevokeForm(request.form)
    certificate = fetch(Certificate, certificate_id, actor, Can.CERTS_REVOKE)
    if form.submit(revoke_certificate, actor, certificate) is None:
        return page_of(certificate, form), status_of_form(form)
    flash(gettext("Revoked. Whoever verifies the paper sees it from now on."), "done")
    return redirect(url_for(".show", certificate_id=certificate_id))


@bp.get("/<int:certificate_id>/file.pdf", can=Can.CERTS_DOWNLOAD)
def file(certificate_id: int) -> Response:
    certificate = fetch(Certificate, certificate_id, current_actor(), Can.CERTS_DOWNLOAD)
    facts = certificate.facts
    name = f"{certificate.kind.printed}-{facts['name']}-{certificate.number}.pdf"
    return download(queries.file_of(certificate), name)


def page_of(certificate: Certificate, form: RevokeForm) -> str:
    actor, certificate = current_actor(), queries.whole(certificate.id)
    return render_template(
        "certs/certificates/show.html",
        certificate=certificate,
        form=form,
        may_revoke=allowed(actor, Can.CERTS_REVOKE, certificate),
        shown=of_row(actor, certificate, asked()),
    )


def _certificate(certificate_id: int) -> Certificate:
    return fetch(Certificate, certificate_id, current_actor(), Can.CERTS_SEE)
