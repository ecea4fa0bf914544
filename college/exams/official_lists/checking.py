"""The dry run: what an official list would do. It writes nothing, and never makes a person."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from college.core.imports import Fate, Refused, RowRefused
from college.core.sheets import Row, Sheet, read
from college.exams.candidacies.models import CandidacyStep as S
from college.exams.candidacies.recording import Seat
from college.exams.cycles.models import ExamCycle
from college.exams.official_lists import refusals as no
from college.exams.official_lists.deciding import Candidate, Decision, decide_all
from college.exams.official_lists.layout import HEADINGS, Columns, Field
from college.exams.official_lists.models import ListKind
from college.exams.official_lists.reading import ReadRow, Wanted, read_row
from college.people.persons.cells import NameDiffers, PersonUnknown, shown_id_number
from college.people.persons.masked import MaskedNumber, confirmation, whom_they_fit
from college.people.persons.models import Person
from college.people.persons.names import clean_name, masked_name
from college.people.persons.queries import by_documents
from college.people.qualifications.models import Level

CHUNK = 500  # rows looked up at once
Tell = Callable[[int], None]
Group = list[tuple[ReadRow, Person]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """What becomes of one row, for the page: `now` is where its candidate stood."""

    line: int
    name: str
    level: Level | None
    fate: Fate
    now: S | None = None
    step: S | None = None
    has_seat: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """A row with a partly hidden number and the one whom it fits, for somebody to confirm."""

    line: int
    name: str
    number: str  # as the list shows it
    person_id: int


@dataclass(frozen=True, slots=True)
class Check:
    """The candidates to go on with, the fate of every row, the cells that stop some, the counts.

    `offers` are among the refused until somebody confirms them.
    """

    accepted: Sequence[Candidate]
    lines: Sequence[Line]
    refused: Sequence[Refused]
    tally: Counter[Fate]
    offers: Sequence[Offer] = ()


def read_sheet(content: bytes, filename: str, kind: ListKind) -> Sheet:
    """Raises NotASheet, SheetTooLarge, SheetEmpty."""
    return read(content, filename, known=HEADINGS[kind].known)


def check(sheet: Sheet, cycle: ExamCycle, columns: Columns, wanted: Wanted, tell: Tell) -> Check:
    """Read all rows, find whose they are, and say what becomes of each."""
    refused: list[Refused] = []
    known: list[tuple[ReadRow, Person]] = []
    offers: list[Offer] = []
    for start in range(0, len(sheet.rows), CHUNK):
        part = sheet.rows[start : start + CHUNK]
        known += _known(part, columns, wanted, refused, offers)
        tell(len(part))
    candidates = _together(known, columns, refused)
    accepted: list[Candidate] = []
    lines: list[Line] = []
    for start in range(0, len(candidates), CHUNK):
        for decision in decide_all(cycle, candidates[start : start + CHUNK]):
            lines += _lines(decision)
            if decision.refused is not None:
                refused += refused_cells(decision, columns)
            elif decision.fate is not Fate.UNCHANGED:
                accepted.append(decision.candidate)
    stopped = {cell.line for cell in refused}
    lines = [line for line in lines if line.line not in stopped]
    lines += _refused_lines(sheet, columns, stopped)
    lines.sort(key=lambda line: line.line)
    refused.sort(key=lambda cell: cell.line)
    return Check(accepted, lines, refused, Counter(line.fate for line in lines), offers)


def refused_cells(decision: Decision, columns: Columns) -> list[Refused]:
    """The refusal as cells of the sheet, one for each line that speaks of the candidate."""
    assert decision.refused is not None
    one, heading = decision.candidate, columns.get(Field.NAME, "")
    return [Refused(line, heading, one.name, decision.refused) for line in one.lines]


def _known(
    rows: Sequence[Row],
    columns: Columns,
    wanted: Wanted,
    refused: list[Refused],
    offers: list[Offer],
) -> Group:
    """Read some rows and find whose they are; who is unknown or has another name is refused."""
    good: list[ReadRow] = []
    for row in rows:
        one = read_row(row, columns, wanted)
        if isinstance(one, ReadRow):
            good.append(one)
        else:
            refused += one
    people = by_documents(r.document for r in good if not isinstance(r.document, MaskedNumber))
    found: Group = _by_mask(good, columns, wanted, refused, offers)
    for one in good:
        if isinstance(one.document, MaskedNumber):
            continue
        person = people.get(one.document)
        if person is None:
            shown = shown_id_number(one.document[1])
            refused.append(Refused(one.line, columns[Field.ID_NUMBER], shown, PersonUnknown()))
        elif clean_name(person.full_name).casefold() != one.name.casefold():
            reason = NameDiffers(expected=masked_name(person.full_name))
            refused.append(Refused(one.line, columns[Field.NAME], one.name, reason))
        else:
            found.append((one, person))
    return found


def _by_mask(
    rows: Sequence[ReadRow],
    columns: Columns,
    wanted: Wanted,
    refused: list[Refused],
    offers: list[Offer],
) -> Group:
    """The rows with partly hidden numbers of which somebody has confirmed whose they are.

    Whom exactly one person fits is offered; of nobody, or of several, the row is refused.
    """
    masked = [(row, row.document) for row in rows if isinstance(row.document, MaskedNumber)]
    fitting = whom_they_fit({(row.name, number) for row, number in masked})
    found: Group = []
    for row, number in masked:
        people = fitting[row.name, number]
        if len(people) == 1 and wanted.confirmed.get(str(row.line)) == confirmation(
            row.line, people[0]
        ):
            found.append((row, people[0]))
            continue
        if len(people) == 1:
            offers.append(Offer(row.line, row.name, number.text, people[0].id))
        reason = _unsure(len(people))
        refused.append(Refused(row.line, columns[Field.ID_NUMBER], number.text, reason))
    return found


def _unsure(people: int) -> RowRefused:
    if people > 1:
        return no.MaskedAmbiguous(persons=people)
    return no.MatchToConfirm() if people else no.MaskedUnknown()


def _together(rows: Group, columns: Columns, refused: list[Refused]) -> list[Candidate]:
    """One candidate for the lines of a person and level; a list may have a line for each paper.

    Where two lines contradict each other neither is taken: we cannot know which is right.
    """
    groups: defaultdict[tuple[int, Level], Group] = defaultdict(list)
    for row, person in rows:
        groups[person.id, row.level].append((row, person))
    found = []
    for same in groups.values():
        clash = _clash([row for row, _ in same])
        if clash is None:
            found.append(_candidate(same))
            continue
        for row, other in zip(clash, reversed(clash), strict=True):
            reason = no.ListedTwice(line=other.line)
            refused.append(Refused(row.line, columns[Field.NAME], row.name, reason))
        others = [row for row, _ in same if row not in clash]
        for row in others:
            reason = no.ListedTwice(line=clash[0].line)
            refused.append(Refused(row.line, columns[Field.NAME], row.name, reason))
    return found


def _clash(rows: Sequence[ReadRow]) -> tuple[ReadRow, ReadRow] | None:
    """Two lines that cannot both be right: of the same paper, and saying something else."""
    by_paper: dict[object, ReadRow] = {}
    for row in rows:
        other = by_paper.setdefault(row.paper, row)
        if (other.step, other.seat) != (row.step, row.seat):
            return other, row
    return None


def _candidate(same: Group) -> Candidate:
    rows = [row for row, _ in same]
    first, person = same[0]
    # who was absent from one paper and sat another, sat
    step = S.SAT if any(row.step is S.SAT for row in rows) else first.step
    seats: dict[object, Seat] = {row.paper: row.seat for row in rows if row.seat is not None}
    return Candidate(
        lines=[row.line for row in rows],
        person_id=person.id,
        name=person.full_name,
        level=first.level,
        step=step,
        seats=list(seats.values()),
        region=next((row.region for row in rows if row.region), ""),
        registration_no=next((row.registration_no for row in rows if row.registration_no), ""),
    )


def _lines(decision: Decision) -> list[Line]:
    one = decision.candidate
    return [
        Line(
            line=line,
            name=one.name,
            level=one.level,
            fate=decision.fate,
            now=decision.now,
            step=one.step if decision.is_moving else None,
            has_seat=bool(decision.seats),
        )
        for line in one.lines
    ]


def _refused_lines(sheet: Sheet, columns: Columns, stopped: set[int]) -> list[Line]:
    heading = columns[Field.NAME]
    return [
        Line(line=row.line, name=row.text(heading)[:60], level=None, fate=Fate.REFUSED)
        for row in sheet.rows
        if row.line in stopped
    ]
