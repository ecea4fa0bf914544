"""An exam as figures name it: one level of one cycle, and the day on which its posts count."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from college.exams.cycles.models import ExamCycle
from college.people.qualifications.models import Level
from college.reports.figures.steps import Step, steps_in


@dataclass(frozen=True, slots=True)
class Exam:
    """One level of one cycle."""

    cycle: ExamCycle
    level: Level

    @property
    def key(self) -> str:
        return f"{self.cycle.id}-{self.level.value}"

    @property
    def begins_on(self) -> date:
        """The first day of the exam, or what is known of it."""
        days = (self.cycle.exam_from_on, self.cycle.exam_to_on, self.cycle.scores_on)
        return next((day for day in days if day), date(self.cycle.year, 12, 31))

    @property
    def steps(self) -> list[Step]:
        return steps_in(self.level, self.cycle.year)

    def posts_on(self, as_of: date) -> date:
        """The day on which posts count: the exam's first, or the day asked for before it."""
        return min(self.begins_on, as_of)


def name_of(cycle: ExamCycle, among: Iterable[ExamCycle]) -> str:
    """The year of an exam, with its province where the year was held in another one too."""
    is_alone = all(one.province == cycle.province for one in among if one.year == cycle.year)
    return str(cycle.year) if is_alone else f"{cycle.year} {cycle.province}"
