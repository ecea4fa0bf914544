"""What every import of a spreadsheet has in common: states, cells, and why a row is refused.

A sheet is uploaded, checked (the dry run: nothing is written), looked over and imported by the
worker. What is kept of it, full of ID numbers, is encrypted.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, TypeVar

from college.core import crypto, storage
from college.core.errors import NotFound, RuleBroken
from college.core.sheets import Row, is_number_lost
from college.core.text import say

T = TypeVar("T")


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"

    @property
    def label(self) -> str:
        return {
            "uploaded": say("Not checked yet"),
            "checked": say("Checked, not imported"),
            "importing": say("Being imported"),
            "imported": say("Imported"),
        }[self]


IMPORT_MOVES = {
    ImportState.UPLOADED: frozenset({ImportState.CHECKED}),
    # it may be checked again: what it did not find may be on record by now
    ImportState.CHECKED: frozenset({ImportState.IMPORTING, ImportState.UPLOADED}),
    ImportState.IMPORTING: frozenset({ImportState.IMPORTED}),
    ImportState.IMPORTED: frozenset[ImportState](),
}


class SheetGone(RuleBroken):
    code = "sheet_gone"
    message = say("This sheet was kept long enough and is deleted. Upload it again.")


class RowRefused(RuleBroken):
    """One cell that stops its row. The facts fill the blanks of `message` and of `mend` alike."""

    mend = say("Compare the row with its source.")

    @classmethod
    def revived(cls, facts: Mapping[str, object]) -> Self:
        """The reason again, from the facts as they were kept."""
        return cls(**facts)


class CellComputed(RowRefused):
    code, message = "cell_computed", say("This cell holds a formula")
    mend = say("Copy the column and paste it as values only, then upload the sheet again.")


@dataclass(frozen=True, slots=True)
class Refused:
    """A refused cell: where it stands, what it holds (an ID number masked), and why."""

    line: int
    column: str
    value: str
    reason: RowRefused

    @property
    def kept(self) -> tuple[object, ...]:
        """As it is stored; `refused_again` reads it."""
        return self.line, self.column, self.value, self.reason.code, self.reason.facts


def refused_again(kept: Collection[object]) -> Refused:
    line, column, value, code, facts = kept
    known = {reason.code: reason for reason in _kinds(RowRefused)}
    reason = known[str(code)].revived(facts)  # type: ignore[arg-type]
    return Refused(int(str(line)), str(column), str(value), reason)


def _kinds(of: type[RowRefused]) -> Iterator[type[RowRefused]]:
    for each in of.__subclasses__():
        yield each
        yield from _kinds(each)


class CellReader:
    """Takes cells out of one row and gathers what is wrong with them."""

    def __init__(
        self, row: Row, secret: Collection[str], shown: Callable[[str], str] = str
    ) -> None:
        """`secret` are headings of numbers that a page shows only as `shown` leaves them."""
        self.row, self.secret, self.shown = row, secret, shown
        self.refused: list[Refused] = []

    def take_cell(self, heading: str, read: Callable[[str], T]) -> T | None:
        """What `read` makes of a cell; None, and a line in `refused`, where it says no."""
        text = self.row.text(heading)
        try:
            return read(text)
        except RowRefused as reason:
            self.refuse(heading, reason)
            return None

    def refuse(self, heading: str, reason: RowRefused) -> None:
        cell = self.row.cells.get(heading, "")
        is_lost = isinstance(cell, float) and is_number_lost(cell)
        text = f"{cell:.5E}" if is_lost else self.row.text(heading)
        shown = self.shown(text) if heading in self.secret else text
        self.refused.append(Refused(self.row.line, heading, shown[:200], reason))

    def refuse_formulas(self, headings: Collection[str]) -> None:
        for heading in headings:
            if heading in self.row.formulas:
                self.refused.append(Refused(self.row.line, heading, "", CellComputed()))


def keep(content: bytes) -> str:
    """Store the bytes of a sheet, encrypted, and return the hash to find them by."""
    return storage.files().put(crypto.seal(b64encode(content).decode()))


def kept(sha256: str) -> bytes:
    """The bytes as they were uploaded. Raises FileLost, NotFound once they were forgotten."""
    if not sha256:
        raise NotFound
    return b64decode(crypto.unseal(storage.files().get(sha256)))
