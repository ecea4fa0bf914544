"""The audit: do the journal, its seals and their copies still tell one story.

Reads all once, a thousand rows at a time. Of each entry the hash that its seal was made over is
known (from the copy outside, or from its leaf); the entry as it is now must give the same.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag

from college.core import crypto, seal_keeping
from college.core.db import db
from college.core.journal import JournalDetail, JournalEntry, canonical, known_keys, open_details
from college.core.merkle import Tree, leaf_hash
from college.core.sealing import (
    NOTHING,
    JournalLeaf,
    JournalSeal,
    keeper,
    line_of,
    unsealed,
)

CHUNK = 1000
NAMED = 20  # faults that the report spells out; the others are counted


@dataclass(slots=True)
class Report:
    entries: int = 0  # sealed ones that were looked at
    seals: int = 0
    unsealed: int = 0
    oldest_unsealed_at: datetime | None = None
    unreadable: int = 0  # whose person's key is gone
    copies_behind: dict[str, int] = field(default_factory=dict)  # seals that a copy lacks yet
    fault_count: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return self.fault_count == 0

    def blame(self, fault: str) -> None:
        self.fault_count += 1
        if len(self.faults) < NAMED:
            self.faults.append(fault)


def verify() -> Report:
    return _Audit().run()


class _Audit:
    def __init__(self) -> None:
        self.report = Report()
        self.keys = keeper().public_keys()
        self.copies = {copy: seal_keeping.lines_of(copy) for copy in keeper().copies}
        self.missing = [copy for copy in self.copies if not copy.exists()]
        self.leaves = _Leaves()
        self.tree, self.previous, self.number = Tree(), NOTHING, 0
        self.were_details_bound = False

    def run(self) -> Report:
        for seal in _seals():
            self._check_seal(seal)
            self._check_leaves(seal, self._copied(seal))
        self._check_the_end()
        for entries in _unsealed_chunks():
            first = min(entry.at for entry in entries)
            oldest = self.report.oldest_unsealed_at
            self.report.oldest_unsealed_at = first if oldest is None else min(first, oldest)
            self.report.unsealed += len(entries)
            self._check_details(entries)
        for repeat, first in db.session.execute(_repeats()):
            self.report.blame(f"entry {repeat} was inserted: it repeats entry {first}")
        db.session.rollback()
        return self.report

    def _check_seal(self, seal: JournalSeal) -> None:
        self.report.seals += 1
        name = f"seal {seal.number}"
        if seal.number != self.number + 1:
            self.report.blame(f"seal {self.number + 1} is missing from the database")
        if seal.previous != self.previous:
            self.report.blame(f"{name} does not follow from the one before")
        if not seal_keeping.is_signed(seal.text, seal.signature, self.keys):
            self.report.blame(f"{name}: the signature is wrong, or of an unknown key")
        self.number, self.previous = seal.number, seal.digest

    def _copied(self, seal: JournalSeal) -> list[tuple[int, str]]:
        """The seal's leaves by a copy, preferred to the database; none where no copy has them."""
        leaves: list[Any] = []
        for copy, lines in self.copies.items():
            line = next(lines, None)
            name = str(copy)
            if line is None:
                self.report.copies_behind[name] = self.report.copies_behind.get(name, 0) + 1
                continue
            told: Any = line.pop("leaves")
            if line == line_of(seal):
                leaves = leaves or told
            else:
                self.report.blame(f"seal {seal.number} differs from the copy {name}")
        return leaves

    def _check_leaves(self, seal: JournalSeal, copied: list[tuple[int, str]]) -> None:
        start, rows = self.tree.size, []
        for position in range(start, seal.size):
            row = self.leaves.at(position)
            told = copied[position - start] if position - start < len(copied) else None
            rows += [row] if row is not None and row.id is not None else []
            attested = self._attested(position, row, told)
            if attested is None:
                break
            self.tree.add(attested)
        self.report.entries += len(rows)
        self._check_details(rows)
        if (self.tree.size, self.tree.root) != (seal.size, seal.root):
            self.report.blame(
                f"seal {seal.number}: the leaves {start} to {seal.size - 1} do not give its root"
            )
            self._go_on_from(seal)

    def _attested(
        self, position: int, row: "sa.Row[Any] | None", told: tuple[int, str] | None
    ) -> bytes | None:
        """The hash that the leaf had when it was sealed; blames what differs from it now."""
        entry_id = told[0] if told else row.entry_id if row is not None else None
        known = bytes.fromhex(told[1]) if told else row.hash if row is not None else None
        if row is None:
            named = f"entry {entry_id}" if told else f"the entry at position {position}"
            self.report.blame(f"{named} has lost its leaf {position}")
        elif row.entry_id != entry_id:
            self.report.blame(
                f"leaf {position} is entry {row.entry_id} now and was sealed as entry {entry_id}"
            )
        elif row.id is None:
            self.report.blame(f"entry {entry_id} is missing")
        elif leaf_hash(canonical(row)) != known or row.hash != known:
            self.report.blame(f"entry {entry_id} was changed after it was sealed")
        return known

    def _go_on_from(self, seal: JournalSeal) -> None:
        """Take the seal's word for the leaves so far, so that later faults are named as well."""
        self.leaves.skip_to(seal.size)
        try:
            self.tree = Tree(seal.size, seal.edge)
        except ValueError:
            self.tree = Tree(seal.size, bytes(32 * seal.size.bit_count()))

    def _check_the_end(self) -> None:
        for row in self.leaves.rest(self.tree.size):
            self.report.blame(
                f"entry {row.entry_id} was given the leaf {row.position}, which no seal covers"
            )
        for copy, lines in self.copies.items():
            for line in lines:
                self.report.blame(
                    f"the log is shorter than the copy {copy}: seal {line['number']} is missing"
                )
            if copy in self.missing and self.report.seals:
                self.report.blame(f"the copy {copy} is missing")

    def _check_details(self, rows: list[Any]) -> None:
        """Blame entries that the application did not write: it alone can make their details."""
        keys = known_keys({row.about_id for row in rows if row.about_id is not None})
        for row in rows:
            if row.sealed is None:
                self.report.blame(
                    f"entry {row.id} has no details: it was inserted, or they were removed"
                )
                continue
            if row.about_id is not None and row.about_id not in keys:
                self.report.unreadable += 1
                continue
            self._check_detail(row, keys.get(row.about_id or 0))

    def _check_detail(self, row: "sa.Row[Any]", key: bytes | None) -> None:
        is_bound = row.sealed[:1] == crypto.BOUND
        try:
            text = open_details(row, row.sealed, key)
        except (InvalidTag, ValueError):
            self.report.blame(f"entry {row.id}: its details are not what the college wrote")
            return
        if sha256(text.encode()).digest() != row.digest:
            self.report.blame(f"entry {row.id}: its details do not give its digest")
        elif self.were_details_bound and not is_bound:
            self.report.blame(f"entry {row.id}: its details were taken from another entry")
        self.were_details_bound = self.were_details_bound or is_bound


class _Leaves:
    """Leaves with their entries, by position, a chunk at a time."""

    def __init__(self) -> None:
        self._chunk: list[sa.Row[Any]] = []
        self._next = 0

    def at(self, position: int) -> "sa.Row[Any] | None":
        """The row at `position`, asked for in rising order; None where there is none."""
        row = self._peek(position)
        if row is None or row.position != position:
            return None
        self._next += 1
        return row

    def skip_to(self, position: int) -> None:
        while (row := self._peek(position)) is not None and row.position < position:
            self._next += 1

    def rest(self, position: int) -> "Iterator[sa.Row[Any]]":
        while (row := self._peek(position)) is not None:
            self._next += 1
            position = row.position + 1
            yield row

    def _peek(self, position: int) -> "sa.Row[Any] | None":
        if self._next == len(self._chunk):
            chosen = _entry_columns().add_columns(
                JournalLeaf.position, JournalLeaf.entry_id, JournalLeaf.hash
            )
            chosen = chosen.select_from(JournalLeaf)
            chosen = chosen.outerjoin(JournalEntry, JournalEntry.id == JournalLeaf.entry_id)
            chosen = chosen.outerjoin(
                JournalDetail, JournalDetail.entry_id == JournalLeaf.entry_id
            ).where(JournalLeaf.position >= position)
            ordered = chosen.order_by(JournalLeaf.position).limit(CHUNK)
            self._chunk, self._next = list(db.session.execute(ordered)), 0
        return self._chunk[self._next] if self._chunk else None


def _entry_columns() -> sa.Select[Any]:
    return sa.select(*JournalEntry.__table__.columns, JournalDetail.sealed)


def _seals() -> Iterator[JournalSeal]:
    number = 0
    while True:
        chosen = sa.select(JournalSeal).where(JournalSeal.number > number)
        chunk = db.session.scalars(chosen.order_by(JournalSeal.number).limit(CHUNK)).all()
        yield from chunk
        if not chunk:
            return
        number = chunk[-1].number
        for seal in chunk:
            db.session.expunge(seal)  # read and done with: memory stays as it is


def _unsealed_chunks() -> Iterator[list[Any]]:
    floor = 0
    while True:
        chosen = unsealed(floor).with_only_columns(
            *JournalEntry.__table__.columns, JournalDetail.sealed
        )
        chosen = chosen.outerjoin(JournalDetail, JournalDetail.entry_id == JournalEntry.id)
        rows = list(db.session.execute(chosen.limit(CHUNK)))
        if not rows:
            return
        yield rows
        floor = rows[-1].id


def _repeats() -> "sa.Select[Any]":
    """Entries with the digest of one that was sealed before them, and that one.

    The digest is salted, so the college writes none twice; what was copied with its details would
    open like the original.
    """
    order = (JournalLeaf.position.is_(None), JournalLeaf.position, JournalEntry.id)
    alike: Any = {"partition_by": JournalEntry.digest, "order_by": order}
    ranked = sa.select(
        JournalEntry.id,
        sa.func.first_value(JournalEntry.id).over(**alike).label("first"),
    ).outerjoin(JournalLeaf, JournalLeaf.entry_id == JournalEntry.id)
    each = ranked.subquery()
    # one without details is named for that already
    has_details = sa.exists().where(JournalDetail.entry_id == each.c.id)
    repeats = sa.select(each.c.id, each.c.first).where(each.c.id != each.c.first, has_details)
    return repeats.order_by(each.c.id)


def as_json(report: Report) -> str:
    facts = {name: getattr(report, name) for name in Report.__slots__}
    return json.dumps({"is_whole": report.is_whole, **facts}, default=str, ensure_ascii=False)


def in_words(report: Report) -> str:
    lines = [f"{report.entries} entries under {report.seals} seals."]
    if report.unsealed:
        lines.append(
            f"{report.unsealed} not sealed yet, the oldest of {report.oldest_unsealed_at}."
        )
    if report.unreadable:
        lines.append(f"{report.unreadable} speak of people whose key was deleted.")
    for name, count in report.copies_behind.items():
        lines.append(f"The copy {name} lacks the newest {count} seals; the next sealing adds them.")
    if report.is_whole:
        return "\n".join([*lines, "Nothing was altered, removed or inserted."])
    more = report.fault_count - len(report.faults)
    lines += [f"WRONG: {fault}" for fault in report.faults]
    return "\n".join([*lines, *([f"… and {more} more."] if more else [])])
