"""Classes in every state that a reader may meet; 李雷 is in one and waits for another."""

from datetime import datetime, timedelta
from decimal import Decimal

from college.core import clock
from college.core.db import db
from college.core.roles import SYSTEM
from college.courses.catalogue.models import Category, Course
from college.courses.catalogue.operations import NewCourse, add_course
from college.courses.enrolments.operations import enrol, enrol_many
from college.courses.runs.models import CourseRun
from college.courses.runs.operations import NewAssessment, NewLesson, NewRun, open_run, plan_run
from college.people.persons.models import Person
from college.people.persons.operations import NewPerson, record_persons

TOPICS = [
    ("社会工作的价值观与伦理", "Values and ethics of social work"),
    ("人类行为与社会环境", "Human behaviour and the social environment"),
    ("个案工作方法", "Casework"),
    ("小组与社区工作方法", "Group and community work"),
    ("社会工作实务：儿童与老年", "Practice: children and older people"),
    ("社会工作法规与政策", "Law and policy"),
]


def courses(cast: dict[str, Person]) -> None:
    people = record_persons(
        SYSTEM, [NewPerson(full_name=f"学员{n:02d}", is_demo=True) for n in range(1, 38)]
    )
    prep = exam_prep()
    title = "2026年社会工作师考前培训班（第{}期）"
    title_en = "Exam class for social workers 2026, run {}"
    soon = planned(cast, prep, title.format(2), title_en.format(2), code="KQ-2", seats=40, days=12)
    enrol_many(SYSTEM, soon, people)
    now = planned(cast, prep, title.format(1), title_en.format(1), code="KQ-1", seats=40, days=-1)
    now.enrolment_closes_at = clock.now() + timedelta(minutes=5)
    enrol_many(SYSTEM, now, [*people[:20], cast["sugeng"], cast["lilei"]])
    now.enrolment_closes_at = clock.now() - timedelta(days=2)
    others(cast, people)
    db.session.commit()


def exam_prep() -> Course:
    return add_course(
        SYSTEM,
        NewCourse(
            code="KQ-SW",
            title="社会工作师考前培训",
            title_en="Preparing for the Social Worker exam",
            summary="面向今年参加社会工作师考试的学员，按2025年版大纲授课。",
            summary_en="For those who sit the Social Worker exam this year, by the 2025 syllabus.",
            category=Category.EXAM_PREP,
            minutes=48 * 45,
            syllabus_edition="2025",
        ),
    )


def others(cast: dict[str, Person], people: list[Person]) -> None:
    practice = course("GA", "个案工作实务", "Casework in practice", Category.PRACTICE)
    law = course(
        "FG", "社会工作法规与政策更新", "Law and policy update", Category.CONTINUING_EDUCATION
    )
    group = course(
        "DD", "督导者研修：团体督导怎么带", "Leading group supervision", Category.SUPERVISION
    )
    full = planned(cast, group, "督导者研修：团体督导怎么带", "Leading group supervision",
                   code="DD-2", seats=24, days=20)  # fmt: skip
    enrol_many(SYSTEM, full, people[:26])
    enrol(SYSTEM, full, cast["lilei"])
    mine = planned(
        cast,
        practice,
        "个案工作实务班（第4期）",
        "Casework class 4",
        code="GA-4",
        seats=30,
        days=26,
    )
    enrol_many(SYSTEM, mine, [cast["lilei"], *people[:17]])
    planned(cast, law, "社会工作法规与政策更新（2026）", "Law and policy update 2026",
            code="FG-1", seats=200, days=32, opens=14)  # fmt: skip
    closed = planned(cast, practice, "个案工作实务班（第3期）", "Casework class 3",
                     code="GA-3", seats=30, days=8)  # fmt: skip
    closed.enrolment_closes_at = clock.now() - timedelta(days=1)
    planned(cast, practice, "个案工作实务班（第5期）", "Casework class 5", code="GA-5",
            seats=30, days=60, is_open=False)  # fmt: skip


def course(code: str, title: str, title_en: str, category: Category) -> Course:
    new = NewCourse(
        code=code, title=title, title_en=title_en, category=category, minutes=16 * 45
    )  # fmt: skip
    return add_course(SYSTEM, new)


def planned(
    cast: dict[str, Person], course: Course, title: str, title_en: str, *,
    code: str, seats: int, days: int, opens: int = -14, is_open: bool = True,
) -> CourseRun:  # fmt: skip
    first = at_nine(days)
    run = plan_run(
        SYSTEM,
        NewRun(
            course=course,
            code=code,
            title=title,
            title_en=title_en,
            place="学院302教室与直播",
            place_en="College, Room 302, and online",
            seats=seats,
            enrolment_opens_at=clock.now() + timedelta(days=opens),
            enrolment_closes_at=first - timedelta(hours=15),
            lessons=[
                NewLesson(
                    title=zh,
                    title_en=en,
                    starts_at=first + timedelta(days=n // 2, hours=5 * (n % 2)),
                    ends_at=first + timedelta(days=n // 2, hours=5 * (n % 2) + 2, minutes=30),
                    room="直播" if n == 4 else "302教室",
                    room_en="Online" if n == 4 else "Room 302",
                    is_online=n == 4,
                    instructor=cast["hanmeimei"],
                )
                for n, (zh, en) in enumerate(TOPICS)
            ],
            assessments=[
                NewAssessment(title="实务作业", title_en="Assignment", weight_percent=40),
                NewAssessment(
                    title="模拟考试", title_en="Mock exam", weight_percent=60, pass_mark=Decimal(60)
                ),
            ],
        ),
    )
    return open_run(SYSTEM, run) if is_open else run


def at_nine(days: int) -> datetime:
    day = clock.local(clock.now()) + timedelta(days=days)
    return day.replace(hour=9, minute=0, second=0, microsecond=0)
