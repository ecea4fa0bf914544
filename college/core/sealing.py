"""The sealer: gives each committed journal entry its place in a Merkle tree and signs the root.

Entries refer to nothing, so writers never wait for one another; one sealer at a time comes after.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock, seal_keeping
from college.core.db import Base, db
from college.core.journal import JournalEntry, canonical
from college.core.merkle import Tree, leaf_hash
from college.core.operation import start_writing
from college.core.seal_keeping import Keeper, Line

BATCH = 1000  # leaves to a seal: some 30 ms under SQLite's write lock
LOCK = 0x5EA1  # of PostgreSQL's advisory locks
NOTHING = bytes(32)  # what the first seal names as the one before


class JournalLeaf(Base):
    """Where an entry stands in the tree: positions count from 0 and have no gap."""

    __tablename__ = "journal_leaf"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey(JournalEntry.id), unique=True)
    position: Mapped[int] = mapped_column(unique=True)
    hash: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class JournalSeal(Base):
    """The signed root over the first `size` leaves; it names the seal before by its digest."""

    __tablename__ = "journal_seal"

    number: Mapped[int] = mapped_column(unique=True)
    size: Mapped[int] = mapped_column(unique=True)
    root: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    previous: Mapped[bytes] = mapped_column(sa.LargeBinary(32))
    at: Mapped[datetime]
    signature: Mapped[bytes] = mapped_column(sa.LargeBinary(64))
    edge: Mapped[bytes]  # the tree's right edge, for the next seal to grow on

    @property
    def text(self) -> bytes:
        """What is signed. Never change it: every seal ever written was signed over it."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        facts = ("seal", self.number, self.size, self.root.hex(), self.previous.hex(), at)
        return json.dumps(facts, separators=(",", ":")).encode()

    @property
    def digest(self) -> bytes:
        return sha256(self.text + self.signature).digest()


class Estranged(Exception):
    """The database and a copy of its seals tell different stories: a person has to look."""


_keepers: list[Keeper] = []


def use(keeper: Keeper) -> None:
    """Take the key and the folders of the copies. The factory calls it once."""
    _keepers[:] = [keeper]


def keeper() -> Keeper:
    return _keepers[0]


def seal_everything(*, floor: int = 0) -> int:
    """Seal what is committed and has an id above `floor`; say how many entries that were.

    Raises Estranged, and seals nothing more, where the seals are not those of the copies outside.
    """
    copy_seals()
    count = 0
    while has_unsealed(floor) and (sealed := _seal_some(floor)):
        count += sealed
    if count:
        copy_seals()
    return count


def has_unsealed(floor: int) -> bool:
    """Whether there is work, found without a lock."""
    there = db.session.scalar(unsealed(floor).with_only_columns(JournalEntry.id).limit(1))
    db.session.rollback()
    return there is not None


def unsealed(floor: int) -> sa.Select[JournalEntry]:
    """Entries without a leaf, by that alone: a transaction may commit after one with higher ids."""
    has_leaf = sa.exists().where(JournalLeaf.entry_id == JournalEntry.id)
    chosen = sa.select(JournalEntry).where(JournalEntry.id > floor, ~has_leaf)
    return chosen.order_by(JournalEntry.id)


def _seal_some(floor: int) -> int:
    """Write one seal over at most BATCH more leaves, in a transaction of its own."""
    start_writing()
    if not is_alone():
        db.session.rollback()
        return 0
    last = db.session.scalar(sa.select(JournalSeal).order_by(JournalSeal.number.desc()).limit(1))
    tree = Tree(last.size, last.edge) if last else Tree()
    columns = unsealed(floor).with_only_columns(*JournalEntry.__table__.columns)
    leaves = []
    for entry in db.session.execute(columns.limit(BATCH)):
        hashed = leaf_hash(canonical(entry))
        leaves.append({"entry_id": entry.id, "position": tree.size, "hash": hashed})
        tree.add(hashed)
    if leaves:
        db.session.execute(sa.insert(JournalLeaf), leaves)
        db.session.add(_signed(tree, last))
    db.session.commit()
    return len(leaves)


def is_alone() -> bool:
    """Whether no other sealer is at work. SQLite's write lock has seen to that."""
    if db.session.connection().dialect.name != "postgresql":
        return True
    return bool(db.session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(LOCK))))


def _signed(tree: Tree, last: JournalSeal | None) -> JournalSeal:
    seal = JournalSeal(
        number=last.number + 1 if last else 1,
        size=tree.size,
        root=tree.root,
        previous=last.digest if last else NOTHING,
        at=clock.now(),
        edge=tree.edge,
    )
    seal.signature = keeper().sign(seal.text)
    return seal


def copy_seals() -> None:
    """Bring each copy outside the database up to date. Raises Estranged where it is of another."""
    for copy in keeper().copies:
        seal_keeping.complete(copy, _after)
    db.session.rollback()


def _after(copied: Line | None) -> Iterator[Line]:
    size, number = 0, 0
    if copied is not None:
        number = int(str(copied["number"]))
        held = db.session.scalar(sa.select(JournalSeal).where(JournalSeal.number == number))
        if held is None or held.digest.hex() != copied["digest"]:
            raise Estranged(f"seal {number} of the copy is not in the database")
        size = held.size
    newer = sa.select(JournalSeal).where(JournalSeal.number > number).order_by(JournalSeal.number)
    for seal in db.session.scalars(newer.execution_options(yield_per=100)):
        yield line_of(seal) | {"leaves": _leaves(size, seal.size)}
        size = seal.size


def line_of(seal: JournalSeal) -> Line:
    """A seal as the copies have it; they add the leaves, so that they can name a changed entry."""
    return {
        "number": seal.number,
        "size": seal.size,
        "root": seal.root.hex(),
        "previous": seal.previous.hex(),
        "at": seal.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "signature": seal.signature.hex(),
        "digest": seal.digest.hex(),
    }


def _leaves(start: int, end: int) -> list[tuple[int, str]]:
    chosen = sa.select(JournalLeaf.entry_id, JournalLeaf.hash).order_by(JournalLeaf.position)
    between = (JournalLeaf.position >= start) & (JournalLeaf.position < end)
    return [
        (entry_id, hashed.hex()) for entry_id, hashed in db.session.execute(chosen.where(between))
    ]


WINDOW = 20_000  # ids: a transaction that commits late took its ids no longer ago than that…
ROUNDS = 75  # …or waits for every such round, which looks at everything: five minutes


class Sealer:
    """Seals round after round without looking at the whole journal each time."""

    def __init__(self) -> None:
        self._round = 0

    def seal(self) -> int:
        newest = db.session.scalar(sa.select(sa.func.max(JournalEntry.id))) or 0
        floor = max(0, newest - WINDOW) if self._round % ROUNDS else 0
        self._round += 1
        return seal_everything(floor=floor)
