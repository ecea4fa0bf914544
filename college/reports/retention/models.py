"""What is kept long enough, and the clearing away that somebody ordered."""

from datetime import datetime
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
            "letters": say("Letters to who is not on record"),
            "invitations": say("Invitations that are over"),
            "looks": say("Who opened whose page"),
            "people": say("People without any tie to the college"),
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
            "letters": say("The words and the address of answers to registrations."),
            "invitations": say("Codes that were used, withdrawn or ran out."),
            "looks": say("Notes of who opened a person's page or photo."),
            "people": say(
                "No post, class, sign-in or other deed since, and no qualification, exam result "
                "or certificate at all. Each is decided by you."
            ),
        }[self]


class Clearing(Base):
    """One order to clear one kind away, carried out by the worker in steps.

    What was over `before` goes; of people only those `chosen`. `refused`: whom a rule still keeps.
    """

    __tablename__ = "clearing"
    __table_args__ = (sa.CheckConstraint("done >= 0 AND refused >= 0", "counts_up"),)
    unversioned = "moves by its job, under its own lock"

    kind: Mapped[DueKind] = mapped_column(stored_as_text(DueKind))
    before: Mapped[datetime]
    chosen: Mapped[list[int]] = mapped_column(sa.JSON, default=list)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    ordered_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))
    ordered_at: Mapped[datetime] = mapped_column(default=clock.now)
    finished_at: Mapped[datetime | None]

    ordered_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def is_over(self) -> bool:
        return self.finished_at is not None

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        return sa.false()  # administrators alone
