from dataclasses import replace
from typing import Any

from flask import Response, render_template, request
from flask_babel import gettext

from college.core import sheets
from college.core.db import db
from college.core.roles import Actor, Can
from college.people.qualifications.models import Qualification
from college.register.holders.forms import RegisterForm
from college.register.holders.listing import Row, Wanted, counted, listed, with_places
from college.register.reviews.queries import count_untitled
from college.stations.units.queries import units_to_choose
from college.web.downloads import download
from college.web.jinja import said
from college.web.pages import Pages, current_actor
from college.web.paging import PER_PAGE, Page

bp = Pages("holders", __name__, url_prefix="/register/holders")


@bp.get("", can=Can.PERSONS_LIST)
def index() -> str:
    actor, form = current_actor(), _form()
    wanted = form.wanted()
    count = counted(actor, wanted)
    page = _page(actor, wanted, count.qualifications)
    return render_template(
        "register/holders/index.html",
        form=form,
        page=page,
        rows=with_places(actor, page.rows, wanted),
        count=count,
        untitled=count_untitled(actor, wanted.day, wanted.known_at),
    )


@bp.get("/register.<any(csv,xlsx):ending>", can=Can.PERSONS_LIST)
def table(ending: str) -> Response:
    actor, form = current_actor(), _form()
    wanted = form.wanted()
    rows = with_places(actor, db.session.scalars(listed(actor, wanted)).all(), wanted)
    content = _written(ending, [_cells(row) for row in rows])
    return download(content, f"{gettext('Qualification register')}-{form.chosen()}.{ending}")


def _page(actor: Actor, wanted: Wanted, total: int) -> Page[Qualification]:
    """As `paged`, which would count what is counted already: a second's work in a nation."""
    last: Page[Qualification] = Page([], 1, total)
    number = min(max(request.args.get("page", 1, int), 1), last.pages)
    part = listed(actor, wanted).limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    return replace(last, rows=db.session.scalars(part).all(), number=number)


def _form() -> RegisterForm:
    return RegisterForm(request.args, units=units_to_choose(current_actor()))


def _written(ending: str, rows: list[list[sheets.Cell]]) -> bytes:
    headings = [
        gettext("Name"),
        gettext("Last four of the ID number"),
        gettext("Unit"),
        gettext("Level"),
        gettext("Approved on"),
        gettext("Exam year"),
        gettext("Passed by"),
        gettext("Region"),
        gettext("Checked by"),
    ]
    if ending == "csv":
        return sheets.write_csv(headings, rows)
    return sheets.write_xlsx(gettext("Qualification register"), headings, rows)


def _cells(row: Row) -> list[sheets.Cell]:
    held, person = row.qualification, row.qualification.person
    checked_by: Any = held.checked_by.full_name if held.checked_by else ""
    who = [person.full_name, person.id_tail, gettext(", ").join(row.units)]
    won = [said(held.level), held.approved_on, held.exam_year or "", said(held.basis)]
    return [*who, *won, held.region, checked_by]
