"""The calendar of the state exam as published for Inner Mongolia, 2019 to 2026."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from college.core.text import say
from college.exams.cycles.paper_times import PaperTime
from college.exams.pass_rules.models import Subject
from college.people.qualifications.models import Level

INNER_MONGOLIA = "内蒙古自治区"
RENAMED_IN = 2022  # notices said 职业水平考试 before, 职业资格考试 since


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleDates:
    """`scores_on` is None where only the month was published, others where no notice was seen."""

    year: int
    registration: tuple[date, date]
    exam: tuple[date, date]
    syllabus_edition: str
    citation: str
    registration_check_to_on: date | None = None
    payment_to_on: date | None = None
    tickets: tuple[date, date] | None = None
    scores_on: date | None = None
    paper_times: Sequence[PaperTime] = ()


def _as_in_2026(first: date, second: date) -> Sequence[PaperTime]:
    """The hours of the papers that the notice of 2026 names."""
    levels, papers = Level, Subject
    return [
        PaperTime(level=level, subject=paper, on=on, starts=time(starts), ends=ends)
        for level, paper, on, starts, ends in (
            (levels.SOCIAL_WORKER, papers.LAW_AND_POLICY, first, 14, time(16)),
            (levels.ASSISTANT, papers.COMPREHENSIVE, second, 9, time(11)),
            (levels.SOCIAL_WORKER, papers.COMPREHENSIVE, second, 9, time(11)),
            (levels.ASSISTANT, papers.PRACTICE, second, 14, time(16)),
            (levels.SOCIAL_WORKER, papers.PRACTICE, second, 14, time(16, 30)),
            (levels.SENIOR, papers.PRACTICE, second, 14, time(17)),
        )
    ]


NATIONWIDE = say(
    "Exam work notice of that year; registration as the earliest and latest day nationwide"
)
CALENDAR = (
    CycleDates(
        year=2019,
        registration=(date(2019, 3, 23), date(2019, 4, 20)),
        exam=(date(2019, 6, 22), date(2019, 6, 23)),
        syllabus_edition="2018",
        citation=NATIONWIDE,
    ),
    CycleDates(
        year=2020,
        registration=(date(2020, 8, 5), date(2020, 8, 25)),
        exam=(date(2020, 10, 31), date(2020, 11, 1)),
        syllabus_edition="2018",
        citation=NATIONWIDE,
    ),
    CycleDates(
        year=2021,
        registration=(date(2021, 8, 6), date(2021, 8, 17)),
        exam=(date(2021, 10, 16), date(2021, 10, 17)),
        syllabus_edition="2018",
        citation=say("Inner Mongolia's exam notice of 2021"),
        tickets=(date(2021, 10, 12), date(2021, 10, 15)),
    ),
    CycleDates(
        year=2022,
        registration=(date(2022, 4, 21), date(2022, 5, 6)),
        exam=(date(2022, 6, 18), date(2022, 6, 19)),
        syllabus_edition="2018",
        citation=NATIONWIDE,
    ),
    CycleDates(
        year=2023,
        registration=(date(2023, 4, 7), date(2023, 4, 21)),
        exam=(date(2023, 6, 10), date(2023, 6, 11)),
        syllabus_edition="2018",
        citation=NATIONWIDE,
        scores_on=date(2023, 8, 11),
    ),
    CycleDates(
        year=2024,
        registration=(date(2024, 4, 1), date(2024, 4, 18)),
        exam=(date(2024, 6, 15), date(2024, 6, 16)),
        syllabus_edition="2018",
        citation=NATIONWIDE,
        scores_on=date(2024, 8, 8),
    ),
    CycleDates(
        year=2025,
        registration=(date(2025, 3, 12), date(2025, 3, 23)),
        exam=(date(2025, 5, 24), date(2025, 5, 25)),
        syllabus_edition="2018",
        citation=say("Inner Mongolia's exam notice of 2025; scores came out in late July"),
        registration_check_to_on=date(2025, 3, 24),
        payment_to_on=date(2025, 3, 25),
        tickets=(date(2025, 5, 19), date(2025, 5, 25)),
    ),
    CycleDates(
        year=2026,
        registration=(date(2026, 3, 9), date(2026, 3, 22)),
        exam=(date(2026, 5, 23), date(2026, 5, 24)),
        paper_times=_as_in_2026(date(2026, 5, 23), date(2026, 5, 24)),
        syllabus_edition="2025",
        citation=say("Inner Mongolia's exam notice of 2026"),
    ),
)


def names_of(year: int) -> tuple[str, str]:
    """What an exam of a year is called, in both languages."""
    kind = "职业资格考试" if year >= RENAMED_IN else "职业水平考试"
    return f"{year}年度社会工作者{kind}", f"Social workers' qualification exam {year}"
