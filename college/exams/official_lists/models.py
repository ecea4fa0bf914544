"""One uploaded official list: who registered, has a ticket, sat, was checked or passed."""

from datetime import date
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.db import Base, stored_as_text
from college.core.row_imports import RowsImport
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.people.qualifications.models import Level


class ListKind(StrEnum):
    """In the order in which the lists of a year come."""

    REGISTERED = "registered"
    TICKETED = "ticketed"
    SAT = "sat"
    CHECKED = "checked"
    PASSED = "passed"

    @property
    def label(self) -> str:
        return {
            "registered": say("Who registered, and paid"),
            "ticketed": say("Admission tickets, rooms and seats"),
            "sat": say("Who sat and who was absent"),
            "checked": say("Outcome of the check after the exam"),
            "passed": say("Who passed"),
        }[self]


class OfficialList(RowsImport, Base):
    """`level`: of rows that name none; `on`: its own day; `rows_ready` counts candidates.

    `content_sha256` is that of the bytes as they were uploaded: what the steps name as evidence,
    kept when the file is deleted. `confirmed`: lines with a partly hidden number, and for whom
    somebody said that the line is theirs.
    """

    __tablename__ = "official_list"
    unversioned = "moves by its state, under its own lock"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCycle.id), index=True)
    kind: Mapped[ListKind] = mapped_column(stored_as_text(ListKind))
    level: Mapped[Level | None] = mapped_column(stored_as_text(Level))
    on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(120), default="")
    content_sha256: Mapped[str] = mapped_column(sa.String(64))
    confirmed: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)

    cycle: Mapped[ExamCycle] = relationship(lazy="joined", innerjoin=True)

    @property
    def evidence(self) -> str:
        """What the steps say shows them."""
        return f"{self.source or self.filename} #{self.id}"
