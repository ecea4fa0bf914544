"""What every import of a spreadsheet has in common: states, rows, and why a row is refused.

A sheet is uploaded, checked (the dry run: nothing is written), looked over and imported by the
worker. What is kept of it, full of ID numbers, is encrypted.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from college.core import clock, crypto, storage
from college.core.db import Base, FileHash, db, stored_as_text
from college.core.errors import NotFound, RuleBroken
from college.core.jobs import Job, JobState, Titled, ask, latest
from college.core.roles import Actor
from college.core.sheets import Row, is_number_lost
from college.core.states import move
from college.core.text import say, seen

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


class Fate(StrEnum):
    """What becomes of one row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {
            "new": say("New"),
            "changed": say("Changed"),
            "unchanged": say("Unchanged"),
            "refused": say("To mend"),
        }[self]


class SheetImport:
    """What the row of every uploaded sheet has: its bytes, encrypted, by hash, and how far it is.

    `check_sha256` is what the dry run found, "" until it ran. The counts are of rows.
    """

    filename: Mapped[str] = mapped_column(sa.String(200))
    file_sha256: Mapped[str] = mapped_column(FileHash())
    state: Mapped[ImportState] = mapped_column(
        stored_as_text(ImportState), default=ImportState.UPLOADED
    )
    check_sha256: Mapped[str] = mapped_column(FileHash(), default="")
    uploaded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    uploaded_at: Mapped[datetime] = mapped_column(default=clock.now)
    ordered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    imported_at: Mapped[datetime | None]
    rows_new: Mapped[int] = mapped_column(default=0)
    rows_unchanged: Mapped[int] = mapped_column(default=0)
    rows_refused: Mapped[int] = mapped_column(default=0)

    @validates("filename")
    def leave_out_unseen(self, _: str, name: str) -> str:
        return seen(name)

    @property
    def steps_done(self) -> int:
        """How much of the import itself is in."""
        raise NotImplementedError

    @property
    def is_gone(self) -> bool:
        """Whether it was kept long enough and is deleted, before anybody imported it."""
        return not self.file_sha256 and self.state in {ImportState.UPLOADED, ImportState.CHECKED}

    @property
    def is_ready(self) -> bool:
        """Whether it is checked and can be imported."""
        return self.state is ImportState.CHECKED and not self.is_gone

    def forget_check(self) -> None:
        self.check_sha256 = ""


class AnImport(Protocol):
    """A row of a `SheetImport` table."""

    @property
    def id(self) -> Any: ...

    @property
    def state(self) -> Any: ...

    @property
    def steps_done(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Headway:
    """How far the worker came with a sheet: with checking it, or else with importing it."""

    made: AnImport
    job: Job | None

    @classmethod
    def of(cls, made: AnImport, *, check: str, record: str) -> Self:
        """`check` and `record` are the kinds of its jobs."""
        is_new = made.state in {ImportState.UPLOADED, ImportState.CHECKED}
        return cls(made, latest(check if is_new else record, made.id))

    @property
    def is_going(self) -> bool:
        return self.job is not None and not self.job.is_over

    @property
    def has_failed(self) -> bool:
        return self.job is not None and self.job.state is JobState.FAILED

    @property
    def done(self) -> int:
        """Steps of `total`: the rows gone through; at the import what is in."""
        if self.made.state is ImportState.IMPORTING:
            return self.made.steps_done
        return self.job.done if self.job is not None else 0

    @property
    def total(self) -> int:
        return self.job.total if self.job is not None else 0


class Upload(Protocol):
    """What a browser's file and one from the command line have in common."""

    @property
    def filename(self) -> str | None: ...

    def read(self) -> bytes: ...


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


def look_again(actor: Actor, row: SheetImport, kind: str, *, total: int) -> None:
    """Have the worker check a locked sheet by a job of this kind. Raises SheetGone, WrongState."""
    if not row.file_sha256 and row.state is not ImportState.IMPORTED:
        raise SheetGone
    if row.state is not ImportState.UPLOADED:
        move(row, ImportState.UPLOADED, IMPORT_MOVES)
        row.forget_check()
    row.ordered_by_id = actor.person_id
    ask(kind, row.id, total=total)  # type: ignore[attr-defined]


def may_go_in(row: SheetImport, headway: Headway) -> bool:
    """Whether a locked sheet is still to be imported: not where it is, or is on its way in.

    Raises SheetGone.
    """
    is_going = row.state is ImportState.IMPORTING and headway.is_going
    if row.state is ImportState.IMPORTED or is_going:
        return False
    if not row.file_sha256:
        raise SheetGone
    return True


def close(row: SheetImport) -> bool:
    """Say that a locked sheet is in; False where that was said before."""
    if row.state is ImportState.IMPORTED:
        return False
    move(row, ImportState.IMPORTED, IMPORT_MOVES)
    row.imported_at = clock.now()
    return True


def titles(model: type[Base], ids: Collection[int]) -> dict[int, Titled]:
    """The file of each import of a table, for the list of jobs."""
    table = model.__table__.c
    found = sa.select(table.id, table.filename).where(table.id.in_(ids))
    return {row.id: Titled(row.filename) for row in db.session.execute(found)}


def keep_found(found: object, flat: Callable[[Any], object] = str) -> str:
    """Store what a dry run found, encrypted, and return the hash to read it by.

    `flat` makes of one thing in it what JSON knows: of a hundred thousand at once there would be
    another copy.
    """
    return storage.files().put(crypto.seal(json.dumps(found, ensure_ascii=False, default=flat)))


def found_in(sha256: str) -> Any:
    """What `keep_found` was given, as JSON gives it back. Raises FileLost."""
    return json.loads(crypto.unseal(storage.files().get(sha256)))


def keep(content: bytes) -> str:
    """Store the bytes of a sheet, encrypted, and return the hash to find them by."""
    return storage.files().put(crypto.seal(b64encode(content).decode()))


def kept(sha256: str) -> bytes:
    """The bytes as they were uploaded. Raises FileLost, NotFound once they were forgotten."""
    if not sha256:
        raise NotFound
    return b64decode(crypto.unseal(storage.files().get(sha256)))
