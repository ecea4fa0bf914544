"""A batch: the certificates of one run, checked, approved and issued together."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.certs.designs.models import CertificateKind, Design
from college.core import clock
from college.core.db import Base, FileHash, stored_as_text
from college.core.text import Remark, say
from college.core.versions import Versioned
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun
from college.people.persons.models import Person


class BatchState(StrEnum):
    PREVIEW = "preview"
    APPROVED = "approved"
    ISSUING = "issuing"
    ISSUED = "issued"

    @property
    def label(self) -> str:
        return {
            "preview": say("Being checked"),
            "approved": say("Approved"),
            "issuing": say("Being issued"),
            "issued": say("Issued"),
        }[self]


BATCH_MOVES = {
    BatchState.PREVIEW: frozenset({BatchState.APPROVED}),
    # approval is void once the list or the date is made anew
    BatchState.APPROVED: frozenset({BatchState.ISSUING, BatchState.PREVIEW}),
    BatchState.ISSUING: frozenset({BatchState.ISSUED}),
    # who was stopped comes into the next batch; who has a number already is drawn again in this one
    BatchState.ISSUED: frozenset({BatchState.ISSUING}),
}


class EntryState(StrEnum):
    WAITING = "waiting"
    NUMBERED = "numbered"
    ISSUED = "issued"
    STOPPED = "stopped"

    @property
    def label(self) -> str:
        return {
            "waiting": say("Waiting"),
            "numbered": say("Being drawn"),
            "issued": say("Issued"),
            "stopped": say("Stopped"),
        }[self]


ENTRY_MOVES = {
    EntryState.WAITING: frozenset({EntryState.NUMBERED, EntryState.STOPPED}),
    EntryState.NUMBERED: frozenset({EntryState.ISSUED, EntryState.STOPPED}),
    EntryState.ISSUED: frozenset[EntryState](),
    # with a number it goes on where it stood, without one from the beginning
    EntryState.STOPPED: frozenset({EntryState.WAITING, EntryState.NUMBERED}),
}


UNSETTLED = frozenset(EntryState) - {EntryState.ISSUED}


class Problem(StrEnum):
    """Why one person's paper cannot be printed; the others are issued all the same."""

    MISSING_GLYPH = "missing_glyph"
    TEXT_TOO_LONG = "text_too_long"
    ID_MISSING = "id_missing"
    DESIGN_FAULTY = "design_faulty"
    DRAWING_FAILED = "drawing_failed"
    ALREADY_HELD = "already_held"
    NOT_ENTITLED = "not_entitled"

    @property
    def label(self) -> str:
        return {
            "missing_glyph": say(
                "The name holds %(characters)s, which no installed typeface can print. "
                "Check the character; if it is right, install a typeface that has it."
            ),
            "text_too_long": say(
                "Name and class title do not fit on the paper together. Shorten the class title."
            ),
            "id_missing": say(
                "No ID number is recorded, and the paper names its last four characters. Record it."
            ),
            "design_faulty": say("The design cannot be printed: %(reason)s. Mend the design."),
            "drawing_failed": say(
                "The paper could not be drawn (%(reason)s). Have it drawn again; if it stays so, "
                "tell whoever runs the server."
            ),
            "already_held": say("Holds certificate %(number)s from this class already."),
            "not_entitled": say("No longer counts as completed."),
        }[self]


class IssueBatch(Versioned, Base):
    """`preview_pdf` and `print_pdf` are hashes of stored files, "" until the worker made them."""

    __tablename__ = "issue_batch"
    __table_args__ = (
        sa.Index(
            "uq_issue_batch_unissued",
            "run_id",
            "kind",
            unique=True,
            sqlite_where=sa.text("state != 'issued'"),
            postgresql_where=sa.text("state != 'issued'"),
        ),
    )

    run_id: Mapped[int] = mapped_column(sa.ForeignKey(CourseRun.id), index=True)
    kind: Mapped[CertificateKind] = mapped_column(stored_as_text(CertificateKind))
    design_id: Mapped[int] = mapped_column(sa.ForeignKey(Design.id))
    state: Mapped[BatchState] = mapped_column(
        stored_as_text(BatchState), default=BatchState.PREVIEW
    )
    issue_on: Mapped[date]
    opened_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    approved_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    approved_at: Mapped[datetime | None]
    issued_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    preview_pdf: Mapped[str] = mapped_column(FileHash(), default="")
    preview_png: Mapped[str] = mapped_column(FileHash(), default="")
    print_pdf: Mapped[str] = mapped_column(FileHash(), default="")
    printed_at: Mapped[datetime | None]  # when the print file was put together

    run: Mapped[CourseRun] = relationship(lazy="joined", innerjoin=True)
    design: Mapped[Design] = relationship(lazy="raise_on_sql")
    opened_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=opened_by_id)
    approved_by: Mapped[Person | None] = relationship(
        lazy="raise_on_sql", foreign_keys=approved_by_id
    )
    issued_by: Mapped[Person | None] = relationship(lazy="raise_on_sql", foreign_keys=issued_by_id)
    entries: Mapped[list["BatchEntry"]] = relationship(
        back_populates="batch", lazy="raise_on_sql", order_by="BatchEntry.position"
    )

    @property
    def is_open_to_change(self) -> bool:
        """Nothing has a number yet: the list and the date can still be made anew."""
        return self.state in {BatchState.PREVIEW, BatchState.APPROVED}


class BatchEntry(Base):
    """One person's turn in a batch. `problem` is {code: a Problem, **facts} when it stopped."""

    __tablename__ = "batch_entry"
    unversioned = "moves by its state, under the lock of its batch"
    __table_args__ = (
        sa.UniqueConstraint("batch_id", "enrolment_id"),
        sa.UniqueConstraint("batch_id", "position"),
        sa.Index(
            "ix_batch_entry_unsettled",
            "batch_id",
            sqlite_where=sa.text("state IN ('numbered', 'stopped', 'waiting')"),
            postgresql_where=sa.text("state IN ('numbered', 'stopped', 'waiting')"),
        ),
    )

    batch_id: Mapped[int] = mapped_column(sa.ForeignKey(IssueBatch.id))
    enrolment_id: Mapped[int] = mapped_column(sa.ForeignKey(Enrolment.id), index=True)
    position: Mapped[int]
    state: Mapped[EntryState] = mapped_column(
        stored_as_text(EntryState), default=EntryState.WAITING
    )
    problem: Mapped[dict[str, Any]] = mapped_column(sa.JSON, default=dict)

    batch: Mapped[IssueBatch] = relationship(back_populates="entries", lazy="raise_on_sql")
    enrolment: Mapped[Enrolment] = relationship(lazy="raise_on_sql")

    @property
    def remark(self) -> Remark | None:
        """Why it stopped, for the reader."""
        facts = dict(self.problem)
        return Remark(Problem(facts.pop("code")).label, facts) if facts else None
