"""Who did what to which row when. Entries are added beside each change and never altered.

An entry says the deed and a salted digest of its details; the details stand apart, encrypted with a
key per person, so that deleting that key erases what was said about the person and nothing else.
"""

import json
import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Session, mapped_column

from college.core import clock, crypto
from college.core.db import Base, db, insert_or_leave
from college.core.roles import Actor

SALT_BYTES = 16


class JournalEntry(Base):
    __tablename__ = "journal_entry"
    __table_args__ = (sa.Index("ix_journal_entry_row", "noun", "row_id"),)

    at: Mapped[datetime] = mapped_column(default=clock.now)
    actor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    deed: Mapped[str] = mapped_column(sa.String(64))  # the operation's name
    noun: Mapped[str] = mapped_column(sa.String(64))  # the table
    row_id: Mapped[int]
    about_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    digest: Mapped[bytes] = mapped_column(sa.LargeBinary(32))


class JournalDetail(Base):
    """What an entry's digest was made of, encrypted: salt and details as JSON."""

    __tablename__ = "journal_detail"

    entry_id: Mapped[int] = mapped_column(sa.ForeignKey(JournalEntry.id), unique=True)
    sealed: Mapped[bytes]


class SubjectKey(Base):
    """The key of one person's details, itself encrypted with the college's data key."""

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
    """Add one entry per (row, about, details), with two flushes however many there are.

    `keys` are `subject_keys` of the people, where an operation fetched them before it took a lock.
    """
    db.session.flush()  # a new row has its id only now
    entries, details = [], []
    for row, about, facts in changes:
        salt = urlsafe_b64encode(os.urandom(SALT_BYTES)).decode()
        text = json.dumps({"salt": salt, **facts}, ensure_ascii=False, sort_keys=True, default=str)
        entry = JournalEntry(
            actor_id=actor.person_id,
            deed=deed,
            noun=row.__tablename__,
            row_id=row.id,
            about_id=about,
            digest=sha256(text.encode()).digest(),
        )
        entries.append(entry)
        details.append((text, about))
    db.session.add_all(entries)
    db.session.flush()
    if keys is None:
        keys = subject_keys({about for _, about in details if about is not None})
    db.session.add_all(
        JournalDetail(entry_id=entry.id, sealed=crypto.seal(text, key=keys.get(about or 0)))
        for entry, (text, about) in zip(entries, details, strict=True)
    )
    return entries


def details_of(entry: JournalEntry) -> dict[str, object] | None:
    """Return what an entry says, or None once the person's key is gone."""
    sealed = db.session.scalar(
        sa.select(JournalDetail.sealed).where(JournalDetail.entry_id == entry.id)
    )
    if sealed is None:
        return None
    key: bytes | None = None
    if entry.about_id is not None:
        wrapped = db.session.scalar(
            sa.select(SubjectKey.sealed).where(SubjectKey.person_id == entry.about_id)
        )
        if wrapped is None:
            return None
        key = urlsafe_b64decode(crypto.unseal(wrapped))
    facts: dict[str, object] = json.loads(crypto.unseal(sealed, key=key))
    facts.pop("salt")
    return facts


def subject_keys(people: set[int]) -> dict[int, bytes]:
    """The key of each person's details; who has none yet is given one."""
    known = _known_keys(people)
    missing = sorted(people - known.keys())
    if not missing:
        return known
    new = [
        {"person_id": person_id, "sealed": crypto.seal(urlsafe_b64encode(key).decode())}
        for person_id in missing
        for key in [os.urandom(crypto.KEY_BYTES)]
    ]
    insert_or_leave(SubjectKey, new)  # two requests about a newcomer: both go on with one key
    return known | _known_keys(set(missing))


def _known_keys(people: set[int]) -> dict[int, bytes]:
    chosen = sa.select(SubjectKey.person_id, SubjectKey.sealed)
    return {
        person_id: urlsafe_b64decode(crypto.unseal(wrapped))
        for person_id, wrapped in db.session.execute(chosen.where(SubjectKey.person_id.in_(people)))
    }


def watch(session: type[Session] | object) -> None:
    """Count changed rows and journal entries per session, for `operation` to compare."""

    @sa.event.listens_for(session, "before_flush")
    def count(session: Session, _: object, __: object) -> None:
        own = (JournalEntry, JournalDetail, SubjectKey)
        changed = [r for r in (*session.new, *session.deleted) if not isinstance(r, own)]
        changed += [r for r in session.dirty if not isinstance(r, own) and session.is_modified(r)]
        written = [r for r in session.new if isinstance(r, JournalEntry)]
        session.info["changed"] = session.info.get("changed", 0) + len(changed)
        session.info["journalled"] = session.info.get("journalled", 0) + len(written)
