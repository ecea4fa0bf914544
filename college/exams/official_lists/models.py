"""One uploaded official list: who registered, has a ticket, sat, was checked or passed."""

from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core.db import Base, FileHash, stored_as_text
from college.core.imports import SheetImport
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


class OfficialList(SheetImport, Base):
    """`columns`: the heading of each field; `level`: of rows that name none; `on`: its own day.

    `content_sha256` is that of the bytes as they were uploaded: what the steps name as evidence,
    kept when the file is deleted. `rows_sha256`: the candidates to go on with, see `files`; of
    `rows_ready` of them `rows_done` are in; `late` are cells refused since the look; `confirmed`:
    lines with a partly hidden number, and for whom somebody said that the line is theirs.
    """

    __tablename__ = "official_list"
    unversioned = "moves by its state, under its own lock"

    cycle_id: Mapped[int] = mapped_column(sa.ForeignKey(ExamCycle.id), index=True)
    kind: Mapped[ListKind] = mapped_column(stored_as_text(ListKind))
    level: Mapped[Level | None] = mapped_column(stored_as_text(Level))
    on: Mapped[date]
    source: Mapped[str] = mapped_column(sa.String(120), default="")
    content_sha256: Mapped[str] = mapped_column(sa.String(64))
    columns: Mapped[dict[str, Any]] = mapped_column(sa.JSON)
    rows_sha256: Mapped[str] = mapped_column(FileHash(), default="")
    late: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    confirmed: Mapped[dict[str, str]] = mapped_column(sa.JSON, default=dict)
    rows_total: Mapped[int] = mapped_column(default=0)
    rows_changed: Mapped[int] = mapped_column(default=0)
    rows_ready: Mapped[int] = mapped_column(default=0)
    rows_done: Mapped[int] = mapped_column(default=0)

    cycle: Mapped[ExamCycle] = relationship(lazy="joined", innerjoin=True)

    @property
    def steps_done(self) -> int:
        return self.rows_done

    @property
    def evidence(self) -> str:
        """What the steps say shows them."""
        return f"{self.source or self.filename} #{self.id}"

    def forget_check(self) -> None:
        self.check_sha256 = self.rows_sha256 = ""
