"""The state's e-certificate as a PDF, kept beside the level that it proves, and what its seal says.

It shows an ID number and a face: the bytes are encrypted, and whoever opens them is on record.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any, Self

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from college.core.dated import Recorded
from college.core.db import Base, FileHash, stored_as_text
from college.core.errors import NotFound
from college.core.roles import Actor, Reach, Scope
from college.core.text import say, seen
from college.people.evidence.signatures import Signature
from college.people.persons.models import Person
from college.people.qualifications.models import Level, Qualification


class Seal(StrEnum):
    """What the signatures of a file say together: the worst of them."""

    UNSIGNED = "unsigned"
    KNOWN = "known"
    UNKNOWN = "unknown"
    UNCHECKED = "unchecked"
    CHANGED = "changed"

    @property
    def label(self) -> str:
        return {
            "unsigned": say("Not signed"),
            "known": say("Signed and unchanged, issuer known"),
            "unknown": say("Signed and unchanged, issuer unknown"),
            "unchecked": say("Has a signature that we cannot check"),
            "changed": say("Changed after it was signed"),
        }[self]

    @classmethod
    def of(cls, findings: Sequence[Mapping[str, Any]], *, is_checked: bool = True) -> Self:
        """By what was found of each signature, if they could be read."""
        if not is_checked:
            return cls("unchecked")
        if not findings:
            return cls("unsigned")
        signatures = [Signature.of(finding) for finding in findings]
        if any(one.is_checked and not one.is_whole for one in signatures):
            return cls("changed")
        if not all(one.is_checked for one in signatures):
            return cls("unchecked")
        return cls("known" if all(one.is_known for one in signatures) else "unknown")


class EvidenceFile(Recorded, Base):
    """One uploaded file of a person and level, which outlives a correction of the qualification.

    `content_sha256` is the hash of the file as it was uploaded, to compare it with one at hand;
    `file_sha256` that of the encrypted bytes in the store.
    """

    __tablename__ = "evidence_file"
    unversioned = "never edited: withdrawn once, and looked at anew as a new row"
    __table_args__ = (
        sa.Index(
            "uq_evidence_file_known",
            "person_id",
            "level",
            "content_sha256",
            unique=True,
            sqlite_where=sa.text("superseded_at IS NULL"),
            postgresql_where=sa.text("superseded_at IS NULL"),
        ),
    )

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    level: Mapped[Level] = mapped_column(stored_as_text(Level))
    filename: Mapped[str] = mapped_column(sa.String(200))
    size: Mapped[int]  # bytes
    content_sha256: Mapped[str] = mapped_column(sa.String(64))
    file_sha256: Mapped[str] = mapped_column(FileHash())
    seal: Mapped[Seal] = mapped_column(stored_as_text(Seal))
    findings: Mapped[list[dict[str, Any]]] = mapped_column(sa.JSON)
    uploaded_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))

    person: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=[person_id])
    uploaded_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=[uploaded_by_id]
    )

    @validates("filename")
    def leave_out_unseen(self, _: str, name: str) -> str:
        return seen(name)

    @property
    def signatures(self) -> list[Signature]:
        return [Signature.of(finding) for finding in self.findings]

    def of(self, held: Qualification) -> Self:
        """The file itself, where it belongs to a qualification. Raises NotFound."""
        if (self.person_id, self.level) != (held.person_id, held.level):
            raise NotFound
        return self

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.person.has(Person.within(reach, actor))
        return sa.false()
