"""What was kept long enough, proposed by the worker row by row until somebody decides.

Stands below the inventory of personal data, by which a person's proposals go with the person; what
is done with them is the noun `retention`.
"""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.roles import Actor, Reach
from college.core.text import say
from college.people.persons.models import Person


class DueKind(StrEnum):
    SIGN_UPS = "sign_ups"
    ROSTERS = "rosters"
    RESULTS = "results"
    LISTS = "lists"
    LETTERS = "letters"
    INVITATIONS = "invitations"
    LOOKS = "looks"
    PEOPLE = "people"

    @property
    def label(self) -> str:
        return {
            "sign_ups": say("Registrations that were turned down"),
            "rosters": say("Sheets of rosters"),
            "results": say("Sheets of exam results"),
            "lists": say("Official lists of candidates"),
            "letters": say("Letters to who is not on record"),
            "invitations": say("Invitations that are over"),
            "looks": say("Who opened whose page"),
            "people": say("People without any tie to the college"),
        }[self]

    @property
    def setting(self) -> str:
        """By which setting it is kept as long as it is."""
        return {
            "sign_ups": "COLLEGE_KEEP_DECLINED_SIGN_UPS_DAYS",
            "rosters": "COLLEGE_KEEP_SHEETS_DAYS",
            "results": "COLLEGE_KEEP_SHEETS_DAYS",
            "lists": "COLLEGE_KEEP_SHEETS_DAYS",
            "letters": "COLLEGE_KEEP_LETTERS_DAYS",
            "invitations": "COLLEGE_KEEP_INVITATIONS_DAYS",
            "looks": "COLLEGE_KEEP_LOOKS_DAYS",
            "people": "COLLEGE_KEEP_IDLE_PEOPLE_YEARS",
        }[self]

    @property
    def what_goes(self) -> str:
        return {
            "sign_ups": say("What was typed by whom the college did not take in."),
            "rosters": say(
                "The files and what was found in them, full of ID numbers; imported or not. What "
                "was imported stays, and so does the line that there was such an import."
            ),
            "results": say(
                "The files and what was found in them, full of ID numbers; imported or not. What "
                "was imported stays, and so does the line that there was such an import."
            ),
            "lists": say(
                "The files and what was found in them, full of ID numbers; imported or not. The "
                "steps that were noted stay, and so does the fingerprint of the file that shows "
                "them."
            ),
            "letters": say("The words and the address of answers to registrations."),
            "invitations": say("Codes that were used, withdrawn or ran out."),
            "looks": say("Notes of who opened a person's page or photo."),
            "people": say(
                "No post, class, sign-in or other deed since, and no qualification, exam result "
                "or certificate at all. Each is decided by you."
            ),
        }[self]


class ProposalRound(Base):
    """One look of the worker that found something new; it is told of once, when `told_at` is set.

    `found`: how many were proposed; `dropped`: how many were due no more, or gone by another way.
    """

    __tablename__ = "proposal_round"
    __table_args__ = (sa.CheckConstraint("found >= 0 AND dropped >= 0", "counts_up"),)
    unversioned = "the worker's own, under its lock"

    looked_at: Mapped[datetime] = mapped_column(default=clock.now)
    found: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    told_at: Mapped[datetime | None]

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.false()  # administrators alone


class Proposal(Base):
    """That the row `row_id` of one kind go: due since `due_at`, as it was kept for `days`.

    There is one for a row, until it is gone. `kept_until`: somebody decided, for a `reason`, that
    it stays for now; from that day on it is proposed again, by a later round.
    """

    __tablename__ = "proposal"
    __table_args__ = (
        sa.UniqueConstraint("kind", "row_id"),
        sa.CheckConstraint("days > 0", "kept_for_some_time"),
        sa.CheckConstraint("(kept_until IS NULL) = (reason = '')", "kept_for_a_reason"),
        sa.CheckConstraint("(kept_until IS NULL) = (decided_at IS NULL)", "kept_by_decision"),
    )
    unversioned = "decided under lock; the last decision counts, and the journal has each"

    kind: Mapped[DueKind] = mapped_column(stored_as_text(DueKind))
    row_id: Mapped[int]
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id), index=True)  # whom
    due_at: Mapped[datetime | None]  # None: nobody knows since when
    days: Mapped[int]
    round_id: Mapped[int] = mapped_column(sa.ForeignKey(ProposalRound.id), index=True)
    kept_until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(sa.String(200), default="")
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    decided_at: Mapped[datetime | None]

    person: Mapped[Person | None] = relationship(foreign_keys=person_id, lazy="raise_on_sql")
    decided_by: Mapped[Person | None] = relationship(
        foreign_keys=decided_by_id, lazy="raise_on_sql"
    )

    @classmethod
    def waits(cls) -> sa.ColumnElement[bool]:
        """Those about which somebody has to decide."""
        return cls.kept_until.is_(None)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.false()  # administrators alone
