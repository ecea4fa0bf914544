"""The dry run: what an import of a roster would do. It writes nothing."""

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from college.core.imports import CellReader, Fate, Refused
from college.core.roles import Actor
from college.core.sheets import Row, Sheet, read
from college.people.persons.cells import shown_id_number
from college.people.roster import refusals as no
from college.people.roster.deciding import (
    Change,
    Decision,
    Placed,
    decide_all,
    refused_cell,
    with_seconds,
)
from college.people.roster.layout import HEADINGS, Columns, Field
from college.people.roster.reading import ReadRow, Usual, read_row
from college.people.roster.units import Place, Places

CHUNK = 500  # rows looked up at once
Tell = Callable[[int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row that changes something, for the page."""

    line: int
    name: str
    unit: str
    fate: Fate
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Check:
    """The rows that can go in, what changes, the cells that stop others, and the count by fate."""

    accepted: Sequence[Placed]
    lines: Sequence[Line]
    refused: Sequence[Refused]
    tally: Counter[Fate]


def read_sheet(content: bytes, filename: str) -> Sheet:
    """Raises NotASheet, SheetTooLarge, SheetEmpty."""
    return read(content, filename, known=HEADINGS.known)


def check(
    actor: Actor, sheet: Sheet, columns: Columns, usual: Usual, place: int | None, tell: Tell
) -> Check:
    """Read all rows, find their units and persons, and say what becomes of each."""
    refused: list[Refused] = []
    places = Places.of(actor)
    rows = _placed(sheet.rows, columns, usual, _Home(places, place), refused)
    kept, repeated = _without_doubles(rows, columns, refused)
    accepted: list[Placed] = []
    lines: list[Line] = []
    tally: Counter[Fate] = Counter({Fate.UNCHANGED: repeated})
    for start in range(0, len(kept), CHUNK):
        part = kept[start : start + CHUNK]
        for decision in decide_all(part):
            _sort(decision, columns, accepted, lines, refused)
            if decision.fate is Fate.UNCHANGED:
                tally[Fate.UNCHANGED] += 1
        tell(len(part))
    tally.update(line.fate for line in lines)
    tally[Fate.REFUSED] = len({cell.line for cell in refused})
    refused.sort(key=lambda cell: cell.line)
    return Check(accepted, lines, refused, tally)


@dataclass(frozen=True, slots=True)
class _Home:
    """Where rows without a unit belong."""

    places: Places
    usual: int | None

    def of(self, text: str) -> Place:
        if not text and self.usual is not None:
            return self.places.by_id[self.usual]
        return self.places.named(text)


def _placed(
    rows: Sequence[Row], columns: Columns, usual: Usual, home: _Home, refused: list[Refused]
) -> list[Placed]:
    found: list[Placed] = []
    for row in rows:
        one = read_row(row, columns, usual)
        heading = columns.get(Field.UNIT, HEADINGS.heading(Field.UNIT))
        wrong = [] if isinstance(one, ReadRow) else one
        reader, place = CellReader(row, ()), None
        if heading not in {cell.column for cell in wrong}:  # all that is wrong, the first time
            place = reader.take_cell(heading, home.of)
        refused += wrong + reader.refused
        if isinstance(one, ReadRow) and place is not None:
            since = one.since or _usual_since(usual, one)
            found.append(Placed(row=one, unit_id=place.id, unit=place.name, since_on=since))
    return with_seconds(found)


def _usual_since(usual: Usual, row: ReadRow) -> date:
    return min(usual.since_on, row.until) if row.until is not None else usual.since_on


def _without_doubles(
    rows: Sequence[Placed], columns: Columns, refused: list[Refused]
) -> tuple[list[Placed], int]:
    """Take what is said twice once; where two lines differ, neither: we cannot know which is right.

    Lines of one person must agree in the name, and those of one post in everything.
    """
    of_person: defaultdict[object, list[Placed]] = defaultdict(list)
    for placed in rows:
        of_person[placed.key].append(placed)
    kept, repeated = [], 0
    for placed in rows:
        others = [other for other in of_person[placed.key] if other is not placed]
        other = next((o for o in others if _contradicts(placed, o)), None)
        if other is not None:
            reason = no.PersonTwice(line=other.row.line)
            heading = columns[Field.ID_NUMBER]
            shown = shown_id_number(placed.row.id_number)
            refused.append(Refused(placed.row.line, heading, shown, reason))
        elif any(o.row.line < placed.row.line and _is_repeated(placed, o) for o in others):
            repeated += 1
        else:
            kept.append(placed)
    return kept, repeated


def _is_same_post(one: Placed, other: Placed) -> bool:
    return (one.unit_id, one.row.capacity) == (other.unit_id, other.row.capacity)


def _contradicts(one: Placed, other: Placed) -> bool:
    if one.row.name.casefold() != other.row.name.casefold():
        return True
    contacts = [(one.row.phone, other.row.phone), (one.row.email, other.row.email)]
    if any(mine and theirs and mine != theirs for mine, theirs in contacts):
        return True
    return _is_same_post(one, other) and not _is_repeated(one, other) and _overlap(one, other)


def _is_repeated(one: Placed, other: Placed) -> bool:
    said = (one.row.since, one.row.until) == (other.row.since, other.row.until)
    return _is_same_post(one, other) and said


def _overlap(one: Placed, other: Placed) -> bool:
    ends = one.row.until is None or other.since_on <= one.row.until
    return ends and (other.row.until is None or one.since_on <= other.row.until)


def _sort(
    decision: Decision,
    columns: Columns,
    accepted: list[Placed],
    lines: list[Line],
    refused: list[Refused],
) -> None:
    if decision.fate is Fate.REFUSED:
        refused.append(refused_cell(decision, columns))
    elif decision.fate is not Fate.UNCHANGED:
        accepted.append(decision.placed)
        placed = decision.placed
        lines.append(
            Line(
                line=placed.row.line,
                name=placed.row.name,
                unit=placed.unit,
                fate=decision.fate,
                changes=decision.changes,
            )
        )
