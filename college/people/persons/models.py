"""A person: one human being, known once, whatever roles they hold."""

from datetime import date
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from college.core import clock
from college.core.db import Base, FileHash, stored_as_text
from college.core.roles import Actor, Reach, Scope
from college.core.versions import Versioned
from college.people.persons.identity import IdType
from college.people.persons.names import folded
from college.stations.units.models import Unit

if TYPE_CHECKING:
    from college.people.employment.models import Employment


class Person(Versioned, Base):
    """Numbers are stored three times: sealed to keep, keyed hash to find, masked to show.

    `search_text` is what `searchable` says of the rest; `has_own_pinyin`: somebody corrected it.
    """

    __tablename__ = "person"
    __table_args__ = (
        sa.UniqueConstraint("id_type", "id_number_key"),
        # holds all that a search reads: no row is fetched that it does not show
        sa.Index("ix_person_search", "sort_key", "id", "search_text"),
    )

    full_name: Mapped[str] = mapped_column(sa.String(100))
    sort_key: Mapped[str] = mapped_column(sa.String(200), default="")
    initials: Mapped[str] = mapped_column(sa.String(60), default="")
    has_own_pinyin: Mapped[bool] = mapped_column(default=False)
    search_text: Mapped[str] = mapped_column(sa.String(500), default="")
    id_type: Mapped[IdType | None] = mapped_column(stored_as_text(IdType))
    id_number_sealed: Mapped[bytes | None]
    id_number_key: Mapped[str | None] = mapped_column(sa.String(64))
    id_number_masked: Mapped[str] = mapped_column(sa.String(24), default="")
    phone_sealed: Mapped[bytes | None]
    phone_key: Mapped[str | None] = mapped_column(sa.String(64), index=True)
    phone_masked: Mapped[str] = mapped_column(sa.String(24), default="")
    email: Mapped[str] = mapped_column(sa.String(254), default="", index=True)
    born_on: Mapped[date | None]
    photo_sha256: Mapped[str] = mapped_column(FileHash, default="")
    is_demo: Mapped[bool] = mapped_column(default=False)
    # turned out to be the same as another: all that hung on this one is the other's
    merged_into_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)

    employments: Mapped[list["Employment"]] = relationship(
        primaryjoin="(Person.id == Employment.person_id) & Employment.superseded_at.is_(None)",
        lazy="raise_on_sql",
        viewonly=True,
        order_by="Employment.from_on, Employment.id",
    )

    @validates("email")
    def plain_email(self, _: str, typed: str) -> str:
        """Stored as it is looked for: whoever signs in by it may type capitals."""
        return typed.strip().lower()

    @classmethod
    def stands(cls) -> sa.ColumnElement[bool]:
        """Those who are a person of their own, not a pointer to whom they were merged into."""
        return cls.merged_into_id.is_(None)

    def __repr__(self) -> str:
        return f"<Person {self.id} {self.full_name[:1]}＊>"

    @property
    def id_tail(self) -> str:
        """Last four of the number, the only part that a certificate prints."""
        return self.id_number_masked[-4:]

    @property
    def searchable(self) -> str:
        """Name, pinyin, initials, last four of number and phone, as `folded` writes them."""
        tails = [text[-4:].strip("*").lower() for text in (self.id_tail, self.phone_masked)]
        known = [folded(self.full_name)[:200], folded(self.sort_key), folded(self.initials)]
        return " ".join(known + [tail for tail in tails if tail])

    @classmethod
    def within(cls, reach: Reach, actor: Actor) -> sa.ColumnElement[bool]:
        if reach.scope is Scope.MINE:
            return cls.id == actor.person_id
        if reach.scope is Scope.UNIT:
            post = cls.employments.property.mapper.class_
            there = post.unit_id.in_(Unit.at_or_below(reach.unit_id))
            staff = sa.select(post.person_id).where(there, post.covers(clock.today()))
            # as a list, made once: asked of each person it would cost a hundred times as much
            return cls.id.in_(staff)
        return sa.false()
