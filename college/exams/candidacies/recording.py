"""What official lists say of many candidates at once, and what their tickets say of the room."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from college.core import clock, crypto, journal
from college.core.access import require
from college.core.db import db, locked
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.states import move
from college.core.text import say
from college.exams.candidacies.models import (
    MOVES,
    AdmissionTicket,
    Candidacy,
    CandidacyStep,
    StepTaken,
)
from college.exams.candidacies.queries import papers_of, tickets_of
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level


class TicketEmpty(RuleBroken):
    code, field = "ticket_empty", "number"
    message = say("Enter at least the number of the ticket, the place, the room or the seat.")


@dataclass(frozen=True, slots=True)
class Seat:
    """What a ticket says; `paper` None: of all papers alike."""

    paper: Subject | None = None
    number: str = ""
    place: str = ""
    room: str = ""
    seat: str = ""

    @property
    def says(self) -> tuple[str, ...]:
        return self.number, self.place, self.room, self.seat

    def over(self, known: "Seat | None") -> "Seat":
        """What it says, and where it says nothing what is known already."""
        if known is None:
            return self
        old, new = known.says, self.says
        return Seat(self.paper, *(mine or theirs for mine, theirs in zip(new, old, strict=True)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One candidate of an official list, and what is to be done; `step` None: nothing moves."""

    person_id: int
    level: Level
    candidacy: Candidacy | None
    step: CandidacyStep | None
    seats: Sequence[Seat] = ()
    region: str = ""
    registration_no: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The list that shows it: the day that it is of, its name, and its bytes by hash."""

    on: date
    told: str
    sha256: str


@operation
def note_listed(
    actor: Actor, cycle: ExamCycle, listed: Sequence[Listed], evidence: Evidence
) -> list[Candidacy]:
    """Do what was decided of some candidates of a list; who is entered for nothing, is entered.

    The caller holds the persons' locks, and decided under them. Raises NotAllowed, WrongState.
    """
    require(actor, Can.CANDIDACIES_MOVE)
    rows = [_candidacy(cycle, one) for one in listed]
    db.session.flush()
    changed = []
    for one, row in zip(listed, rows, strict=True):
        row.region = row.region or one.region
        is_named_anew = one.registration_no not in {"", row.registration_no}
        row.registration_no = one.registration_no or row.registration_no
        if one.step is not None or is_named_anew:
            changed.append(row)
        if one.step is not None:
            if row.state is not one.step:
                move(row, one.step, {row.state: frozenset({one.step})})
            db.session.add(_taken(actor, row, evidence))
    told: list[tuple[Candidacy, int | None, dict[str, object]]] = [
        (row, row.person_id, {"level": row.level, "step": row.state}) for row in changed
    ]
    journal.record_all(actor, "note_listed", told)
    seats = {row.id: one.seats for one, row in zip(listed, rows, strict=True) if one.seats}
    _seat(actor, {row.id: row for row in rows}, seats)
    return rows


@operation
def note_ticket(actor: Actor, candidacy: Candidacy, seat: Seat) -> Candidacy:
    """Note what somebody's admission ticket says; who has paid has the ticket by it.

    What is left empty stays as it is known. Raises NotAllowed, TicketEmpty.
    """
    require(actor, Can.CANDIDACIES_MOVE, candidacy)
    if not any(seat.says):
        raise TicketEmpty
    row = locked(Candidacy, candidacy.id)
    if CandidacyStep.TICKETED in MOVES.get(row.state, frozenset()):
        move(row, CandidacyStep.TICKETED, MOVES)
        db.session.add(_taken(actor, row, Evidence(on=clock.today(), told="", sha256="")))
        facts = {"level": row.level, "step": row.state}
        journal.record(actor, "move_on", row, about=row.person_id, **facts)
    _seat(actor, {row.id: row}, {row.id: [seat]})
    return row


def _candidacy(cycle: ExamCycle, one: Listed) -> Candidacy:
    if one.candidacy is not None:
        return one.candidacy
    assert one.step is not None
    row = Candidacy(
        person_id=one.person_id,
        cycle_id=cycle.id,
        level=one.level,
        papers=[paper.value for paper in papers_of(one.level, cycle.year)],
        state=one.step,
        region="",
        registration_no="",
    )
    db.session.add(row)
    return row


def _taken(actor: Actor, row: Candidacy, evidence: Evidence) -> StepTaken:
    return StepTaken(
        candidacy_id=row.id,
        step=row.state,
        on=evidence.on,
        evidence=evidence.told[:200],
        evidence_sha256=evidence.sha256,
        by_id=actor.person_id,
    )


def _seat(
    actor: Actor, rows: Mapping[int, Candidacy], seats: Mapping[int, Collection[Seat]]
) -> None:
    """Note the seats that say something else than what is known, each in the place of the old."""
    known = tickets_of(seats)
    changed: list[AdmissionTicket] = []
    for candidacy_id, of_one in seats.items():
        old = {ticket.paper: ticket for ticket in known.get(candidacy_id, ())}
        for seat in of_one:
            stands = old.get(seat.paper)
            new = seat.over(seat_of(stands) if stands else None)
            if stands is not None and new == seat_of(stands):
                continue
            if stands is not None:
                stands.superseded_at = clock.now()
            changed.append(_ticket(actor, candidacy_id, new))
    db.session.add_all(changed)
    db.session.flush()
    told: list[tuple[Candidacy, int | None, dict[str, object]]] = []
    for ticket in changed:
        row = rows[ticket.candidacy_id]
        told.append((row, row.person_id, {"level": row.level}))
    journal.record_all(actor, "note_ticket", told)


def _ticket(actor: Actor, candidacy_id: int, seat: Seat) -> AdmissionTicket:
    return AdmissionTicket(
        candidacy_id=candidacy_id,
        paper=seat.paper,
        number_sealed=crypto.seal(seat.number) if seat.number else None,
        place=seat.place,
        room=seat.room,
        seat=seat.seat,
        by_id=actor.person_id,
    )


def seat_of(ticket: AdmissionTicket) -> Seat:
    return Seat(ticket.paper, ticket.number, ticket.place, ticket.room, ticket.seat)
