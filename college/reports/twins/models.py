"""Two records of one person made one, with what it takes to part them again; and who is not."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from college.core import clock
from college.core.db import Base
from college.core.roles import Actor, Reach, Scope
from college.core.text import say
from college.core.versions import Versioned
from college.people.persons.models import Person


class Part(StrEnum):
    """What of a record is chosen by itself: the two records swap it, so neither value is lost."""

    NAME = "name"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"
    PHOTO = "photo"

    @property
    def label(self) -> str:
        return {
            "name": say("Name"),
            "id_number": say("ID number and date of birth"),
            "phone": say("Phone"),
            "email": say("Mail address"),
            "photo": say("Photo"),
        }[self]


class PersonMerge(Versioned, Base):
    """`swapped`: the parts that changed places; `kept_version`: of the kept record right after."""

    __tablename__ = "person_merge"
    __table_args__ = (sa.CheckConstraint("kept_id <> gone_id", "of_two"),)

    kept_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    gone_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    swapped: Mapped[list[Any]] = mapped_column(sa.JSON, default=list)
    kept_version: Mapped[int] = mapped_column(default=0)
    merged_at: Mapped[datetime] = mapped_column(default=clock.now)
    undone_at: Mapped[datetime | None]

    kept: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=kept_id)
    gone: Mapped[Person] = relationship(lazy="raise_on_sql", foreign_keys=gone_id)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope in {Scope.MINE, Scope.UNIT}:
            return cls.kept.has(Person.within(reach, actor))
        return sa.false()


class MergedRow(Base):
    """One value that a merge changed, or counts on: then `before` and `after` are the same.

    A row that the merge itself made is noted by its `id`, which was nothing before.
    """

    __tablename__ = "merged_row"
    unversioned = "written once, with its merge"

    merge_id: Mapped[int] = mapped_column(sa.ForeignKey(PersonMerge.id), index=True)
    noun: Mapped[str] = mapped_column(sa.String(64))  # the table
    row_id: Mapped[int]
    column: Mapped[str] = mapped_column(sa.String(64))
    before: Mapped[Any] = mapped_column(sa.JSON)
    after: Mapped[Any] = mapped_column(sa.JSON)


class ToldApart(Base):
    """Two that look alike and are not the same person: they are not offered again."""

    __tablename__ = "told_apart"
    unversioned = "written once"
    __table_args__ = (
        sa.UniqueConstraint("first_id", "second_id"),
        sa.CheckConstraint("first_id < second_id", "in_order"),
    )

    first_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id))
    second_id: Mapped[int] = mapped_column(sa.ForeignKey(Person.id), index=True)
    told_at: Mapped[datetime] = mapped_column(default=clock.now)

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE:
            return (cls.first_id == actor.person_id) | (cls.second_id == actor.person_id)
        return sa.false()
