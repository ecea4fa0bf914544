"""What the dry run found in a roster, kept encrypted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from college.core.imports import Fate, Refused, found_in, keep_found, refused_again
from college.people.employment.models import Capacity
from college.people.persons.identity import IdType
from college.people.roster.checking import Check, Line
from college.people.roster.deciding import Change, Placed
from college.people.roster.layout import Field
from college.people.roster.reading import ReadRow


def keep_check(found: Check) -> tuple[str, str]:
    """Store what a dry run found; returns the hash of what is to be read to show it.

    The rows to import are a file of their own, named in the first: a page need not read them.
    """
    rows = keep_found([_flat(placed) for placed in found.accepted])
    shown = {
        "lines": [_flat_line(line) for line in found.lines],
        "refused": [cell.kept for cell in found.refused],
    }
    return keep_found(shown), rows


def accepted_in(rows_sha256: str) -> list[Placed]:
    """The rows that a dry run found good, in the order of the sheet. Raises FileLost."""
    return [_placed(flat) for flat in found_in(rows_sha256)]


def shown_in(check_sha256: str) -> tuple[list[Line], list[Refused]]:
    """What changes and what is refused; "" is no dry run. Raises FileLost."""
    if not check_sha256:
        return [], []
    found = found_in(check_sha256)
    lines = [_line(flat) for flat in found["lines"]]
    return lines, [refused_again(cell) for cell in found["refused"]]


def _flat(placed: Placed) -> Sequence[object]:
    row = placed.row
    return (
        row.line,
        row.name,
        row.id_type,
        row.id_number,
        row.phone,
        row.email,
        row.unit,
        row.capacity,
        row.since,
        row.until,
        placed.unit_id,
        placed.unit,
        placed.since_on,
        placed.is_second,
    )


def _placed(flat: list[Any]) -> Placed:
    line, name, id_type, number, phone, email, typed, capacity, since, until, *rest = flat
    unit_id, unit, since_on, is_second = rest
    row = ReadRow(
        line=line,
        name=name,
        id_type=IdType(id_type),
        id_number=number,
        phone=phone,
        email=email,
        unit=typed,
        capacity=Capacity(capacity),
        since=_day(since),
        until=_day(until),
    )
    return Placed(
        row=row,
        unit_id=unit_id,
        unit=unit,
        since_on=date.fromisoformat(since_on),
        is_second=is_second,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _flat_line(line: Line) -> Sequence[object]:
    changes = [(change.field, change.old, change.new) for change in line.changes]
    return line.line, line.name, line.unit, line.fate, changes


def _line(flat: list[Any]) -> Line:
    number, name, unit, fate, changes = flat
    told = [Change(Field(field), old, new) for field, old, new in changes]
    return Line(line=number, name=name, unit=unit, fate=Fate(fate), changes=told)
