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
        """Its name in the reader's language: 2023年度…考试 · 山东省."""
        return self._told_apart(own(cycle, "name"), cycle)

    def year_of(self, cycle: ExamCycle) -> str:
        """The same, in short: 2023 · 山东省."""
        return self._told_apart(str(cycle.year), cycle)

    def _told_apart(self, name: str, cycle: ExamCycle) -> str:
        return f"{name} · {cycle.province}" if cycle.year in self.shared else name


def naming() -> Naming:
    """By all exams on record, listed or not: the name of one is the same on every page."""
    return Naming(years_shared())
