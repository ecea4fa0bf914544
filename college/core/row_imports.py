"""What imports have in common whose columns are chosen and whose rows go in chunk by chunk."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import FileHash
from college.core.imports import (
    IMPORT_MOVES,
    Fate,
    ImportState,
    Refused,
    SheetImport,
    refused_again,
)
from college.core.jobs import ask
from college.core.roles import Actor
from college.core.states import move


class RowsImport(SheetImport):
    """`columns`: the heading of each field; `rows_sha256`: what goes in, "" until the dry run.

    Of `rows_ready` that go in `rows_done` are in; `late` are cells refused since the look, as
    somebody changed what they spoke of.
    """

    columns: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    rows_sha256: Mapped[str] = mapped_column(FileHash(), default="")
    late: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_ready: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)

    @property
    def steps_done(self) -> int:
        return self.rows_done

    @property
    def refused_late(self) -> list[Refused]:
        return [refused_again(cell) for cell in self.late]

    def add_late(self, cells: Iterable[Refused]) -> None:
        self.late = [*self.late, *(list(map(_plain, cell.kept)) for cell in cells)]

    def forget_check(self) -> None:
        self.check_sha256 = self.rows_sha256 = ""


def keep_look(
    row: RowsImport,
    tally: Mapping[Fate, int],
    accepted: Collection[object],
    *,
    check_sha256: str,
    rows_sha256: str,
) -> bool:
    """Keep what the dry run of a locked sheet found; False where an earlier one stands."""
    if row.state is not ImportState.UPLOADED:
        return False
    move(row, ImportState.CHECKED, IMPORT_MOVES)
    row.rows_new, row.rows_changed = tally[Fate.NEW], tally[Fate.CHANGED]
    row.rows_unchanged, row.rows_refused = tally[Fate.UNCHANGED], tally[Fate.REFUSED]
    row.check_sha256, row.rows_sha256 = check_sha256, rows_sha256
    row.rows_ready = len(accepted)
    return True


def let_in(actor: Actor, row: RowsImport, kind: str) -> None:
    """Have the worker import a locked sheet by a job of this kind, or go on with it.

    Raises WrongState.
    """
    if row.state is not ImportState.IMPORTING:
        move(row, ImportState.IMPORTING, IMPORT_MOVES)
        # counted anew as they go in: what was new at the look may be on record by now
        row.rows_unchanged += row.rows_new + row.rows_changed
        row.rows_new = row.rows_changed = 0
    row.ordered_by_id = actor.person_id
    ask(kind, row.id, total=row.rows_ready + 1)  # type: ignore[attr-defined]


def _plain(value: object) -> object:
    return {k: str(v) for k, v in value.items()} if isinstance(value, Mapping) else value
