"""One table of the inventory, and what becomes of its rows on deletion."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from college.core.db import Base
from college.core.text import say
from college.reports.personal_data.topics import Topic
from college.reports.personal_data.whose import Mine


class Fate(StrEnum):
    KEPT = "kept"  # as it is: certificates and the law need it, or no name is in it
    EMPTIED = "emptied"  # the row stays for figures and other people's records; what tells goes
    REMOVED = "removed"

    @property
    def label(self) -> str:
        return {
            "kept": say("Stays"),
            "emptied": say("Stays without what tells who it was"),
            "removed": say("Goes"),
        }[self]


@dataclass(frozen=True, slots=True)
class Held:
    """One table. `mine`: which rows are a person's.

    `empties` is what stands in a column after the deletion; `keeps` are the columns that stay. Of a
    row that is removed no column needs to be named.
    """

    model: type[Base]
    topic: Topic
    title: str
    mine: Mine
    fate: Fate
    empties: Mapping[str, Any] = field(default_factory=dict)
    keeps: frozenset[str] = frozenset()

    @property
    def table(self) -> str:
        return str(self.model.__tablename__)
