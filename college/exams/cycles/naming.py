"""How choices and titles name an exam year where two provinces held it under one name."""

from dataclasses import dataclass

from college.exams.cycles.models import ExamCycle
from college.exams.cycles.queries import years_shared
from college.web.jinja import own


@dataclass(frozen=True, slots=True)
class Naming:
    """`shared` are the years of more than one province: theirs are named with the province."""

    shared: frozenset[int]

    def of(self, cycle: ExamCycle) -> str:
        """Its name in the reader's language: 山东省 · 2023年度…考试.

        The province comes first: on a phone a choice is cut off at its end.
        """
        name = own(cycle, "name")
        return f"{cycle.province} · {name}" if cycle.year in self.shared else name

    def year_of(self, cycle: ExamCycle) -> str:
        """In short: 2023 · 山东省."""
        year = str(cycle.year)
        return f"{year} · {cycle.province}" if cycle.year in self.shared else year


def naming() -> Naming:
    """By all exams on record, listed or not: the name of one is the same on every page."""
    return Naming(years_shared())
