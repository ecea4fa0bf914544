"""What people are told about their data and agree to: texts by versions, and who said yes to which.

PIPL art. 13–17 (basis, consent, notice) and 28–29 (separate consent for what is sensitive). A text
is never edited once it is published: a new version takes its place.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base, FileHash, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.people.persons.models import Person


class ConsentKind(StrEnum):
    PRIVACY = "privacy"
    ID_NUMBER = "id_number"
    PHOTO = "photo"

    @property
    def label(self) -> str:
        return {
            "privacy": say("Privacy notice"),
            "id_number": say("Separate consent: ID number"),
            "photo": say("Separate consent: photo"),
        }[self]

    @property
    def is_separate(self) -> bool:
        """Given for one thing alone, and withdrawn without leaving (PIPL art. 14, 15, 29)."""
        return self is not ConsentKind.PRIVACY

    @property
    def what_follows(self) -> str:
        """What happens at once when it is withdrawn, and what stays all the same."""
        return {
            "privacy": say("Without it the college may not keep your data: ask for its deletion."),
            "id_number": say(
                "Your ID number is taken off your record at once, and with it the date of birth "
                "that was read from it. "
                "Official exam results can then no longer be assigned to you, and new papers bear "
                "no digits of it. Certificates that were issued keep the last four digits that "
                "are printed on them: they must stay checkable."
            ),
            "photo": say(
                "Your photo is deleted, and nobody puts another on record until you agree again. "
                "Papers that bear it already stay as they were printed."
            ),
        }[self]


class ConsentWay(StrEnum):
    REGISTRATION = "registration"
    ASKED = "asked"
    OWN_PAGE = "own_page"
    UPLOAD = "upload"
    PAPER = "paper"

    @property
    def label(self) -> str:
        return {
            "registration": say("when registering"),
            "asked": say("when asked after sign-in"),
            "own_page": say("on the page “My data”"),
            "upload": say("when uploading the photo"),
            "paper": say("on paper"),
        }[self]


class ConsentText(Base):
    """One version of one text. `renews`: those who agreed to an older one must be asked anew.

    That is so where purpose, way or kinds of data change (PIPL art. 14); a clearer sentence needs
    no new yes. Without `published_by_id` it came with the software.
    """

    __tablename__ = "consent_text"
    __table_args__ = (
        sa.UniqueConstraint("kind", "edition"),
        sa.CheckConstraint("edition >= 1", "counts_up"),
    )
    unversioned: ClassVar[str] = "never changed once it is published"

    kind: Mapped[ConsentKind] = mapped_column(stored_as_text(ConsentKind))
    edition: Mapped[int]
    title: Mapped[str] = mapped_column(sa.String(100))
    title_en: Mapped[str] = mapped_column(sa.String(200))
    text: Mapped[str] = mapped_column(sa.Text)
    text_en: Mapped[str] = mapped_column(sa.Text)
    renews: Mapped[bool]
    from_on: Mapped[date]
    published_at: Mapped[datetime] = mapped_column(default=clock.now)
    published_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey(Person.id))

    published_by: Mapped[Person | None] = relationship(lazy="raise_on_sql")

    @property
    def code(self) -> str:
        """By which a registration names it before anybody is on record."""
        return f"{self.kind.value}-{self.edition}"

    @property
    def is_in_future(self) -> bool:
        return self.from_on > clock.today()

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        """What everybody may read belongs to nobody; the list of them is the office's."""
        return sa.false()


class Consent(Base):
    """That a person said yes to a text, when and by which way; and when they took it back.

    On paper: the day beside the signature, who took the paper, and maybe a scan of it.
    """

    __tablename__ = "consent"
    __table_args__ = (
        sa.Index(
            "uq_consent_given",
            "person_id",
            "text_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
        sa.CheckConstraint(
            "withdrawn_at IS NULL OR withdrawn_at >= given_at", "given_before_withdrawn"
        ),
        sa.CheckConstraint("(way = 'paper') = (signed_on IS NOT NULL)", "signed_on_paper"),
        sa.CheckConstraint("way = 'paper' OR (taken_by = '' AND scan_sha256 = '')", "paper_alone"),
    )
    unversioned: ClassVar[str] = "it is given once and taken back once"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    text_id: Mapped[int] = mapped_column(sa.ForeignKey(ConsentText.id), index=True)
    way: Mapped[ConsentWay] = mapped_column(stored_as_text(ConsentWay))
    given_at: Mapped[datetime] = mapped_column(default=clock.now)
    withdrawn_at: Mapped[datetime | None]
    signed_on: Mapped[date | None]
    taken_by: Mapped[str] = mapped_column(sa.String(100), default="")
    scan_sha256: Mapped[str] = mapped_column(FileHash(), default="")

    text: Mapped[ConsentText] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[Person] = relationship(lazy="raise_on_sql")

    @property
    def is_given(self) -> bool:
        return self.withdrawn_at is None

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE and actor.person_id is not None:
            return cls.person_id == actor.person_id
        return sa.false()
