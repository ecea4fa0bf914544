"""Adding courses: the only code that makes or changes a Course."""

from dataclasses import asdict, dataclass

from college.core import journal
from college.core.access import require
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.operation import operation
from college.core.roles import Actor, Can
from college.core.text import say
from college.courses.catalogue.models import Category, Course


class CourseTooShort(RuleBroken):
    code, field = "course_too_short", "minutes"
    message = say("A course lasts at least one class period. Enter its minutes once more.")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCourse:
    code: str
    title: str
    category: Category
    minutes: int
    title_en: str = ""
    summary: str = ""
    summary_en: str = ""
    minutes_per_period: int = 45
    syllabus_edition: str = ""
    ce_filing_no: str = ""
    ce_authority: str = ""


@operation
def add_course(actor: Actor, new: NewCourse) -> Course:
    """Put a course on the list. Raises NotAllowed, CourseTooShort, or Conflict for a known code."""
    require(actor, Can.COURSES_PLAN)
    if new.minutes_per_period <= 0 or new.minutes < new.minutes_per_period:
        raise CourseTooShort
    course = Course(**asdict(new))
    db.session.add(course)
    journal.record(actor, "add_course", course, code=course.code, title=course.title)
    return course
