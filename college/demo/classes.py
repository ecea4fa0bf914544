"""The classes of the demo college as they are planned, around today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from college.core import clock
from college.courses.runs.operations import NewAssessment
from college.demo import courses
from college.demo.cast import LECTURERS
from college.demo.courses import AFTERNOON, EVENING, MORNING, Slot, Titles, numbered

EXAM_2025, EXAM_2026 = "KQ-2025-SW-1", "KQ-2026-SW-1"
ASSISTANTS_FROM = {2024: date(2024, 4, 7), 2025: date(2025, 3, 9), 2026: date(2026, 3, 8)}
LAST_EXAM, MAY = 2026, 5  # in recent years the exam was in May
ENTITLED, TO_CLOSE, FULL, AHEAD = "GA-2026-2", "XZ-2026-1", "WB-2026-1", "DD-2026-1"
LAW_UPDATE, OLDER_PEOPLE = "FG-2026-2", "LN-2026-1"
INSTRUCTOR = "韩梅梅"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A class on paper: one lesson a day. The window is open for three weeks unless told."""

    course: str
    code: str
    title: str
    title_en: str
    seats: int
    days: Sequence[date]
    titles: Titles
    slot: Slot = MORNING
    teacher: str = INSTRUCTOR
    assessments: Sequence[NewAssessment] = ()
    opens_on: date | None = None
    closes_on: date | None = None

    @property
    def window(self) -> tuple[date, date]:
        """The first and the last day of enrolment."""
        first = self.days[0]
        return self.opens_on or first - timedelta(days=21), self.closes_on or first - timedelta(1)


def exam_2025() -> Plan:
    return Plan(
        course=courses.EXAM,
        code=EXAM_2025,
        title="社会工作师考前培训班（2025）",
        title_en="Exam class Social Worker 2025",
        seats=24,
        days=_days(date(2025, 3, 1), 12, step=7),
        titles=courses.EXAM_LESSONS,
        assessments=courses.MOCK_EXAMS,
    )


def exam_2026() -> Plan:
    return Plan(
        course=courses.EXAM,
        code=EXAM_2026,
        title="社会工作师考前培训班（2026）",
        title_en="Exam class Social Worker 2026",
        seats=30,
        days=_days(date(2026, 2, 28), 12, step=7),
        titles=courses.EXAM_LESSONS,
    )


def of_assistants(year: int) -> Plan:
    return Plan(
        course=courses.EXAM_ASSISTANT,
        code=f"KQ-{year}-AS-1",
        title=f"助理社会工作师考前培训班（{year}）",
        title_en=f"Exam class Assistant Social Worker {year}",
        seats=30,
        days=_days(ASSISTANTS_FROM[year], 6, step=7),
        titles=courses.ASSISTANT_LESSONS,
        slot=AFTERNOON,
    )


def year_ahead() -> int:
    """The year of the next exam, whose days nobody has announced."""
    today = clock.today()
    return max(LAST_EXAM + 1, today.year + (today.month > MAY))


def exam_ahead() -> Plan:
    """Began yesterday; people may still come in."""
    today = clock.today()
    return Plan(
        course=courses.EXAM,
        code=f"KQ-{year_ahead()}-SW-1",
        title="社会工作师考前培训班",
        title_en="Exam class Social Worker",
        seats=30,
        days=_days(today - timedelta(days=1), 12),
        titles=courses.EXAM_LESSONS,
        assessments=courses.MOCK_EXAMS,
        closes_on=today + timedelta(days=5),
    )


def casework() -> Plan:
    return Plan(
        course=courses.CASE,
        code=ENTITLED,
        title="个案工作实务班",
        title_en="Casework in practice",
        seats=20,
        days=_days(clock.today() - timedelta(days=33), 4, step=7),
        titles=courses.CASE_LESSONS,
        assessments=courses.CASE_REPORT,
    )


def group_work() -> Plan:
    return Plan(
        course=courses.GROUP,
        code=TO_CLOSE,
        title="小组工作实务班",
        title_en="Group work in practice",
        seats=16,
        days=_days(clock.today() - timedelta(days=16), 3, step=7),
        titles=courses.GROUP_LESSONS,
        assessments=courses.GROUP_PLAN,
    )


def child_protection() -> Plan:
    return Plan(
        course=courses.CHILD,
        code=FULL,
        title="未成年人保护工作坊",
        title_en="Child protection workshop",
        seats=12,
        days=_days(clock.today() + timedelta(days=6), 2),
        titles=numbered(2),
        slot=AFTERNOON,
        teacher=LECTURERS[0],
    )


def law_update() -> Plan:
    return Plan(
        course=courses.LAW,
        code=LAW_UPDATE,
        title="法规与政策更新研修班",
        title_en="Law and policy update",
        seats=40,
        days=_days(clock.today() + timedelta(days=12), 4),
        titles=numbered(4),
        slot=EVENING,
        teacher=LECTURERS[1],
    )


def older_people() -> Plan:
    return Plan(
        course=courses.ELDER,
        code=OLDER_PEOPLE,
        title="社区老年社会工作班",
        title_en="Social work with older people",
        seats=25,
        days=_days(clock.today() + timedelta(days=20), 3),
        titles=numbered(3),
        slot=AFTERNOON,
        teacher=LECTURERS[0],
    )


def supervision_skills() -> Plan:
    """Enrolment has not begun."""
    return Plan(
        course=courses.SUPERVISE,
        code=AHEAD,
        title="督导能力提升班",
        title_en="Supervision skills",
        seats=20,
        days=_days(clock.today() + timedelta(days=30), 5),
        titles=numbered(5),
        slot=AFTERNOON,
        teacher=LECTURERS[1],
        opens_on=clock.today() + timedelta(days=5),
    )


def _days(first: date, count: int, *, step: int = 1) -> list[date]:
    return [first + timedelta(days=step * number) for number in range(count)]
