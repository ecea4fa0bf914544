"""A disk that remembers what it was told, and what of it is there once the power was cut.

Between two syncs a disk may write in any order, or not at all, and tear a write between sectors. A
file that was removed may be there again until its folder is synced. SQLite's shared memory is no
file: nothing of it outlives a cut.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

SECTOR = 512
NAME = "recorder"


@dataclass(frozen=True, slots=True)
class Write:
    file: str
    offset: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Truncate:
    file: str
    size: int


@dataclass(frozen=True, slots=True)
class Sync:
    file: str


@dataclass(frozen=True, slots=True)
class Delete:
    file: str


@dataclass(frozen=True, slots=True)
class SyncFolder:
    pass


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A commit of which whoever asked was told that it is done."""

    number: int


Change = Write | Truncate | Delete
Event = Change | Sync | SyncFolder | Acknowledged


class Recorder(apsw.VFS):
    """SQLite's file system; what it does to the database and its log is noted."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        super().__init__(NAME, "")

    def xOpen(self, name: Any, flags: Any) -> Any:  # noqa: N802 - SQLite's name for it
        return RecordedFile(name, flags, self.events)

    def xDelete(self, name: str, syncdir: bool) -> None:  # noqa: N802
        super().xDelete(name, syncdir)
        self.events.append(Delete(Path(name).name))
        if syncdir:
            self.events.append(SyncFolder())


class RecordedFile(apsw.VFSFile):
    def __init__(self, name: Any, flags: Any, events: list[Event]) -> None:
        path = Path(name.filename() if hasattr(name, "filename") else name)
        is_new = not path.exists()
        super().__init__("", name, flags)
        self.file, self.events = path.name, events
        # SQLite's file system for Unix syncs the folder with the first sync of a new journal or log
        self.syncs_folder = is_new and path.suffix != ".db"

    def xWrite(self, content: bytes, offset: int) -> None:  # noqa: N802
        self.events.append(Write(self.file, offset, bytes(content)))
        super().xWrite(content, offset)

    def xTruncate(self, size: int) -> None:  # noqa: N802
        self.events.append(Truncate(self.file, size))
        super().xTruncate(size)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self.events.append(Sync(self.file))
        if self.syncs_folder:
            self.events.append(SyncFolder())
            self.syncs_folder = False
        super().xSync(flags)


def recorded(path: Path, pragmas: Sequence[str], commits: int) -> list[Event]:
    """What reaches the disk while so many commits are made on a connection with these settings.

    Now and then it is closed and another one opened, as when the last process leaves.
    """
    recorder, chance = Recorder(), random.Random(2026)
    connection = opened(path, pragmas)
    connection.execute("CREATE TABLE deed (id INTEGER PRIMARY KEY, content BLOB NOT NULL)")
    recorder.events.append(Acknowledged(0))
    for number in range(1, commits + 1):
        connection.execute("BEGIN IMMEDIATE")
        content = chance.randbytes(chance.choice((50, 1_000, 9_000)))
        connection.execute("INSERT INTO deed VALUES (?, ?)", (number, content))
        old = chance.randrange(1, number + 1)
        connection.execute("UPDATE deed SET content = ? WHERE id = ?", (content[::-1], old))
        connection.execute("COMMIT")
        recorder.events.append(Acknowledged(number))
        if number % 60 == 0:
            connection.close()
            connection = opened(path, pragmas)
    connection.close()
    recorder.unregister()
    return recorder.events


def opened(path: Path, pragmas: Sequence[str]) -> apsw.Connection:
    connection = apsw.Connection(str(path), vfs=NAME)
    if "journal_mode=WAL" in pragmas:
        # one connection needs no memory shared with others, which the recorder does not offer;
        # the log is written back ten times as often as by default, so that cuts meet that as well
        pragmas = ("locking_mode=EXCLUSIVE", *pragmas, "wal_autocheckpoint=100")
    for pragma in pragmas:
        connection.execute(f"PRAGMA {pragma}").fetchall()
    return connection


class Disk:
    """What is safe, and what is under way since the last sync of each file."""

    def __init__(self) -> None:
        self.safe: dict[str, bytearray] = {}
        self.pending: dict[str, list[Change]] = {}
        self.acknowledged = -1

    def take(self, event: Event) -> None:
        if isinstance(event, Acknowledged):
            self.acknowledged = event.number
        elif isinstance(event, Sync):
            for each in self.pending.pop(event.file, ()):
                apply(self.safe, each)
        elif isinstance(event, SyncFolder):
            self.forget_deleted()
        else:
            self.pending.setdefault(event.file, []).append(event)

    def forget_deleted(self) -> None:
        for name, changes in self.pending.items():
            if Delete(name) in changes:
                self.safe.pop(name, None)
                last = len(changes) - changes[::-1].index(Delete(name))
                del changes[:last]

    def cut(self, chance: random.Random) -> dict[str, bytes]:
        """The files as they are found when the power is back."""
        found = {name: bytearray(content) for name, content in self.safe.items()}
        for changes in self.pending.values():
            share = chance.choice((0.0, 0.5, 0.9, 1.0))  # of the sectors that still got through
            for piece in (piece for each in changes for piece in sectors(each)):
                if chance.random() < share:
                    apply(found, piece)
                elif isinstance(piece, Delete):
                    break  # what came later went to another file of this name
        return {name: bytes(content) for name, content in found.items()}


def sectors(change: Change) -> Iterator[Change]:
    if not isinstance(change, Write):
        yield change
        return
    start, end = change.offset, change.offset + len(change.content)
    while start < end:
        until = min(end, (start // SECTOR + 1) * SECTOR)
        piece = change.content[start - change.offset : until - change.offset]
        yield Write(change.file, start, piece)
        start = until


def apply(files: dict[str, bytearray], change: Change) -> None:
    if isinstance(change, Delete):
        files.pop(change.file, None)
        return
    content = files.setdefault(change.file, bytearray())
    if isinstance(change, Truncate):
        del content[change.size :]
        return
    gap = change.offset - len(content)
    content.extend(bytes(max(0, gap)))
    content[change.offset : change.offset + len(change.content)] = change.content


def cuts(events: Sequence[Event], count: int) -> Iterator[tuple[int, dict[str, bytes]]]:
    """So many cuts at moments by chance: the last commit acknowledged, and the files found."""
    chance = random.Random(count)
    first = events.index(Acknowledged(0)) + 1
    moments = sorted(chance.choices(range(first, len(events) + 1), k=count))
    disk, taken = Disk(), 0
    for moment in moments:
        for event in events[taken:moment]:
            disk.take(event)
        taken = moment
        yield disk.acknowledged, disk.cut(chance)
