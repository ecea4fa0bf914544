"""How the journal's deeds read: each noun says it in its `deeds.py`, and `college.deeds` has all.

A deed has sentences, the fullest first. The first whose blanks can all be filled is told: so a
sentence shrinks by itself where details were deleted, or where a reader may not know them.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import EnumType
from typing import Any

import sqlalchemy as sa

from college.core.db import Base
from college.core.roles import Can
from college.core.text import Remark, say

Facts = Mapping[str, object]
Rows = sa.Select[*tuple[Any, ...]]
BLANK = re.compile(r"%\((\w+)\)s")
ALWAYS_KNOWN = frozenset({"who", "n"})


@dataclass(frozen=True, slots=True)
class Sentence:
    """It fits where every blank can be filled and the facts of `when` are so."""

    text: str
    when: Facts = field(default_factory=dict)

    @property
    def blanks(self) -> set[str]:
        return set(BLANK.findall(self.text))

    def fits(self, facts: Facts) -> bool:
        is_filled = all(facts.get(blank) not in (None, "") for blank in self.blanks)
        return is_filled and all(facts.get(name) == value for name, value in self.when.items())


def when(text: str, **facts: object) -> Sentence:
    return Sentence(text, facts)


@dataclass(frozen=True, slots=True)
class Deed:
    """What readers are told of one deed.

    `told`: the last needs nothing but `who` and says no more than is certain. `many`: for `n` of
    them by one person on one day, by what they have in common; the last needs `who` and `n`.
    `each`: the same, where everybody did it for themselves, with `n` alone. `see`: who may read of
    it, if not whoever may read of the noun's other deeds.
    """

    told: tuple[Sentence, ...]
    many: tuple[Sentence, ...] = ()
    each: str = ""
    see: Can | None = None


def deed(
    *told: str | Sentence, many: str | Sequence[str] = (), each: str = "", see: Can | None = None
) -> Deed:
    several = [many] if isinstance(many, str) else many
    sentences = (one if isinstance(one, Sentence) else Sentence(one) for one in told)
    return Deed(tuple(sentences), tuple(map(Sentence, several)), each, see)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noun:
    """The deeds done to the rows of one table, and what those rows are called.

    `named` selects `id` and, as columns with labels, what the sentences call a row by; a name kept
    twice comes as `run` and `run_en`. Of these, `titles` stand in quotation marks, and `said` are
    words of ours. On the row's own timeline it is called as `here` says. `inside`: the rows on
    whose timeline these belong too, by the column of `named`'s joins that holds their id. `see`:
    who may read of a row; with `of_person` that is asked of the person concerned. `values`: who may
    read what was typed, if not the same. `reads`: what the texts of the encrypted details were.
    """

    model: type[Base]
    see: Can
    deeds: Mapping[str, Deed]
    named: Rows
    inside: Mapping[type[Base], sa.SQLColumnExpression[int]] = field(default_factory=dict)
    titles: Sequence[str] = ()
    said: Sequence[str] = ()
    here: Mapping[str, str] = field(default_factory=dict)
    of_person: bool = False
    values: Can | None = None
    reads: Mapping[str, Callable[[str], object]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.model.__tablename__)

    def by_sight(self) -> Mapping[Can, frozenset[str] | None]:
        """Who may read which deeds; None: all but those that have a line of their own."""
        apart: dict[Can, frozenset[str] | None] = {self.see: None}
        for can in {one.see for one in self.deeds.values() if one.see is not None}:
            apart[can] = frozenset(name for name, one in self.deeds.items() if one.see is can)
        return apart

    def names(self, found: Facts) -> Facts:
        """What the sentences call a row of `named`, or several by what they have in common."""
        plain = dict(found)
        for name in self.titles:
            if plain.get(name):
                both = {"title": plain[name], "title_en": plain.pop(f"{name}_en", "")}
                plain[name] = Remark(say("“%(title)s”"), both)
        return plain | {name: Remark(str(plain[name])) for name in self.said if plain.get(name)}

    def read(self, details: Facts) -> Facts:
        return {
            name: _as(self.reads[name], value) if name in self.reads and value else value
            for name, value in details.items()
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a timeline: the days before one, or the `page`th part of one, one by one."""

    before: date | None = None
    on: date | None = None
    page: int = 1

    @property
    def is_newest(self) -> bool:
        return self.before is None and self.on is None


NOUNS: dict[str, Noun] = {}  # filled by the factory, from the one list of them
UNTOLD = deed(say("%(who)s changed this record"))  # by an earlier release, which had a deed more


def use(nouns: Iterable[Noun]) -> None:
    NOUNS.update({noun.name: noun for noun in nouns})


def tell(told: Sequence[Sentence], facts: Facts) -> Remark:
    """The first sentence that fits, with what fills its blanks."""
    fitting = (one for one in told if one.fits(facts))
    return Remark(next(fitting, told[-1]).text, facts)


def _as(kind: Callable[[str], object], value: Any) -> object:
    """What a text was; a member of a list that has gone since stays as it was written."""
    is_gone = isinstance(kind, EnumType) and value not in list(kind)
    return value if is_gone else kind(value)


DAY, MOMENT, NUMBER = date.fromisoformat, datetime.fromisoformat, Decimal
