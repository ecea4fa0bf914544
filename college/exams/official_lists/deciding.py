"""What a candidate of a list becomes: the one place that says so.

The dry run asks it for the page, the import asks it again under lock and does what it says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from college.core.imports import Fate, RowRefused
from college.exams.candidacies.models import JUMPS, MOVES, Candidacy
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.candidacies.queries import LEFT_AT, candidacies_in, tickets_of
from college.exams.candidacies.recording import Listed, Seat, seat_of
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists import refusals as no
from college.people.qualifications.models import Level


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Whom one or several lines of a list speak of, and what they say together."""

    lines: Sequence[int]
    person_id: int
    name: str
    level: Level
    step: S
    seats: Sequence[Seat] = ()
    region: str = ""
    registration_no: str = ""


@dataclass(slots=True)
class Decision:
    """`now` is where the candidate stands, None for nowhere; `seats` are those to be noted."""

    candidate: Candidate
    candidacy: Candidacy | None = None
    now: S | None = None
    is_moving: bool = False
    seats: Sequence[Seat] = ()
    has_number: bool = False  # a registration number that is not on record
    refused: RowRefused | None = field(default=None)

    @property
    def fate(self) -> Fate:
        if self.refused is not None:
            return Fate.REFUSED
        if self.candidacy is None:
            return Fate.NEW
        is_changed = self.is_moving or self.seats or self.has_number
        return Fate.CHANGED if is_changed else Fate.UNCHANGED

    @property
    def listed(self) -> Listed:
        one = self.candidate
        return Listed(
            person_id=one.person_id,
            level=one.level,
            candidacy=self.candidacy,
            step=one.step if self.is_moving else None,
            seats=self.seats,
            region=one.region,
            registration_no=one.registration_no,
        )


def decide_all(cycle: ExamCycle, candidates: Sequence[Candidate]) -> list[Decision]:
    """What becomes of each, in their order; a few statements however many there are."""
    known = candidacies_in(cycle, {one.person_id for one in candidates})
    rows = {(row.person_id, row.level): row for row in known}
    tickets = tickets_of([row.id for row in known])
    found = []
    for one in candidates:
        row = rows.get((one.person_id, one.level))
        seated = [seat_of(ticket) for ticket in tickets.get(row.id, ())] if row else []
        found.append(_decide(one, row, seated))
    return found


def _decide(one: Candidate, row: Candidacy | None, seated: Sequence[Seat]) -> Decision:
    if row is None:
        return Decision(one, is_moving=True, seats=one.seats)
    decision = Decision(one, row, now=row.state)
    if row.state is S.WITHDRAWN:
        decision.refused = no.SaidNo()
    elif _is_ahead(row.state, one.step):
        decision.is_moving = True
    elif not _came_by(row.state, one.step):
        decision.refused = no.StandsElsewhere(now=row.state, step=one.step)
    known = {seat.paper: seat for seat in seated}
    decision.seats = [s for s in one.seats if s.over(known.get(s.paper)) != known.get(s.paper)]
    decision.has_number = one.registration_no not in {"", row.registration_no}
    return decision


def _is_ahead(now: S, step: S) -> bool:
    return step in MOVES.get(now, frozenset()) | JUMPS.get(now, frozenset())


def _came_by(now: S, step: S) -> bool:
    """Whether who stands at `now` has taken `step` already, as far as is known."""
    if now is step:
        return True
    last = LEFT_AT.get(now, now)  # who is off the way came at least so far
    return step.rank <= S.CERTIFIED.rank and step.rank <= last.rank <= S.CERTIFIED.rank
