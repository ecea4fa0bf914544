"""Which column of an uploaded sheet holds what: known by its heading, or by what was chosen before.

One `Headings` for each kind of sheet; a choice is remembered for the next sheet of that kind.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar
from unicodedata import normalize

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core.db import Base, db
from college.core.errors import RuleBroken
from college.core.sheets import heading_key
from college.core.text import say

F = TypeVar("F", bound=StrEnum)
IN_BRACKETS = re.compile(r"\([^)]*\)")
LONGEST = 120


class ColumnsUnknown(RuleBroken):
    code, field = "columns_unknown", "file"
    message = say(
        "The sheet has no column for %(columns)s. Say which one it is, or copy your rows into the "
        "template."
    )


class ColumnChosenTwice(RuleBroken):
    code, field = "column_chosen_twice", "file"
    message = say("Two columns are said to hold the same: %(column)s. Choose one of them.")


class ColumnChoice(Base):
    """Which field a heading was said to hold, remembered for the next sheet that has it."""

    __tablename__ = "column_choice"
    unversioned = "the last word counts"
    __table_args__ = (sa.UniqueConstraint("sheet", "heading"),)

    sheet: Mapped[str] = mapped_column(sa.String(32))  # the kind of sheets that it is for
    heading: Mapped[str] = mapped_column(sa.String(LONGEST))  # as `key_of` writes it
    field: Mapped[str] = mapped_column(sa.String(32))  # "" for a column to pass over


def key_of(heading: str) -> str:
    """A heading as it is recognised and remembered: without brackets, spaces and stars."""
    return IN_BRACKETS.sub("", heading_key(normalize("NFKC", heading)))[:LONGEST]


@dataclass(frozen=True)
class Headings(Generic[F]):
    """The columns of one kind of sheet; the first of each field's words is the template's."""

    sheet: str
    fields: type[F]
    words: Mapping[F, Sequence[str]]
    required: Sequence[F]
    known: frozenset[str] = field(init=False)  # as `heading_key` writes them

    def __post_init__(self) -> None:
        object.__setattr__(self, "known", frozenset(self._by_key()))

    def heading(self, one: F) -> str:
        """As the template writes it."""
        return self.words[one][0]

    def recognised(
        self, headings: Sequence[str], remembered: Mapping[str, str] | None = None
    ) -> dict[F, str]:
        """The heading of each field; what was chosen for a heading before goes first.

        Where two headings mean the same, the first counts.
        """
        found: dict[F, str] = {}
        for one, heading in self._meant(headings, remembered or {}):
            found.setdefault(one, heading)
        return found

    def recognised_here(self, headings: Sequence[str]) -> dict[F, str]:
        """As `recognised`, with what is remembered of these headings."""
        return self.recognised(headings, self.remembered(map(key_of, headings)))

    def certain_here(self, headings: Sequence[str]) -> dict[F, str]:
        """As `recognised_here`, where rows can be read by it and no two headings mean the same.

        Raises ColumnsUnknown, ColumnChosenTwice.
        """
        meant: dict[F, str] = {}
        for one, heading in self._meant(headings, self.remembered(map(key_of, headings))):
            if meant.setdefault(one, heading) != heading:
                raise ColumnChosenTwice(column=heading)
        return self.checked(meant)

    def certain_at_first(self, headings: Sequence[str], *, may_wait: bool) -> dict[F, str]:
        """As `certain_here`; none of a doubtful sheet that may wait for somebody to say it."""
        try:
            return self.certain_here(headings)
        except (ColumnsUnknown, ColumnChosenTwice):
            if not may_wait:
                raise
            return {}

    def doubtful(self, headings: Sequence[str]) -> dict[F, list[str]]:
        """The headings of each field that more than one means, as far as nobody said which."""
        meant: dict[F, list[str]] = {}
        for one, heading in self._meant(headings, self.remembered(map(key_of, headings))):
            meant.setdefault(one, []).append(heading)
        return {one: same for one, same in meant.items() if len(set(same)) > 1}

    def missing(self, columns: Mapping[F, str]) -> list[F]:
        """The fields without which no row can be read."""
        return [one for one in self.required if not columns.get(one)]

    def is_enough(self, columns: Mapping[F, str]) -> bool:
        """Whether rows can be read by these columns."""
        return not self.missing(columns)

    def checked(self, columns: Mapping[F, str]) -> dict[F, str]:
        """The columns, if rows can be read by them. Raises ColumnsUnknown, ColumnChosenTwice."""
        missing = self.missing(columns)
        if missing:
            raise ColumnsUnknown(columns="、".join(map(self.heading, missing)))
        taken = [heading for heading in columns.values() if heading]
        for heading in taken:
            if taken.count(heading) > 1:
                raise ColumnChosenTwice(column=heading)
        return {one: heading for one, heading in columns.items() if heading}

    def stored(self, columns: Mapping[F, str]) -> dict[str, str]:
        return {one.value: heading for one, heading in columns.items()}

    def read_stored(self, kept: Mapping[str, str]) -> dict[F, str]:
        return {self.fields(name): heading for name, heading in kept.items()}

    def remembered(self, keys: Iterable[str]) -> dict[str, str]:
        """What was chosen for headings (as `key_of` writes them) before."""
        return {choice.heading: choice.field for choice in self._choices(set(keys))}

    def remember(self, headings: Iterable[str], columns: Mapping[F, str]) -> None:
        """Keep a choice: each heading's field, "" for those that hold nothing of ours."""
        by_heading = {heading: one.value for one, heading in columns.items()}
        chosen: dict[str, str] = {}
        for heading in headings:  # one may stand twice, and hold something in one place alone
            key = key_of(heading)
            chosen[key] = by_heading.get(heading) or chosen.get(key, "")
        chosen.pop("", None)
        known = {choice.heading: choice for choice in self._choices(chosen)}
        for key, value in chosen.items():
            if key in known:
                known[key].field = value
            else:
                db.session.add(ColumnChoice(sheet=self.sheet, heading=key, field=value))

    def _meant(
        self, headings: Sequence[str], remembered: Mapping[str, str]
    ) -> Iterator[tuple[F, str]]:
        """What each heading holds; one that was passed over counts where no other holds the same.

        Else who once chose 考试成绩 beside 成绩 would have no marks in a sheet of the template.
        """
        by_key, given, spare = self._by_key(), set[F](), list[tuple[F, str]]()
        for heading in headings:
            key = key_of(heading)
            chosen, own = remembered.get(key), by_key.get(key)
            if chosen == "" and own is not None:
                spare.append((own, heading))
                continue
            same = (f for f in self.fields if f == chosen)
            one = own if chosen is None else next(same, None)
            if one is not None:
                given.add(one)
                yield one, heading
        yield from ((one, heading) for one, heading in spare if one not in given)

    def _by_key(self) -> dict[str, F]:
        return {heading_key(word): one for one, words in self.words.items() for word in words}

    def _choices(self, keys: Collection[str]) -> Sequence[ColumnChoice]:
        mine = (ColumnChoice.sheet == self.sheet) & ColumnChoice.heading.in_(keys)
        chosen = sa.select(ColumnChoice).where(mine)
        return db.session.scalars(chosen.order_by(ColumnChoice.id)).all()
