"""Who did what to which row when. Entries are added beside each change and never altered.

Triggers refuse to alter them, and `sealing` makes what passed by those show. An entry says the deed
and a salted digest of its details; the details stand apart, encrypted with a key per person, so
that deleting that key erases what was said about the person and nothing else.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from sqlalchemy.orm import Mapped, Session, mapped_column

from college.core import clock, crypto
from college.core.db import Base, db, insert_or_leave
from college.core.roles import Actor

SALT_BYTES = 16


class JournalEntry(Base):
    __tablename__ = "journal_entry"
    __table_args__ = (sa.Index("ix_journal_entry_row", "noun", "row_id"),)

    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(sa.Integer, sa.ForeignKey("person.id"), index=True)
    deed: Mapped[str] = mapped_column(sa.String(64))  # the operation's name
    noun: Mapped[str] = mapped_column(sa.String(64))  # the table
    row_id: Mapped[int]
    about_id: Mapped[int | None] = mapped_column(sa.Integer, sa.ForeignKey("person.id"), index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class JournalDetail(Base):
    """What an entry's digest was made of, encrypted: salt and details as JSON."""

    __tablename__ = "journal_detail"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey(JournalEntry.id), unique=True)
    sealed: Mapped[bytes]


class SubjectKey(Base):
    """The key of one person's details, itself encrypted with the college's data key.

    An empty one was destroyed: the row stays, so that the person is never given another.
    """

    __tablename__ = "subject_key"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), unique=True)
    sealed: Mapped[bytes]


def record(
    actor: Actor, deed: str, row: Base, *, about: int | None = None, **details: object
) -> JournalEntry:
    """Add the entry for one change to `row`, in the transaction of the change.

    `about` is the id of the person whom the details speak of; `details` must be JSON or have a str.
    """
    return record_all(actor, deed, [(row, about, details)])[0]


def record_all(
    actor: Actor,
    deed: str,
    changes: Sequence[tuple[Base, int | None, dict[str, object]]],
    *,
    keys: dict[int, bytes] | None = None,
) -> list[JournalEntry]:
    """Add one entry per (row, about, details), in the same few statements however many there are.

    What it returns is not of the session: the rows are written already.

    `keys` are `subject_keys` of the people, where an operation fetched them before it took a lock.
    """
    db.session.flush()  # a new row has its id only now
    texts, at = [_text(facts) for *_, facts in changes], clock.now()
    entries = [
        JournalEntry(
            at=at,
            actor_id=actor.person_id,
            deed=deed,
            noun=row.__tablename__,
            row_id=row.id,
            about_id=about,
            digest=sha256(text.encode()).digest(),
        )
        for (row, about, _), text in zip(changes, texts, strict=True)
    ]
    if len(entries) == 1 and db.session.connection().dialect.name == "postgresql":
        _write_at_once(entries[0], texts[0], keys)
    elif entries:
        _write(entries, texts, keys)
    info = db.session.info
    info["journalled"] = info.get("journalled", 0) + len(entries)
    return entries


COLUMNS = ("at", "actor_id", "deed", "noun", "row_id", "about_id", "digest")
# statements are made once: to make them again costs more than the database takes for them
_ENTRY = sa.insert(JournalEntry).returning(JournalEntry.id)
_DETAIL = sa.insert(JournalDetail)
_KEYS = sa.select(SubjectKey.person_id, SubjectKey.sealed).where(
    SubjectKey.person_id.in_(sa.bindparam("people", expanding=True))
)


def _new(name: str, type_: "sa.types.TypeEngine[Any]") -> "sa.Cast[Any]":
    return sa.cast(sa.bindparam(f"new_{name}", type_=type_), type_)  # it may be NULL


_FACTS = {name: _new(name, JournalEntry.__table__.c[name].type) for name in COLUMNS}
_KEY = _new("key", sa.LargeBinary())
_IS_STILL_THE_KEY = _KEY.is_(None) | sa.exists().where(
    SubjectKey.person_id == _FACTS["about_id"], SubjectKey.sealed == _KEY
)
_NEW = _ENTRY.from_select(COLUMNS, sa.select(*_FACTS.values()).where(_IS_STILL_THE_KEY)).cte(
    "entry"
)
_ENTRY_AND_DETAIL = _DETAIL.from_select(
    ["entry_id", "sealed"],
    sa.select(_NEW.c.id, _new("sealed", sa.LargeBinary())),
).returning(JournalDetail.entry_id)


def _write(entries: list[JournalEntry], texts: list[str], keys: dict[int, bytes] | None) -> None:
    """Write entries and their details, each in one statement."""
    connection = db.session.connection()
    new = [{name: getattr(entry, name) for name in COLUMNS} for entry in entries]
    # the rows of one statement are numbered in their order
    ids = sorted(connection.execute(_ENTRY, new).scalars())
    keys = _with_all({entry.about_id for entry in entries if entry.about_id is not None}, keys)
    for entry, number in zip(entries, ids, strict=True):
        entry.id = number
    details = [
        {"entry_id": entry.id, "sealed": _sealed(entry, text, keys.get(entry.about_id or 0))}
        for entry, text in zip(entries, texts, strict=True)
    ]
    connection.execute(_DETAIL, details)


_last_seen: dict[int, bytes] = {}  # people's keys as their rows have them; see `known_keys`
SEEN = 4096


def _write_at_once(entry: JournalEntry, text: str, keys: dict[int, bytes] | None) -> None:
    """Write an entry and its details in one statement of PostgreSQL.

    A round trip is what costs there. So the person's key is the one that was last seen, and the
    statement writes only while it is the key still: never with one that was destroyed since.
    """
    about = entry.about_id
    wrapped = None if keys or about is None else _last_seen.get(about)
    if wrapped and _written(entry, _sealed(entry, text, _unwrapped(wrapped)), wrapped):
        return
    keys = _with_all({about} if about is not None else set(), keys)
    _written(entry, _sealed(entry, text, keys.get(about or 0)), None)


def _with_all(people: set[int], keys: dict[int, bytes] | None) -> dict[int, bytes]:
    """The keys that were handed over, with those of who is not among them.

    Without a key of the person's own, deleting it would leave the details readable for good.
    """
    keys = keys or {}
    return keys | subject_keys(people - keys.keys())


def _written(entry: JournalEntry, sealed: bytes, wrapped: bytes | None) -> bool:
    new = {f"new_{name}": getattr(entry, name) for name in COLUMNS}
    new |= {"new_sealed": sealed, "new_key": wrapped}
    number = db.session.connection().execute(_ENTRY_AND_DETAIL, new).scalar()
    if number is not None:
        entry.id = number
    return number is not None


def _sealed(entry: JournalEntry, text: str, key: bytes | None) -> bytes:
    return crypto.seal(text, key=key, bound=_binding(entry))


def open_details(entry: "JournalEntry | sa.Row[Any]", sealed: bytes, key: bytes | None) -> str:
    """Open an entry's details. Raises InvalidTag where they are not what was written with it."""
    try:
        return crypto.unseal(sealed, key=key, bound=_binding(entry))
    except InvalidTag:  # until the end of 2026 they were bound to the entry's number as well
        return crypto.unseal(sealed, key=key, bound=canonical(entry))


def _text(facts: dict[str, object]) -> str:
    salt = urlsafe_b64encode(os.urandom(SALT_BYTES)).decode()
    return json.dumps({"salt": salt, **facts}, ensure_ascii=False, sort_keys=True, default=str)


def canonical(entry: "JournalEntry | sa.Row[Any]") -> bytes:
    """What must never be altered of an entry, in the one form that its leaf is hashed from.

    Never change it: every seal ever written was made over it.
    """
    return _canonical(entry, entry.id)


def _binding(entry: "JournalEntry | sa.Row[Any]") -> bytes:
    """What an entry's details open beside: all but its number, which is not known as they are made.

    No two entries have it in common, since the digest is salted.
    """
    return _canonical(entry, None)


def _canonical(entry: "JournalEntry | sa.Row[Any]", number: int | None) -> bytes:
    facts = (
        number,
        entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        entry.actor_id,
        entry.deed,
        entry.noun,
        entry.row_id,
        entry.about_id,
        entry.digest.hex(),
    )
    return json.dumps(facts, separators=(",", ":")).encode()


def details_of(entry: JournalEntry) -> dict[str, object] | None:
    """Return what an entry says, or None once the person's key is gone or somebody altered it."""
    return details_of_all([entry]).get(entry.id)


def details_of_all(
    entries: Sequence["JournalEntry | sa.Row[Any]"],
) -> dict[int, dict[str, object] | None]:
    """What these entries say, by id, in two statements; None for what was altered.

    Altered details do not open. Those whose person's key is gone are left out.
    """
    mine = JournalDetail.entry_id.in_([entry.id for entry in entries])
    chosen = sa.select(JournalDetail.entry_id, JournalDetail.sealed).where(mine)
    sealed = {row.entry_id: row.sealed for row in db.session.execute(chosen)}
    keys = known_keys({entry.about_id for entry in entries if entry.about_id is not None})
    return {
        entry.id: _opened(entry, sealed[entry.id], keys.get(entry.about_id or 0))
        for entry in entries
        if entry.id in sealed and (entry.about_id is None or entry.about_id in keys)
    }


def _opened(
    entry: "JournalEntry | sa.Row[Any]", sealed: bytes, key: bytes | None
) -> dict[str, object] | None:
    try:
        text = open_details(entry, sealed, key)
    except InvalidTag:  # `auditing` names it; a page is read all the same
        return None
    facts: dict[str, object] = json.loads(text)
    facts.pop("salt")
    return facts


def subject_keys(people: set[int]) -> dict[int, bytes]:
    """The key of each person's details; who has none yet is given one."""
    return _completed(known_keys(people), people)


def destroy_key(person_id: int) -> None:
    """Make all that was ever said about a person unreadable, for good, and forget how it was."""
    subject_keys({person_id})  # so that there is a row
    mine = SubjectKey.person_id == person_id
    db.session.execute(sa.update(SubjectKey).where(mine).values(sealed=b""))
    _unwrapped.cache_clear()
    _last_seen.pop(person_id, None)


def is_destroyed(person_id: int) -> bool:
    mine = (SubjectKey.person_id == person_id) & (SubjectKey.sealed == b"")
    return bool(db.session.scalar(sa.select(sa.exists().where(mine))))


def _completed(known: dict[int, bytes], people: set[int]) -> dict[int, bytes]:
    missing = sorted(people - known.keys())
    if not missing:
        return known
    new = [
        {"person_id": person_id, "sealed": crypto.seal(urlsafe_b64encode(key).decode())}
        for person_id in missing
        for key in [os.urandom(crypto.KEY_BYTES)]
    ]
    insert_or_leave(SubjectKey, new)  # two requests about a newcomer: both go on with one key
    # of whom was erased, whatever is still said is sealed with a key that nobody keeps
    thrown_away = {person_id: os.urandom(crypto.KEY_BYTES) for person_id in missing}
    return known | thrown_away | known_keys(set(missing))


def known_keys(people: set[int]) -> dict[int, bytes]:
    """The keys that are there; who was erased, or never spoken of, has none."""
    if not people:
        return {}
    rows = db.session.connection().execute(_KEYS, {"people": sorted(people)})
    wrapped = {person_id: sealed for person_id, sealed in rows if sealed}
    for person_id in people - wrapped.keys():
        _last_seen.pop(person_id, None)  # destroyed, maybe by another process
    if len(_last_seen) + len(wrapped) > SEEN:
        _last_seen.clear()
    if len(wrapped) <= SEEN:
        _last_seen.update(wrapped)
    return {person_id: _unwrapped(sealed) for person_id, sealed in wrapped.items()}


@lru_cache(maxsize=1024)
def _unwrapped(wrapped: bytes) -> bytes:
    """Open a key. It is found only by what the database holds now: an erased one never again."""
    return urlsafe_b64decode(crypto.unseal(wrapped))


def watch(session: type[Session] | object) -> None:
    """Count changed rows per session; `operation` compares them with the entries written."""

    @sa.event.listens_for(session, "before_flush")
    def count(session: Session, _: object, __: object) -> None:
        own = (JournalEntry, JournalDetail, SubjectKey)
        changed = [r for r in (*session.new, *session.deleted) if not isinstance(r, own)]
        changed += [r for r in session.dirty if not isinstance(r, own) and session.is_modified(r)]
        session.info["changed"] = session.info.get("changed", 0) + len(changed)
