"""The course list of the demo college, and what its classes are made of.

No course carries a filing number: hours count as continuing education only where the authority has
filed them, and the demo claims nothing in an authority's name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from college.core import clock
from college.courses.catalogue.models import Category
from college.courses.catalogue.operations import NewCourse
from college.courses.runs.operations import NewAssessment

EXAM_ASSISTANT, EXAM, CASE, GROUP, LAW, CHILD, ELDER, SUPERVISE = (
    "SW-EXAM-1", "SW-EXAM-2", "SW-CASE", "SW-GROUP", "SW-LAW", "SW-CHILD", "SW-ELDER",
    "SW-SUPER",
)  # fmt: skip
COURSES = (
    NewCourse(
        code=EXAM_ASSISTANT, category=Category.EXAM_PREP, minutes=1080, syllabus_edition="2025",
        title="助理社会工作师考前培训", title_en="Exam preparation: Assistant Social Worker",
        summary="按考试大纲梳理综合能力、实务两科，适合第一次准备考试的社区工作者。",
        summary_en="Comprehensive ability and practice along the syllabus; for community workers "
        "who prepare for their first exam.",
    ),
    NewCourse(
        code=EXAM, category=Category.EXAM_PREP, minutes=2160, syllabus_edition="2025",
        title="社会工作师考前培训", title_en="Exam preparation: Social Worker",
        summary="按考试大纲梳理综合能力、实务、法规与政策三科，配两次模拟考试，适合准备中级考试的在岗社工。",
        summary_en="Comprehensive ability, practice, law and policy along the syllabus, with two "
        "mock exams; for working social workers who prepare for the intermediate exam.",
    ),
    NewCourse(
        code=CASE, category=Category.PRACTICE, minutes=720,
        title="个案工作实务", title_en="Casework in practice",
        summary="从接案、预估到结案，用匿名案例练习访谈、记录和转介。",
        summary_en="From intake and assessment to closing: interviewing, recording and referral, "
        "practised on anonymous cases.",
    ),
    NewCourse(
        code=GROUP, category=Category.PRACTICE, minutes=540,
        title="小组工作实务", title_en="Group work in practice",
        summary="设计、带领和评估一个六节小组，每人至少带一节。",
        summary_en="Design, lead and evaluate a group of six sessions; everybody leads one.",
    ),
    NewCourse(
        code=LAW, category=Category.CONTINUING_EDUCATION, minutes=480,
        title="社会工作法规与政策更新", title_en="Law and policy update",
        summary="梳理一年来与社会救助、养老、未成年人保护有关的新规定，以及它们在社工站怎么用。",
        summary_en="What is new within the year on social assistance, ageing and the protection of "
        "minors, and what it means at a station.",
    ),
    NewCourse(
        code=CHILD, category=Category.PRACTICE, minutes=360,
        title="未成年人保护工作坊", title_en="Child protection workshop",
        summary="一天半的小班工作坊：发现、报告、陪伴，与学校和村（社区）怎么配合。",
        summary_en="A day and a half in a small group: noticing, reporting, accompanying, and "
        "working with schools and communities.",
    ),
    NewCourse(
        code=ELDER, category=Category.CONTINUING_EDUCATION, minutes=540,
        title="社区老年社会工作", title_en="Social work with older people",
        summary="居家探访、失能家庭支持、与社区卫生服务中心的转介。",
        summary_en="Home visits, support for families of frail people, referral to the community "
        "clinic.",
    ),
    NewCourse(
        code=SUPERVISE, category=Category.SUPERVISION, minutes=900,
        title="社会工作督导能力提升", title_en="Supervision skills",
        summary="面向已带新人的资深社工：督导关系、督导记录、团体督导的带领。",
        summary_en="For experienced workers who guide newcomers: the relationship, the record, "
        "leading group supervision.",
    ),
)  # fmt: skip

Titles = Sequence[tuple[str, str]]  # in Chinese and in English

MOCK_EXAMS = (
    NewAssessment(title="模拟考试一", title_en="Mock exam 1", weight_percent=40),
    NewAssessment(title="模拟考试二", title_en="Mock exam 2", weight_percent=60),
)
CASE_REPORT = (
    NewAssessment(title="课堂演练", title_en="Exercises in class", weight_percent=40),
    NewAssessment(title="个案报告", title_en="Case report", weight_percent=60),
)
GROUP_PLAN = (NewAssessment(title="小组计划书", title_en="Group plan", weight_percent=100),)

EXAM_LESSONS = (
    ("开班与考情分析", "Opening; how the exam works"),
    ("综合能力：价值观与伦理", "Comprehensive: values and ethics"),
    ("综合能力：人类行为与社会环境", "Comprehensive: human behaviour and environment"),
    ("综合能力：个案、小组与社区方法", "Comprehensive: casework, groups, communities"),
    ("综合能力：督导与研究", "Comprehensive: supervision and research"),
    ("实务：通用过程模式", "Practice: the general process"),
    ("实务：儿童、青少年与家庭", "Practice: children, youth, families"),
    ("实务：老年人与残疾人", "Practice: older people, people with disabilities"),
    ("法规与政策：社会救助与慈善", "Law and policy: assistance and charity"),
    ("法规与政策：婚姻、养老与未成年人", "Law and policy: marriage, ageing, minors"),
    ("模拟考试与讲评", "Mock exam and review"),
    ("总复习", "Revision"),
)
ASSISTANT_LESSONS = (
    ("开班；价值观与伦理", "Opening; values and ethics"),
    ("综合能力：人类行为与社会环境", "Comprehensive: human behaviour and environment"),
    ("综合能力：个案、小组与社区方法", "Comprehensive: casework, groups, communities"),
    ("实务：通用过程模式", "Practice: the general process"),
    ("实务：各领域的服务", "Practice: fields of service"),
    ("总复习", "Revision"),
)
CASE_LESSONS = (
    ("接案与关系建立", "Intake and relationship"),
    ("预估与计划", "Assessment and plan"),
    ("介入与记录", "Intervention and record"),
    ("结案与转介", "Closing and referral"),
)
GROUP_LESSONS = (
    ("小组设计", "Designing a group"),
    ("带领与动力", "Leading; dynamics"),
    ("评估与总结", "Evaluation"),
)
PLACE, PLACE_EN = "通辽社会工作学院", "Tongliao College of Social Work"


@dataclass(frozen=True, slots=True)
class Slot:
    """When a day's lesson begins and how long it lasts, and where."""

    begins: time
    minutes: int
    room: str
    room_en: str
    is_online: bool = False


MORNING = Slot(time(9), 180, "302教室", "Room 302")
AFTERNOON = Slot(time(14), 180, "205教室", "Room 205")
EVENING = Slot(time(18, 30), 120, "直播", "Live online", is_online=True)


def numbered(count: int) -> Titles:
    return [(f"第{number}讲", f"Lesson {number}") for number in range(1, count + 1)]


def at(day: date, moment: time) -> datetime:
    """A moment of a day in Tongliao."""
    return datetime.combine(day, moment, tzinfo=clock.SHANGHAI)
