from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from college.core import clock
from college.core.access import allowed, fetch
from college.core.roles import Can
from college.core.text import Remark
from college.exams.candidacies import queries
from college.exams.candidacies.forms import (
    EntryForm,
    ListForm,
    MoveForm,
    TicketForm,
    moved,
    ticket_noted,
)
from college.exams.candidacies.models import MOVES, Candidacy, CandidacyStep
from college.exams.candidacies.operations import withdraw
from college.people.persons.models import Person
from college.people.persons.queries import me
from college.stations.units.models import Unit
from college.web.errors import status_of_form
from college.web.forms import sentence
from college.web.jinja import day
from college.web.pages import Pages, current_actor
from college.web.paging import paged

bp = Pages("candidacies", __name__, url_prefix="/exams/candidacies")

Answer = Response | tuple[str, int]


@bp.get("", can=Can.CANDIDACIES_SEE)
def index() -> str:
    actor = current_actor()
    if allowed(actor, Can.PERSONS_LIST):
        return _list(MoveForm(on=clock.today()))
    mine = queries.of_person(actor, me(actor))
    steps = {row.id: told(queries.next_step(row)) for row in mine}
    template = "exams/candidacies/mine.html"
    return render_template(template, mine=mine, steps=steps, me=me(actor))


@bp.post("/move", can=Can.CANDIDACIES_MOVE)
def move() -> Answer:
    form = MoveForm(request.form)
    rows = form.submit(moved, current_actor())
    if rows is None:
        return _list(form), status_of_form(form)
    flash(ngettext("%(num)s person moved on.", "%(num)s people moved on.", len(rows)), "done")
    cycle, step, unit = (request.args.get(name) or None for name in ("cycle", "step", "unit"))
    return redirect(url_for(".index", cycle=cycle, step=step, unit=unit))


@bp.get("/new/<int:person_id>", can=Can.CANDIDACIES_ENTER)
def new(person_id: int) -> str:
    form = EntryForm(request.args, cycles=queries.cycles_to_come())
    return _entry_page(_person(person_id), form)


@bp.post("/new/<int:person_id>", can=Can.CANDIDACIES_ENTER)
def create(person_id: int) -> Answer:
    person, actor = _person(person_id), current_actor()
    form = EntryForm(request.form, cycles=queries.cycles_to_come())
    made = form.submit(form.entered, actor, person)
    if made is None:
        return _entry_page(person, form), status_of_form(form)
    return redirect(url_for(".show", candidacy_id=made.id))


@bp.get("/<int:candidacy_id>", can=Can.CANDIDACIES_SEE)
def show(candidacy_id: int) -> str:
    actor = current_actor()
    row = fetch(Candidacy, candidacy_id, actor, Can.CANDIDACIES_SEE)
    return _page_of(row, TicketForm() if allowed(actor, Can.CANDIDACIES_MOVE, row) else None)


@bp.post("/<int:candidacy_id>/ticket", can=Can.CANDIDACIES_MOVE)
def ticket(candidacy_id: int) -> Answer:
    actor, form = current_actor(), TicketForm(request.form)
    row = fetch(Candidacy, candidacy_id, actor, Can.CANDIDACIES_MOVE)
    if form.submit(ticket_noted, actor, row) is None:
        return _page_of(row, form), status_of_form(form)
    flash(gettext("The ticket is noted."), "done")
    return redirect(url_for(".show", candidacy_id=candidacy_id))


@bp.post("/<int:candidacy_id>/withdraw", can=Can.CANDIDACIES_ENTER)
def take_off(candidacy_id: int) -> Response:
    actor = current_actor()
    withdraw(actor, fetch(Candidacy, candidacy_id, actor, Can.CANDIDACIES_ENTER))
    flash(gettext("Withdrawn. Whoever changes their mind can be entered again."), "done")
    return redirect(url_for(".show", candidacy_id=candidacy_id))


def told(remark: Remark) -> str:
    """A remark in words; its days without their weekday."""
    facts = {k: day(v) if isinstance(v, date) else v for k, v in remark.facts.items()}
    return sentence(Remark(remark.message, facts))


def _page_of(row: Candidacy, ticket_form: TicketForm | None) -> str:
    actor = current_actor()
    row = queries.whole(actor, row)
    return render_template(
        "exams/candidacies/show.html",
        row=row,
        steps=queries.steps_of(row),
        tickets=queries.tickets_of([row.id]).get(row.id, []),
        next_step=told(queries.next_step(row)),
        may_withdraw=CandidacyStep.WITHDRAWN in MOVES.get(row.state, ())
        and allowed(actor, Can.CANDIDACIES_ENTER, row),
        form=MoveForm(on=clock.today()) if ticket_form else None,
        is_open=ticket_form is not None or row.person_id == actor.person_id,
        ticket_form=ticket_form,
    )


def _person(person_id: int) -> Person:
    return fetch(Person, person_id, current_actor(), Can.CANDIDACIES_ENTER)


def _entry_page(person: Person, form: EntryForm) -> str:
    return render_template("exams/candidacies/new.html", person=person, form=form)


def _list(form: MoveForm) -> str:
    actor = current_actor()
    wanted = ListForm(request.args, actor=actor, cycles=queries.cycles())
    cycle, number = wanted.wanted_cycle, wanted.wanted_unit
    unit = fetch(Unit, number, actor, Can.UNITS_SEE) if number else None
    page = counts = None
    if cycle is not None:
        page = paged(queries.seen_by(actor, cycle, step=wanted.wanted_step, unit=unit))
        counts = queries.funnel(actor, cycle, unit)
    return render_template(
        "exams/candidacies/index.html",
        wanted=wanted,
        form=form,
        cycle=cycle,
        page=page,
        counts=counts,
        reached=queries.reached,
        way=[step for step in CandidacyStep if step.rank <= CandidacyStep.CERTIFIED.rank],
        off=[step for step in CandidacyStep if step.rank > CandidacyStep.CERTIFIED.rank],
    )
