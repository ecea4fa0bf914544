"""What the dry run found in an official list, kept encrypted."""

from collections.abc import Sequence
from typing import Any

from college.core.imports import Fate, Refused, found_in, keep_found, refused_again
from college.exams.candidacies.models import CandidacyStep
from college.exams.candidacies.recording import Seat
from college.exams.official_lists.checking import Check, Line, Offer
from college.exams.official_lists.deciding import Candidate
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level


def keep_check(found: Check) -> tuple[str, str]:
    """Store what a dry run found: what is to be read to show it, and the candidates to go on with.

    Returns the hash of each.
    """
    rows = keep_found([_flat(one) for one in found.accepted])
    lines = [_flat_line(line) for line in found.lines]
    offers = [(one.line, one.name, one.number, one.person_id) for one in found.offers]
    refused = [cell.kept for cell in found.refused]
    return keep_found({"lines": lines, "refused": refused, "offers": offers}), rows


def accepted_in(rows_sha256: str) -> list[Candidate]:
    """The candidates that a dry run found good, in the order of the list. Raises FileLost."""
    return [_candidate(flat) for flat in found_in(rows_sha256)]


def shown_in(check_sha256: str) -> tuple[list[Line], list[Refused]]:
    """The fate of every row and the refused cells; "" is no dry run. Raises FileLost."""
    if not check_sha256:
        return [], []
    found = found_in(check_sha256)
    return [_line(flat) for flat in found["lines"]], list(map(refused_again, found["refused"]))


def offered_in(check_sha256: str) -> list[Offer]:
    """The rows whose persons are to be confirmed. Raises FileLost."""
    found = found_in(check_sha256).get("offers", []) if check_sha256 else []
    return [Offer(*flat) for flat in found]


def _flat(one: Candidate) -> Sequence[object]:
    seats = [(seat.paper, *seat.says) for seat in one.seats]
    named = (one.lines, one.person_id, one.name, one.level, one.step)
    return (*named, seats, one.region, one.registration_no)


def _candidate(flat: list[Any]) -> Candidate:
    lines, person_id, name, level, step, seats, region, number = flat
    return Candidate(
        lines=lines,
        person_id=person_id,
        name=name,
        level=Level(level),
        step=CandidacyStep(step),
        seats=[Seat(Subject(paper) if paper else None, *says) for paper, *says in seats],
        region=region,
        registration_no=number,
    )


def _flat_line(line: Line) -> Sequence[object]:
    where = (line.now, line.step, line.has_seat)
    return (line.line, line.name, line.level, line.fate, *where)


def _line(flat: list[Any]) -> Line:
    number, name, level, fate, now, step, has_seat = flat
    return Line(
        line=number,
        name=name,
        level=Level(level) if level else None,
        fate=Fate(fate),
        now=CandidacyStep(now) if now else None,
        step=CandidacyStep(step) if step else None,
        has_seat=has_seat,
    )
